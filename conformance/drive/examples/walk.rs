//! Every step once against a real server, and a kill in between: `cargo run -p lanyard-drive --example walk -- BINARY`.

use std::{path::PathBuf, time::Duration};

use drive::{Browser, Connection, Database, Error, Installation, Verdict, flow, installation::Start, seed};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "it tells what it did")]
async fn main() -> Result<(), Error> {
    let binary = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/release/lanyard"), PathBuf::from);
    let installation = Installation::make(&binary, &Database::Sqlite, &[("tokens.retry_window", "0s")]).await?;
    let mut server = installation.start(&Start::default()).await?;
    let seeded = seed::seed(&installation).await?;
    let mut browser = Browser::open(server.address, drive::installation::HOST).await?;
    browser.sign_in(seed::EMAIL, seed::PASSWORD).await?;
    let mut connection = Connection::open(server.address).await?;

    let code = browser.authorize(&seeded.assistant, &seeded.project).await?;
    let first = seeded.assistant.redeem(&mut connection, &code).await?.granted("redeeming")?;
    let again = browser.authorize(&seeded.assistant, &seeded.project).await?;
    seeded.assistant.redeem(&mut connection, &again).await?.granted("redeeming, consent remembered")?;
    let app = browser.authorize(&seeded.relying_party, &seeded.project).await?;
    seeded.relying_party.redeem(&mut connection, &app).await?.granted("redeeming")?;
    println!("codes redeemed, ID token {}", if first.id.is_some() { "given" } else { "missing" });

    let refresh = first.refresh.clone().unwrap_or_default();
    let second = seeded.assistant.refresh(&mut connection, &refresh).await?.granted("refreshing")?;
    let active = seeded.resource_server.introspect(&mut connection, &second.access).await?;
    let userinfo = connection.ask(&flow::userinfo(drive::installation::HOST, &second.access)).await?.status;
    println!("refreshed; introspection {active:?}, userinfo {userinfo}");
    seeded.service.client_credentials(&mut connection).await?.granted("client_credentials")?;

    server.process.kill().await?;
    let mut server = installation.start(&Start::default()).await?;
    println!("killed and started again in {:?}, {} bytes resident", server.first_answer, server.process.resident()?);
    let mut connection = Connection::open(server.address).await?;
    let refresh = second.refresh.clone().unwrap_or_default();
    let third = seeded.assistant.refresh(&mut connection, &refresh).await?.granted("refreshing after a kill")?;
    seeded.assistant.revoke(&mut connection, &third.access).await?.granted("revoking")?;
    let active = seeded.resource_server.introspect(&mut connection, &third.access).await?;
    println!("revoked; introspection {active:?}");
    assert_eq!(active, Verdict::Granted(false));
    server.process.terminate(Duration::from_secs(15)).await
}
