//! JWT access tokens (RFC 9068), for a resource that asked for them. What a resource server does with one, the guard's tests
//! say.

use std::time::Duration;

use identity::admin::Act;
use protocol::{
    JwtAccessTokenClaims,
    jws::{Compact, PublicKey},
};
use serde_json::Value;

use crate::harness::{Answer, Browser, Client, TestServer, app::Tokens, page, seed, seed::RESOURCE};

/// A server whose demo API wants JWTs.
async fn jwts() -> TestServer {
    let server = TestServer::start().await;
    issue(&server, "demo-api", "ES256").await;
    server
}

async fn issue(server: &TestServer, resource: &str, form: &str) {
    let act = Act::ResourceSetAccessTokens { resource: resource.into(), form: form.into() };
    seed::act(&server.authority, act).await;
}

/// What the token says, once a published key was found to have signed it.
async fn verified(server: &TestServer, token: &str) -> JwtAccessTokenClaims {
    let jws = Compact::parse(token).unwrap();
    assert!(jws.is_access_token());
    let keys = Answer::of(server.http().get(server.url("/jwks"))).await.json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"].as_str() == jws.kid.as_deref()).unwrap();
    assert_eq!(key["alg"], jws.algorithm.as_str());
    assert!(PublicKey::from_jwk(key, jws.algorithm).unwrap().verifies(&jws));
    jws.claims().unwrap()
}

fn header(token: &str) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

fn seconds(server: &TestServer) -> u64 {
    server.authority.now().as_seconds().try_into().unwrap()
}

/// A connection that also asks who the person is.
async fn connect(server: &TestServer, client: &Client<'_>, browser: &Browser) -> Tokens {
    let asked = client.authorize(&[("scope", "openid issues:read offline_access")]);
    client.redeem(&client.approve_at(browser, &asked, Some(&server.seeded.apollo)).await).await
}

#[tokio::test]
async fn jat01_it_is_signed_and_says_what_it_is() {
    let server = jwts().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    for algorithm in ["ES256", "RS256", "EdDSA"] {
        issue(&server, "demo-api", algorithm).await;
        let tokens = client.connect(&browser).await;
        let header = header(&tokens.access);
        assert_eq!((&header["typ"], &header["alg"]), (&"at+jwt".into(), &algorithm.into()));
        verified(&server, &tokens.access).await;
        assert!(tokens.refresh.unwrap().starts_with("lyd_rt_"));
    }
    for none in ["none", "HS256", "PS256", "", "es256"] {
        let act = Act::ResourceSetAccessTokens { resource: "demo-api".into(), form: none.into() };
        server.authority.act(act, server.authority.now()).await.unwrap_err();
    }
}

#[tokio::test]
async fn jat02_every_claim_is_there_and_it_lives_ten_minutes() {
    let server = jwts().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let answer = client.try_redeem(&client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap()).await;
    assert_eq!(answer.json()["expires_in"], 600);
    let claims = verified(&server, &Tokens::of(&answer).access).await;
    let now = seconds(&server);
    assert_eq!((claims.iss.as_str(), claims.iat, claims.exp), (server.issuer.as_str(), now, now + 600));
    assert_eq!((claims.sub.as_str(), claims.client_id.as_str()), (server.seeded.member.as_str(), "demo-cli"));
    assert_eq!(claims.organization.as_deref(), Some(server.seeded.acme.as_str()));
    assert_eq!(claims.project.as_deref(), Some(server.seeded.apollo.as_str()));
    assert_eq!(claims.scope.to_string(), "issues:read offline_access");
    assert_eq!(claims.access, Some(protocol::Access::Read));
    let grants = page::grants(&browser.get("/connections").await.body);
    assert_eq!(claims.grant_id.as_deref(), grants.first().map(String::as_str));
    assert!(claims.jti.len() > 40);
}

#[tokio::test]
async fn jat03_it_is_for_the_one_resource_that_was_meant() {
    let server = jwts().await;
    let second = Act::ResourceAdd {
        id: Some("second-api".into()),
        name: "Second API".into(),
        identifier: "https://second.example.com/api".into(),
        scopes: vec!["issues:read=read:read issues".into(), "notes:read=read:read notes".into()],
    };
    seed::act(&server.authority, second).await;
    issue(&server, "second-api", "ES256").await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let first = client.connect(&browser).await;
    assert!(verified(&server, &first.access).await.aud.is_only(RESOURCE));
    let asked = client.authorize(&[("resource", ""), ("scope", "notes:read")]);
    let implied = client.redeem(&client.approve_at(&browser, &asked, Some(&server.seeded.apollo)).await).await;
    assert!(verified(&server, &implied.access).await.aud.is_only("https://second.example.com/api"));
    assert!(!server.api().accepts(&implied.access).await, "a token of another resource");
    let ambiguous = browser.open(&client.authorize(&[("resource", ""), ("scope", "issues:read")])).await;
    assert!(ambiguous.body.contains("invalid_target"), "{ambiguous:?}");
    let service = server.service().token(&[("grant_type", "client_credentials"), ("scope", "issues:read")]).await;
    assert_eq!(service.json()["error"], "invalid_target");
}

#[tokio::test]
async fn jat04_a_client_is_never_taken_for_a_person() {
    let server = jwts().await;
    let service = server.service();
    let answer = service.token(&[("grant_type", "client_credentials"), ("resource", RESOURCE)]).await;
    let claims = verified(&server, &Tokens::of(&answer).access).await;
    assert_eq!((claims.sub.as_str(), claims.client_id.as_str()), ("demo-service", "demo-service"));
    assert_eq!((claims.grant_id, claims.auth_time, claims.acr), (None, None, None));
    assert_eq!(claims.project.as_deref(), Some(server.seeded.apollo.as_str()));
    let person = seed::plain(&server.seeded.member, &["https://app.example.com/callback"]);
    let refused = server.authority.act(seed::client(person), server.authority.now()).await.unwrap_err();
    assert!(refused.to_string().contains("looks like the id of a person"), "{refused}");
    let unnamed = identity::admin::ClientAdd { id: None, ..seed::plain("x", &["https://app.example.com/callback"]) };
    let made_up = seed::text(&seed::act(&server.authority, seed::client(unnamed)).await, "client_id");
    assert!(made_up.starts_with("c_"), "{made_up}");
}

#[tokio::test]
async fn jat05_a_refreshed_token_tells_of_the_first_sign_in() {
    let server = jwts().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let began = seconds(&server);
    let tokens = connect(&server, &client, &browser).await;
    let first = verified(&server, &tokens.access).await;
    assert_eq!(
        (first.auth_time, first.acr.as_deref(), first.amr.as_slice()),
        (Some(began), Some("aal1"), &["pwd".to_owned()][..])
    );
    server.advance(Duration::from_secs(400));
    let refreshed = client.refresh(&tokens).await;
    let second = verified(&server, &refreshed.access).await;
    assert_eq!((second.auth_time, &second.acr, &second.amr), (first.auth_time, &first.acr, &first.amr));
    assert_eq!((second.iat, second.exp), (began + 400, began + 1000));
    assert_ne!(second.jti, first.jti);
    assert_eq!(second.grant_id, first.grant_id);
}

#[tokio::test]
async fn jat06_nothing_else_that_is_signed_here_is_an_access_token() {
    let server = jwts().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let tokens = connect(&server, &client, &browser).await;
    assert!(api.accepts(&tokens.access).await);
    let id_token = tokens.id.unwrap();
    assert!(!api.accepts(&id_token).await, "an ID token");
    assert_eq!(client.userinfo(&id_token).await.status, 401);
    let (signed, signature) = tokens.access.rsplit_once('.').unwrap();
    let claims = signed.split_once('.').unwrap().1;
    let other = |header: &str| {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(header))
    };
    let kid = header(&tokens.access)["kid"].as_str().unwrap().to_owned();
    for changed in [
        format!("{signed}.{}", "A".repeat(signature.len())),
        format!("{signed}."),
        other(&format!(r#"{{"alg":"none","kid":"{kid}","typ":"at+jwt"}}"#)),
        other(&format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"at+jwt"}}"#)),
        other(&format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"at+jwt","jwk":{{}}}}"#)),
        other(r#"{"alg":"ES256","kid":"unknown","typ":"at+jwt"}"#),
    ] {
        assert!(!api.accepts(&changed).await, "{changed}");
    }
}

#[tokio::test]
async fn introspection_knows_it_until_it_ends_or_is_revoked() {
    let server = jwts().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let tokens = client.connect(&browser).await;
    let told = api.introspect(&tokens.access).await;
    let claims = verified(&server, &tokens.access).await;
    for (name, value) in serde_json::to_value(&claims).unwrap().as_object().unwrap() {
        if !["jti", "auth_time", "acr", "amr"].contains(&name.as_str()) {
            assert_eq!(&told[name], value, "{name}");
        }
    }
    server.advance(Duration::from_secs(600));
    assert!(!api.accepts(&tokens.access).await, "its ten minutes are over");

    let by_client = client.refresh(&tokens).await;
    assert!(api.accepts(&by_client.access).await);
    assert_eq!(client.revoke(&by_client.access).await.status, 200);
    assert!(!api.accepts(&by_client.access).await);
    assert_eq!(client.try_refresh(by_client.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");

    let by_person = client.connect(&browser).await;
    let shown = browser.get("/connections").await;
    let grant = page::grants(&shown.body)[0].clone();
    browser.submit(&shown, &format!("/connections/{grant}/disconnect"), &[]).await;
    assert!(!api.accepts(&by_person.access).await);

    let service = server.service();
    let alone = Tokens::of(&service.token(&[("grant_type", "client_credentials"), ("resource", RESOURCE)]).await);
    assert!(api.accepts(&alone.access).await);
    assert_eq!(client.revoke(&alone.access).await.status, 200);
    assert!(api.accepts(&alone.access).await, "another client's");
    assert_eq!(service.revoke(&alone.access).await.status, 200);
    assert!(!api.accepts(&alone.access).await);
}

#[tokio::test]
async fn a_retry_gets_the_same_token_and_a_late_one_ends_the_family() {
    let server = jwts().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let tokens = client.connect(&browser).await;
    server.advance(Duration::from_secs(60));
    let first = client.refresh(&tokens).await;
    server.advance(Duration::from_secs(20));
    let retried = client.refresh(&tokens).await;
    assert_eq!(first.refresh, retried.refresh);
    let (one, other) = (verified(&server, &first.access).await, verified(&server, &retried.access).await);
    assert_eq!(one, other, "the same claims, signed anew");
    assert!(api.accepts(&retried.access).await);
    let narrowed = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.refresh.as_deref().unwrap()),
        ("scope", "issues:read"),
    ];
    let narrowed = verified(&server, &Tokens::of(&client.token(&narrowed).await).access).await;
    assert_eq!(narrowed.scope.to_string(), "issues:read");
    assert_ne!(narrowed.jti, one.jti);
    // Nobody introspected anything since: to have issued a JWT is enough.
    server.advance(Duration::from_secs(60));
    let second = client.refresh(&first).await;
    server.advance(Duration::from_secs(60));
    assert_eq!(client.try_refresh(first.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
    assert!(!api.accepts(&second.access).await);
}

#[tokio::test]
async fn a_resource_may_change_its_mind_and_who_the_person_is_is_asked_as_before() {
    let server = jwts().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let tokens = connect(&server, &client, &browser).await;
    assert_eq!(client.userinfo(&tokens.access).await.json()["sub"], server.seeded.member.as_str());
    issue(&server, "demo-api", "opaque").await;
    assert!(api.accepts(&tokens.access).await, "what was issued stays good");
    server.advance(Duration::from_secs(60));
    let opaque = client.refresh(&tokens).await;
    assert!(opaque.access.starts_with("lyd_at_") && api.accepts(&opaque.access).await);
    let identity = client.authorize_identity("openid", &[("prompt", "consent")]);
    issue(&server, "demo-api", "ES256").await;
    let identity = client.redeem(&client.approve_at(&browser, &identity, None).await).await;
    assert!(identity.access.starts_with("lyd_at_"), "a token for no resource is opaque");
}

#[tokio::test]
async fn a_device_is_given_one_too_and_refreshes_it() {
    let server = jwts().await;
    let (browser, device) = (server.signed_in().await, server.device());
    let tokens = device.connect_device(&browser).await;
    let claims = verified(&server, &tokens.access).await;
    assert_eq!((claims.client_id.as_str(), claims.sub.as_str()), ("demo-device", server.seeded.member.as_str()));
    assert_eq!((claims.project.as_deref(), claims.exp - claims.iat), (Some(server.seeded.apollo.as_str()), 600));
    assert!(claims.grant_id.is_some() && claims.auth_time.is_some());
    assert!(server.api().accepts(&tokens.access).await);
    let refreshed = verified(&server, &device.refresh(&tokens).await.access).await;
    assert_eq!((refreshed.grant_id, refreshed.auth_time), (claims.grant_id, claims.auth_time));
}
