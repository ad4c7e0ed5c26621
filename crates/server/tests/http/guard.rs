//! The guard before an app, and this server behind it: what one says, the other understands.

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
    assert_eq!((grant.subject, grant.client.as_deref(), grant.grant), (None, Some("demo-service"), None));
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
