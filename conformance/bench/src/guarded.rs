//! What a guard costs an app, beside the same app without one, and how soon it refuses what was revoked. The app has the
//! server's core for itself; Lanyard is on the other one, with whoever asks.

use std::time::{Duration, Instant};

use drive::{
    Connection, Error, Process,
    installation::{ISSUER, Start, answers, free_address},
    process::Launch,
    seed::{RESOURCE, RESOURCE_ID},
    wire,
};
use serde_json::Value;

use crate::{
    cell::{Cell, measure},
    options::{Options, ServerName},
    subject::Subject,
    worker::{Task, Worker},
};

/// The host that requests to the app name.
const HOST: &str = "api.example.com";
const REFUSED_WITHIN: Duration = Duration::from_secs(20);

/// What was seen.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Guarded {
    /// The app without a guard.
    pub open: Vec<Cell>,
    /// With one that listens to the event feed, every token asked about before.
    pub fed: Vec<Cell>,
    /// With one that verifies a JWT at each request.
    pub jwt: Vec<Cell>,
    /// From the answer of a revocation to the first refusal of its token, in milliseconds.
    pub refused: Refused,
}

/// How soon a revoked token was refused.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Refused {
    /// So many were revoked, one after another.
    pub rounds: usize,
    /// Half of them took no longer.
    pub p50_ms: f64,
    /// 99 of a hundred took no longer.
    pub p99_ms: f64,
    /// The longest.
    pub longest_ms: f64,
}

impl Guarded {
    /// The cells, and what each row of them is.
    pub fn rows(&self) -> [(&'static str, &[Cell]); 3] {
        [
            ("the app without a guard", &self.open),
            ("a guard with the feed", &self.fed),
            ("a guard that verifies JWTs", &self.jwt),
        ]
    }
}

/// Measures all of it.
///
/// # Errors
/// A server does not start or refuses a step.
pub async fn guarded(options: &Options) -> Result<Guarded, Error> {
    let rounds = if options.quick { 20 } else { 200 };
    let mut lanyard = Subject::lanyard(ServerName::Lanyard, options, options.families() + rounds).await?;
    lanyard.stop().await?;
    lanyard.restart_on(&Start { cores: Some(options.load_core.to_string()), ..Start::default() }).await?;
    let command = ["resource", "new-secret", RESOURCE_ID];
    let answer = lanyard.installed()?.installation.command(&command, None).await?;
    let secret = answer.get("client_secret").and_then(Value::as_str).unwrap_or_default().to_owned();

    let [open, fed] = cells(["none", "feed"], &lanyard, &secret, options).await?;
    let refused = refused(&mut lanyard, &secret, rounds, options).await?;
    with_jwts(&mut lanyard).await?;
    let [jwt] = cells(["jwt"], &lanyard, &secret, options).await?;
    lanyard.end().await?;
    Ok(Guarded { open, fed, jwt, refused })
}

/// The app in this mode, on its core.
async fn app(mode: &str, lanyard: &Subject, secret: &str, options: &Options) -> Result<Subject, Error> {
    let directory = tempfile::tempdir().map_err(Error::io("making a directory"))?;
    let address = free_address()?;
    let own = std::env::current_exe().map_err(Error::io("finding the guarded app"))?;
    let server = lanyard.addresses.first().ok_or(Error::Closed)?;
    let environment = [
        ("ISSUER", ISSUER.to_owned()),
        ("SERVER", format!("http://{server}")),
        ("RESOURCE", RESOURCE.to_owned()),
        ("CLIENT_ID", RESOURCE_ID.to_owned()),
        ("CLIENT_SECRET", secret.to_owned()),
    ];
    let launch = Launch {
        program: own.with_file_name("guarded"),
        arguments: [address.to_string(), mode.to_owned()].map(Into::into).into(),
        environment: environment.map(|(name, value)| (name.to_owned(), value)).into(),
        cores: Some(options.server_core.to_string()),
        log: directory.path().join("app.log"),
    };
    let mut process = Process::start(&launch)?;
    answers(&mut process, address, "/open", HOST).await?;
    Ok(Subject::other(ServerName::Bare, process, address, None, directory))
}

/// The app in each of these modes: all of them stand, and are asked in turn.
async fn cells<const N: usize>(
    modes: [&str; N],
    lanyard: &Subject,
    secret: &str,
    options: &Options,
) -> Result<[Vec<Cell>; N], Error> {
    let mut apps = Vec::with_capacity(N);
    for mode in modes {
        apps.push(app(mode, lanyard, secret, options).await?);
    }
    let mut cells = [const { Vec::new() }; N];
    for connections in &options.connections {
        let mut rounds = [const { Vec::new() }; N];
        for _ in 0..options.rounds() {
            for (app, rounds) in apps.iter().zip(&mut rounds) {
                rounds.push(round(app, lanyard, *connections, options).await?);
            }
        }
        for (cells, rounds) in cells.iter_mut().zip(&rounds) {
            cells.push(Cell::of_rounds(rounds));
        }
    }
    for mut app in apps {
        app.stop().await?;
    }
    Ok(cells)
}

async fn round(app: &Subject, lanyard: &Subject, connections: usize, options: &Options) -> Result<Cell, Error> {
    let address = *app.addresses.first().ok_or(Error::Closed)?;
    let mut workers = Vec::with_capacity(connections);
    for number in 0..connections {
        workers.push(Worker::new(address, Task::Same(request(token(lanyard, number)))).await?);
    }
    Ok(measure(workers, options.round(), app).await?.0)
}

/// The access token of one family, each connection its own.
fn token(lanyard: &Subject, number: usize) -> &str {
    let families = lanyard.cast.as_ref().map_or(&[][..], |cast| &cast.families);
    families.get(number % families.len().max(1)).map_or("", |family| &family.access)
}

fn request(token: &str) -> Vec<u8> {
    wire::get(HOST, "/notes", &[&format!("authorization: Bearer {token}")])
}

/// Revokes one family after another, each after the app has let it in twice.
async fn refused(lanyard: &mut Subject, secret: &str, rounds: usize, options: &Options) -> Result<Refused, Error> {
    let mut app = app("feed", lanyard, secret, options).await?;
    let address = *app.addresses.first().ok_or(Error::Closed)?;
    let server = *lanyard.addresses.first().ok_or(Error::Closed)?;
    let (mut asking, mut revoking) = (Connection::open(address).await?, Connection::open(server).await?);
    let cast = lanyard.cast.as_mut().ok_or(Error::Closed)?;
    let mut taken = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let Some(family) = cast.families.pop() else { break };
        let request = request(&family.access);
        for _ in 0..2 {
            let answer = asking.ask(&request).await?;
            if answer.status != 200 {
                return Err(Error::Unexpected {
                    step: "before a revocation",
                    status: answer.status,
                    body: answer.text(),
                });
            }
        }
        cast.assistant.revoke(&mut revoking, &family.access).await?.granted("revoking")?;
        let begun = Instant::now();
        while asking.ask(&request).await?.status == 200 {
            if begun.elapsed() > REFUSED_WITHIN {
                let said = format!("a revoked token was let in for {REFUSED_WITHIN:?}");
                return Err(Error::Failed { program: "the guard".to_owned(), said });
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    app.stop().await?;
    taken.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let at = |part: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a short list")]
        let index = ((taken.len() as f64 * part).ceil() as usize).saturating_sub(1);
        taken.get(index).copied().unwrap_or_default()
    };
    Ok(Refused { rounds: taken.len(), p50_ms: at(0.5), p99_ms: at(0.99), longest_ms: at(1.0) })
}

/// From now on the resource has JWTs; every family is given one.
async fn with_jwts(lanyard: &mut Subject) -> Result<(), Error> {
    let command = ["resource", "access-tokens", RESOURCE_ID, "ES256"];
    lanyard.installed()?.installation.command(&command, None).await?;
    let address = *lanyard.addresses.first().ok_or(Error::Closed)?;
    let mut connection = Connection::open(address).await?;
    let cast = lanyard.cast.as_mut().ok_or(Error::Closed)?;
    for family in &mut cast.families {
        let presented = family.refresh.clone().unwrap_or_default();
        *family = cast.assistant.refresh(&mut connection, &presented).await?.granted("refreshing")?;
    }
    Ok(())
}
