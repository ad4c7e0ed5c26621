//! The guard before an app, and this server behind it: what one says, the other understands.

use std::time::Duration;

use guard::{Access, Guard, GuardBuilder};
use identity::admin::Act;

use crate::harness::{TestServer, app::Tokens, page, seed, seed::RESOURCE};

fn builder(server: &TestServer) -> GuardBuilder {
    Guard::builder(&server.issuer, RESOURCE).required_scopes("issues:read".parse().unwrap())
}

fn asking(server: &TestServer) -> GuardBuilder {
    builder(server).introspection("demo-api", &server.seeded.api_secret)
}

async fn status(guard: &Guard, token: &str) -> u16 {
    guard.verify(token).await.map_or_else(|reply| reply.status.as_u16(), |_| 200)
}

#[tokio::test]
async fn c16_c17_a_grant_reaches_the_app_with_its_project_and_may_only_read() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    for form in ["opaque", "ES256", "RS256", "EdDSA"] {
        let act = Act::ResourceSetAccessTokens { resource: "demo-api".into(), form: form.into() };
        seed::act(&server.authority, act).await;
        let asking = asking(&server).build().unwrap();
        let by_itself = builder(&server).jwt_access_tokens().build().unwrap();
        let tokens = client.connect(&browser).await;
        let guards = if form == "opaque" { vec![&asking] } else { vec![&asking, &by_itself] };
        let grants = page::grants(&browser.get("/connections").await.body);
        for guard in guards {
            let grant = guard.verify(&tokens.access).await.unwrap();
            assert_eq!(grant.subject.as_deref(), Some(server.seeded.member.as_str()), "{form}");
            assert_eq!((grant.client.as_deref(), grant.access), (Some("demo-cli"), Access::Read));
            assert_eq!(grant.organization.as_deref(), Some(server.seeded.acme.as_str()));
            assert_eq!(grant.project.as_deref(), Some(server.seeded.apollo.as_str()));
            assert_eq!(grant.grant.as_deref(), grants.first().map(String::as_str));
            assert_eq!(status(guard, tokens.refresh.as_deref().unwrap()).await, 401);
        }
        assert_eq!(client.revoke(&tokens.access).await.status, 200);
        assert_eq!(status(&asking, &tokens.access).await, 401, "asked about, it is refused at once");
        let expected = if form == "opaque" { 401 } else { 200 };
        assert_eq!(status(&by_itself, &tokens.access).await, expected, "verified alone, it is good until it ends");
    }
    let service = server.service().token(&[("grant_type", "client_credentials"), ("resource", RESOURCE)]).await;
    let grant =
        builder(&server).jwt_access_tokens().build().unwrap().verify(&Tokens::of(&service).access).await.unwrap();
    assert_eq!(
        (grant.subject.as_deref(), grant.client.as_deref(), grant.grant.as_deref()),
        (None, Some("demo-service"), None)
    );
}

#[tokio::test]
async fn jat06_an_id_token_and_another_resources_token_are_refused_by_a_guard_that_asks_nobody() {
    let server = TestServer::start().await;
    let act = Act::ResourceSetAccessTokens { resource: "demo-api".into(), form: "RS256".into() };
    seed::act(&server.authority, act).await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let asked = client.authorize(&[("scope", "openid issues:read")]);
    let tokens = client.redeem(&client.approve_at(&browser, &asked, Some(&server.seeded.apollo)).await).await;
    let guard = builder(&server).jwt_access_tokens().build().unwrap();
    assert_eq!(status(&guard, &tokens.access).await, 200);
    assert_eq!(status(&guard, &tokens.id.unwrap()).await, 401);
    let elsewhere =
        Guard::builder(&server.issuer, "https://other.example.com/mcp").jwt_access_tokens().build().unwrap();
    assert_eq!(status(&elsewhere, &tokens.access).await, 401);
    let stranger = Guard::builder(server.issuer.replace("localhost", "127.0.0.1"), RESOURCE).jwt_access_tokens();
    assert_eq!(
        status(&stranger.build().unwrap(), &tokens.access).await,
        503,
        "metadata of another issuer are not believed"
    );
}

/// Waits until something is so; it must be within twenty seconds.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..2000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}");
}

/// How often this server was asked about tokens.
fn asked(server: &TestServer) -> u64 {
    let text = server.metrics.text().unwrap();
    let counted = text.lines().filter(|line| line.starts_with("lanyard_introspections_total"));
    counted.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

#[tokio::test]
async fn a_guard_that_listens_hears_of_every_end_and_asks_no_more_than_once() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let guard = asking(&server).jwt_access_tokens().event_feed().build().unwrap();
    for form in ["opaque", "ES256"] {
        let act = Act::ResourceSetAccessTokens { resource: "demo-api".into(), form: form.into() };
        seed::act(&server.authority, act).await;
        let probe = client.connect(&browser).await;
        let is_remembered = async |token: &str| {
            assert_eq!(status(&guard, token).await, 200);
            let before = asked(&server);
            assert_eq!(status(&guard, token).await, 200);
            asked(&server) == before
        };
        until("answers are remembered", async || is_remembered(&probe.access).await).await;

        let (by_client, by_person) = (client.connect(&browser).await, client.connect(&browser).await);
        for tokens in [&by_client, &by_person] {
            until("it is remembered", async || is_remembered(&tokens.access).await).await;
        }
        assert_eq!(client.revoke(&by_client.access).await.status, 200);
        until("what its client gave back is refused", async || status(&guard, &by_client.access).await == 401).await;
        let shown = browser.get("/connections").await;
        for grant in page::grants(&shown.body) {
            browser.submit(&shown, &format!("/connections/{grant}/disconnect"), &[]).await;
        }
        until("what its person took back is refused", async || status(&guard, &by_person.access).await == 401).await;
        assert_eq!(status(&guard, &probe.access).await, 401);
    }
    let tokens = client.connect(&browser).await;
    until("it is remembered", async || status(&guard, &tokens.access).await == 200).await;
    let act = Act::UserSetDisabled { user: "member@example.com".into(), disabled: true };
    seed::act(&server.authority, act).await;
    until("what a disabled person allowed is refused", async || status(&guard, &tokens.access).await == 401).await;
}
