//! A fault of ours is 503 with Retry-After, never a verdict on what a client holds, and a page for a person.

use crate::harness::TestServer;

#[tokio::test]
async fn a_database_that_is_gone_is_never_invalid_grant() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let begun = browser.get(&client.authorize(&[])).await;
    server.authority.store().close().await;
    for answer in [
        client.try_refresh(tokens.refresh.as_deref().unwrap()).await,
        client.revoke(&tokens.access).await,
        server.api().try_introspect(&server.seeded.api_secret, &tokens.access).await,
        client.userinfo(&tokens.access).await,
    ] {
        assert_eq!(
            (answer.status.as_u16(), answer.json()["error"].as_str()),
            (503, Some("temporarily_unavailable")),
            "{}",
            answer.body
        );
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for path in ["/", "/connections", begun.location().unwrap().as_str()] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 503, "{path}");
        assert!(
            page.header("content-type").starts_with("text/html") && page.body.contains("<title>Error:"),
            "{path}: {}",
            page.body
        );
        assert!(!page.header("retry-after").is_empty(), "{path}");
    }
}
