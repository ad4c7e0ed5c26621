//! Keys of requests: sent again, the same is answered, and one thing is made.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Row as _};

use crate::harness::TestServer;

const PROJECTS: &str = "/api/v1/organizations/acme/projects";
const KEYS: &str = "/api/v1/organizations/acme/keys";

fn project(slug: &str) -> Value {
    json!({ "slug": slug, "name": "Mercury" })
}

#[tokio::test]
async fn a_request_that_is_sent_again_makes_nothing_twice() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let made = owner.post_once(PROJECTS, "a key", &project("mercury")).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""), "{}", made.body);
    assert_eq!(made.header("location"), "/api/v1/organizations/acme/projects/mercury");
    let again = owner.post_once(PROJECTS, "a key", &project("mercury")).await;
    assert_eq!((again.status, &again.body), (made.status, &made.body));
    let other = owner.post_once(PROJECTS, "a key", &project("venus")).await;
    assert_eq!(other.status, 422, "{}", other.body);
    let elsewhere =
        owner.post_once(KEYS, "a key", &json!({ "project": "apollo", "name": "x", "scope": "issues:read" })).await;
    assert_eq!(elsewhere.status, 422, "{}", elsewhere.body);
    // Without a key, or under another, it is another request.
    assert_eq!(owner.post(PROJECTS, &project("mercury")).await.status, 409);
    assert_eq!(owner.post_once(PROJECTS, "another key", &project("mercury")).await.status, 409);
    // Somebody else's key is another's.
    let admin = server.program("outsider@example.com", true).await;
    assert_eq!(admin.post_once(PROJECTS, "a key", &project("mercury")).await.status, 404);
}

#[tokio::test]
async fn of_many_at_once_one_is_made() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let body = json!({ "project": "apollo", "name": "nightly", "scope": "issues:read" });
    let answers = join_all((0..6).map(|_| owner.post_once(KEYS, "parallel", &body))).await;
    for answer in &answers {
        assert!(matches!(answer.status.as_u16(), 201 | 409), "{} {}", answer.status, answer.body);
    }
    let last = owner.post_once(KEYS, "parallel", &body).await;
    assert_eq!(last.status, 201, "{}", last.body);
    let texts: Vec<Value> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.json()["key"].clone()).collect();
    assert!(!texts.is_empty() && texts.iter().all(|text| *text == last.json()["key"]));
    let listed = owner.get(KEYS).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn what_was_refused_may_be_asked_again_with_the_same_key() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let body = json!({ "project": "mercury", "name": "nightly", "scope": "issues:read" });
    assert_eq!(owner.post_once(KEYS, "early", &body).await.status, 404);
    assert_eq!(owner.post(PROJECTS, &project("mercury")).await.status, 201);
    assert_eq!(owner.post_once(KEYS, "early", &body).await.status, 201);
}

#[tokio::test]
async fn a_secret_that_is_answered_again_is_kept_sealed() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let body = json!({ "project": "apollo", "name": "nightly", "scope": "issues:read" });
    let made = owner.post_once(KEYS, "with a secret", &body).await;
    let text = made.json()["key"].as_str().unwrap().to_owned();
    assert!(text.starts_with("lyd_key_"));
    sqlx::any::install_default_drivers();
    let url = server.database_url();
    let url = url.strip_prefix("sqlite:").map_or_else(|| url.to_owned(), |path| format!("sqlite://{path}"));
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let kept = sqlx::query("SELECT fingerprint, sealed_answer FROM kept_answers");
    let rows = kept.fetch_all(&mut connection).await.unwrap();
    assert_eq!(rows.len(), 1);
    for column in ["fingerprint", "sealed_answer"] {
        let kept: String = rows[0].try_get(column).unwrap();
        assert!(!kept.contains("lyd_key_") && !kept.contains("nightly"), "{column}: {kept}");
    }
    server.advance(std::time::Duration::from_secs(25 * 3600));
    let next = owner.post_once(KEYS, "with a secret", &body).await;
    assert_eq!(next.status, 201);
    assert_ne!(next.json()["key"], made.json()["key"], "after a day the key is free again");
}

#[tokio::test]
async fn a_key_is_one_text_that_is_not_too_long() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    for odd in ["", " ", &"x".repeat(256)] {
        let refused = owner.post_once(PROJECTS, odd, &project("mercury")).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (400, &json!("malformed")), "{odd:?}");
    }
}
