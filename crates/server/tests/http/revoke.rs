//! `/revoke`: a client gives back what it holds.

use crate::harness::{Client, TestServer, page};

#[tokio::test]
async fn any_token_of_a_family_ends_it_all() {
    let server = TestServer::start().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    for by_refresh in [true, false] {
        let old = client.connect(&browser).await;
        let tokens = client.refresh(&old).await;
        let shown = if by_refresh { old.refresh.clone().unwrap() } else { tokens.access.clone() };
        let answer = client.revoke(&shown).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
        assert!(!api.accepts(&tokens.access).await && !api.accepts(&old.access).await);
        assert_eq!(client.try_refresh(tokens.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
        assert_eq!(client.revoke(&shown).await.status, 200, "once more is no error");
    }
    let connections = browser.get("/connections").await.body;
    assert!(
        page::grants(&connections).is_empty() && connections.contains("the app disconnected itself"),
        "{connections}"
    );
}

#[tokio::test]
async fn what_is_not_the_clients_own_is_left_alone() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let other = server.web_app();
    for token in ["garbage", "lyd_rt_x", tokens.access.as_str(), tokens.refresh.as_deref().unwrap()] {
        assert_eq!(other.revoke(token).await.status, 200, "{token}");
    }
    for hint in ["access_token", "refresh_token", "nonsense"] {
        assert_eq!(client.post("/revoke", &[("token", "unknown"), ("token_type_hint", hint)]).await.status, 200);
    }
    assert!(server.api().accepts(&tokens.access).await);
    let unproven = Client { secret: Some("wrong".into()), ..other };
    assert_eq!(unproven.revoke(&tokens.access).await.status, 401);
    assert_eq!(client.post("/revoke", &[]).await.json()["error"], "invalid_request");
    assert!(server.api().accepts(&tokens.access).await);
}
