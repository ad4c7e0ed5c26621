//! `/introspect`: for resource servers that prove who they are, about tokens that were meant for them.

use std::time::Duration;

use crate::harness::{Answer, TestServer, browser::encode};

#[tokio::test]
async fn what_is_none_of_its_business_is_just_inactive() {
    let server = TestServer::start().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    let tokens = client.connect(&browser).await;
    assert!(api.accepts(&tokens.access).await);
    let app = server.web_app();
    let identity = app.redeem(&app.approve_at(&browser, &app.authorize_identity("openid", &[]), None).await).await;
    let mut changed = tokens.access.clone();
    changed.pop();
    for other in [
        "garbage",
        "lyd_at_",
        changed.as_str(),
        tokens.refresh.as_deref().unwrap(),
        identity.access.as_str(),
        identity.id.as_deref().unwrap(),
    ] {
        let answer = api.try_introspect(&server.seeded.api_secret, other).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "{\"active\":false}"), "{other}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    server.advance(Duration::from_secs(900));
    assert!(!api.accepts(&tokens.access).await, "its time is over");
}

#[tokio::test]
async fn whoever_asks_must_prove_who_it_is() {
    let server = TestServer::start().await;
    let (http, url) = (server.http(), server.url("/introspect"));
    let form = |fields: &[(&str, &str)]| {
        http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(encode(fields))
    };
    let wrong = server.api().try_introspect("wrong", "x").await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["error"].as_str()), (401, Some("invalid_client")));
    assert!(wrong.header("www-authenticate").starts_with("Basic "));
    assert_eq!(Answer::of(form(&[("token", "x")])).await.status, 401);
    assert_eq!(Answer::of(form(&[("token", "x"), ("client_id", "demo-api")])).await.status, 401);
    let client = Answer::of(form(&[("token", "x")]).basic_auth("demo-app", Some(&server.seeded.app_secret))).await;
    assert_eq!(client.status, 401, "a client is no resource server");
    let by_body = [("token", "x"), ("client_id", "demo-api"), ("client_secret", server.seeded.api_secret.as_str())];
    assert_eq!(Answer::of(form(&by_body)).await.body, "{\"active\":false}");
    let none = Answer::of(form(&[]).basic_auth("demo-api", Some(&server.seeded.api_secret))).await;
    assert_eq!((none.status.as_u16(), none.json()["error"].as_str()), (400, Some("invalid_request")));
    let get = Answer::of(http.get(format!("{url}?token=x"))).await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, "POST"));
}
