//! C-28: a write over somebody else's change is refused with what it is now, and nothing is lost.

use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, TestServer};

const APOLLO: &str = "/api/v1/organizations/acme/projects/apollo";

#[tokio::test]
async fn c28_a_write_over_somebody_elses_change_is_refused_and_told_what_it_is_now() {
    let server = TestServer::start().await;
    let (owner, other) =
        (server.program("owner@example.com", true).await, server.program("owner@example.com", true).await);
    let seen = owner.get(APOLLO).await;
    assert_eq!((seen.status.as_u16(), seen.header("etag")), (200, "\"1\""), "{}", seen.body);

    let first = other.patch(APOLLO, "\"1\"", &json!({ "disabled": true })).await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"2\""), "{}", first.body);
    let over = owner.patch(APOLLO, "\"1\"", &json!({ "disabled": false })).await;
    assert_eq!((over.status.as_u16(), over.header("etag")), (412, "\"2\""), "{}", over.body);
    assert_eq!(over.header("content-type"), "application/problem+json");
    let problem = over.json();
    assert_eq!((&problem["code"], &problem["current_version"]), (&json!("changed"), &json!(2)));
    assert!(problem["current"]["disabled_at"].is_i64(), "{problem}");
    assert_eq!(owner.get(APOLLO).await.json()["disabled_at"], first.json()["disabled_at"], "nothing was lost");

    let again = owner.patch(APOLLO, "\"2\"", &json!({ "disabled": false })).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (200, "\"3\""), "{}", again.body);
}

#[tokio::test]
async fn c28_every_change_must_say_which_version_it_is_for() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let missing = Answer::of(owner.request(Method::PATCH, APOLLO).json(&json!({ "disabled": true }))).await;
    assert_eq!((missing.status.as_u16(), &missing.json()["code"]), (428, &json!("precondition_required")));
    let missing = Answer::of(owner.request(Method::DELETE, APOLLO)).await;
    assert_eq!(missing.status, 428);
    for tag in ["\"7\"", "W/\"1\"", "1", "\"x\""] {
        assert_eq!(owner.delete(APOLLO, tag).await.status, 412, "{tag}");
    }
    assert_eq!(owner.get(APOLLO).await.status, 200);
    assert_eq!(owner.delete(APOLLO, "\"9\", \"1\"").await.status, 204);
    assert_eq!(owner.get(APOLLO).await.status, 404);
    let gemini = "/api/v1/organizations/acme/projects/gemini";
    assert_eq!(owner.delete(gemini, "*").await.status, 204);
}

#[tokio::test]
async fn c28_of_many_writers_who_saw_the_same_one_writes() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let role = json!({ "role": "admin" });
    let member = "/api/v1/organizations/acme/members/member@example.com";
    let writers = (0..8).map(|_| owner.patch(member, "\"1\"", &role));
    let mut statuses: Vec<u16> =
        futures_util::future::join_all(writers).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    let now = owner.get(member).await;
    assert_eq!((now.header("etag"), &now.json()["role"]), ("\"2\"", &json!("admin")));
}

#[tokio::test]
async fn what_a_command_changes_moves_the_version_too() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let act = identity::admin::Act::ProjectSetDisabled {
        organization: "acme".into(),
        project: "apollo".into(),
        disabled: true,
    };
    let done = crate::harness::seed::act(&server.authority, act).await;
    assert_eq!(done["version"], 2);
    assert_eq!(owner.patch(APOLLO, "\"1\"", &json!({ "disabled": false })).await.status, 412);
}
