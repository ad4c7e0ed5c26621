//! V-21 and V-22: what ends a connection ends it at once, at refresh and at introspection.

use identity::admin::Act;

use super::wire::error;
use crate::harness::{TestServer, page, seed::act};

#[tokio::test]
async fn v21_whatever_a_connection_rests_on_takes_it_along() {
    for (what, end) in [
        ("user", Act::UserSetDisabled { user: "member@example.com".into(), disabled: true }),
        ("client", Act::ClientSetDisabled { client: "demo-cli".into(), disabled: true }),
        ("member", Act::MemberRemove { organization: "acme".into(), user: "member@example.com".into() }),
        ("organisation disabled", Act::OrganizationSetDisabled { organization: "acme".into(), disabled: true }),
        ("project disabled", project_disabled("apollo")),
        ("resource disabled", Act::ResourceSetDisabled { resource: "demo-api".into(), disabled: true }),
        ("organisation gone", Act::OrganizationRemove { organization: "acme".into() }),
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
        if !what.starts_with("resource") {
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

fn project_disabled(project: &str) -> Act {
    Act::ProjectSetDisabled { organization: "acme".into(), project: project.into(), disabled: true }
}

#[tokio::test]
async fn v21_a_consent_that_was_taken_back_takes_every_token_and_code_along() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let waiting = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    let elsewhere = client.redeem(&client.approve(&browser, &server.seeded.gemini).await).await;
    let all = browser.get("/connections").await;
    let theirs = page::grants(&all.body);
    assert_eq!(theirs.len(), 2, "one for each project");
    for grant in theirs {
        let path = format!("/connections/{grant}/disconnect");
        assert_eq!(browser.submit(&all, &path, &[]).await.status, 303);
    }
    assert_eq!(error(&client.try_redeem(&waiting).await), "invalid_grant", "a code that was issued before");
    for tokens in [tokens, elsewhere] {
        assert!(!server.api().accepts(&tokens.access).await);
        assert_eq!(error(&client.try_refresh(tokens.refresh.as_deref().unwrap()).await), "invalid_grant");
        assert_eq!(client.userinfo(&tokens.access).await.status, 401);
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
