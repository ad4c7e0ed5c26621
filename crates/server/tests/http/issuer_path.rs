//! An issuer with a path: everything stands below it, and the well-known forms before it too.

use crate::harness::{TestServer, page};

#[tokio::test]
async fn the_whole_flow_stands_below_the_path() {
    let server = TestServer::start_at("/t1", &[]).await;
    assert!(server.issuer.ends_with("/t1"));
    let (browser, client) = (server.signed_in().await, server.cli());
    assert!(browser.get("/").await.body.contains("member@example.com"));
    assert_eq!(browser.get("").await.status, 200);
    let answer = client.approve(&browser, &server.seeded.apollo).await;
    assert_eq!(answer.sent("iss"), Some(server.issuer.clone()));
    let tokens = client.redeem(&answer).await;
    assert!(server.api().accepts(&tokens.access).await);
    let connections = browser.get("/connections").await;
    let [grant] = page::grants(&connections.body).try_into().unwrap();
    let done = browser.submit(&connections, &format!("/connections/{grant}/disconnect"), &[]).await;
    assert!(done.location().unwrap().starts_with("/t1/connections"));
    assert!(!server.api().accepts(&tokens.access).await);
}

#[tokio::test]
async fn metadata_is_found_by_every_rule() {
    let server = TestServer::start_at("/t1", &[]).await;
    let (browser, origin) = (server.browser(), server.origin());
    let mut bodies = Vec::new();
    for form in [
        "/.well-known/oauth-authorization-server/t1",
        "/.well-known/openid-configuration/t1",
        "/t1/.well-known/openid-configuration",
    ] {
        let answer = browser.get(&format!("{origin}{form}")).await;
        assert_eq!(answer.status, 200, "{form}");
        bodies.push(answer.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    for elsewhere in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/token",
        "/sign-in",
        "/",
        "/t1x",
    ] {
        assert_eq!(browser.get(&format!("{origin}{elsewhere}")).await.status, 404, "{elsewhere}");
    }
    assert_eq!(browser.get(&format!("{origin}/.well-known/security.txt")).await.status, 200);
}
