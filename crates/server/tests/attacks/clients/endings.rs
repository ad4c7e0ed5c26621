//! V-21 and V-22: what ends a connection ends it at once, at refresh and at introspection.

use identity::admin::Act;

use super::wire::error;
use crate::harness::{TestServer, seed::act};

#[tokio::test]
async fn v21_whatever_a_connection_rests_on_takes_it_along() {
    for (what, end) in [
        ("user", Act::UserSetDisabled { user: "member@example.com".into(), disabled: true }),
        ("client", Act::ClientSetDisabled { client: "demo-cli".into(), disabled: true }),
        ("member", Act::MemberRemove { organization: "acme".into(), user: "member@example.com".into() }),
        ("project", Act::ProjectRemove { organization: "acme".into(), project: "apollo".into() }),
        ("client gone", Act::ClientRemove { client: "demo-cli".into() }),
        ("user gone", Act::UserRemove { user: "member@example.com".into() }),
        ("resource gone", Act::ResourceRemove { resource: "demo-api".into() }),
    ] {
        let server = TestServer::start().await;
        let browser = server.signed_in().await;
        let client = server.cli();
        let waiting = client.approve(&browser, &server.seeded.apollo).await;
        let tokens = client.connect(&browser).await;
        assert!(server.api().accepts(&tokens.access).await);
        act(&server.authority, end).await;
        if what != "resource gone" {
            assert!(!server.api().accepts(&tokens.access).await, "{what}: introspection");
        }
        let refused = client.try_refresh(tokens.refresh.as_deref().unwrap()).await;
        assert!(matches!(error(&refused).as_str(), "invalid_grant" | "invalid_client"), "{what}: {}", refused.body);
        let refused = client.try_redeem(&waiting.sent("code").unwrap()).await;
        assert!(
            matches!(error(&refused).as_str(), "invalid_grant" | "invalid_client"),
            "{what}: a code issued before: {}",
            refused.body
        );
    }
}

#[tokio::test]
async fn rev_revocation_is_effective_before_its_answer_and_says_nothing_of_garbage() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let client = server.cli();
    for hint in ["access_token", "refresh_token", "nonsense", ""] {
        let tokens = client.connect(&browser).await;
        let shown = if hint == "access_token" { tokens.refresh.clone().unwrap() } else { tokens.access.clone() };
        let mut fields = vec![("token", shown.as_str())];
        if !hint.is_empty() {
            fields.push(("token_type_hint", hint));
        }
        let answer = client.post("/revoke", &fields).await;
        assert_eq!(answer.status, 200, "{hint}: {}", answer.body);
        assert!(!server.api().accepts(&tokens.access).await);
        assert_eq!(error(&client.try_refresh(tokens.refresh.as_deref().unwrap()).await), "invalid_grant");
        assert_eq!(client.revoke(&shown).await.status, 200, "twice is once");
    }
    for garbage in ["garbage", "lyd_rt_", &"x".repeat(5000)] {
        assert_eq!(client.revoke(garbage).await.status, 200);
    }
}
