//! The description and what is answered are the same.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Answer, TestServer};

/// The addresses of the route table below `/api/v1`, with their methods.
fn mounted() -> BTreeSet<(String, String)> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/app/api.rs");
    let code = std::fs::read_to_string(source).unwrap();
    let mut literals = code.split('"').skip(1).step_by(2);
    let mut found = BTreeSet::new();
    while let Some(path) = literals.next() {
        // The description describes everything but itself.
        if !path.starts_with("/api/v1/") || path.ends_with("openapi.json") {
            continue;
        }
        let methods = literals.next().expect("methods behind a path");
        let methods = methods.split(", ").filter(|method| *method != "HEAD");
        found.extend(methods.map(|method| (path.to_owned(), method.to_lowercase())));
    }
    found
}

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    let server = TestServer::start().await;
    let served = Answer::of(server.http().get(server.url("/api/v1/openapi.json"))).await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    let document: Value = served.json();
    assert_eq!(document["servers"][0]["url"], server.issuer);
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())))
        .collect();
    assert!(described.len() > 40, "{described:?}");
    assert_eq!(mounted(), described);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let server = TestServer::start().await;
    for path in ["/api/v1/nothing", "/api/v2/me", "/api/v1/organizations/%00"] {
        let answer = Answer::of(server.http().get(server.url(path))).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
    }
    let other = Answer::of(server.http().put(server.url("/api/v1/me"))).await;
    assert_eq!((other.status.as_u16(), other.header("allow")), (405, "GET, HEAD"));
}
