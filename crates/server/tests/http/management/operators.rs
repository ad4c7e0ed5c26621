//! What belongs to the whole server, by the API token of somebody who operates it.

use identity::admin::Act;
use serde_json::json;

use crate::harness::{
    TestServer,
    seed::{act, text},
};

async fn set_operator(server: &TestServer, operator: bool) {
    act(&server.authority, Act::UserSetOperator { user: "owner@example.com".into(), operator }).await;
}

#[tokio::test]
async fn whoever_operates_the_server_does_it_by_the_api_under_their_own_name() {
    let server = TestServer::start().await;
    let program = server.program("owner@example.com", true).await;
    let lists = ["clients", "resources", "users", "signing-keys", "audit"].map(|list| format!("/api/v1/{list}"));
    for list in &lists {
        assert_eq!(program.get(list).await.status, 403, "{list}: not before they operate it");
    }
    assert_eq!(program.get("/api/v1/me").await.json()["operates"], false);
    set_operator(&server, true).await;
    assert_eq!(program.get("/api/v1/me").await.json()["operates"], true);
    for list in &lists {
        let listed = program.get(list).await;
        assert_eq!(listed.status, 200, "{list}: {}", listed.body);
        assert!(!listed.json()["items"].as_array().unwrap().is_empty(), "{list}");
    }
    let app = json!({ "name": "App", "kind": "public", "redirect_uris": ["https://new.example.com/callback"] });
    let made = program.post("/api/v1/clients", &app).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let here = format!("/api/v1/clients/{}", text(&made.json(), "client_id"));
    let changed = program.patch(&here, made.header("etag"), &json!({ "disabled": true })).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let service = json!({ "name": "S", "resource": "https://s.example", "scopes": ["s:read=read:read"] });
    assert_eq!(program.post("/api/v1/resources", &service).await.status, 201);
    assert_eq!(program.post("/api/v1/users", &json!({ "email": "nia@example.com" })).await.status, 201);
    let off = json!({ "disabled": true });
    let globex = program.get("/api/v1/organizations/globex").await;
    assert_eq!(globex.status, 404, "within organisations they are who they are");
    let disabled = program.patch("/api/v1/organizations/globex", "*", &off).await;
    assert!(disabled.json()["disabled_at"].is_number(), "{}", disabled.body);
    let rotated = program.post("/api/v1/signing-keys/rotate", &json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);

    let trail = program.get("/api/v1/audit?person=owner%40example.com&limit=100").await.json();
    for action in ["client.added", "client.disabled", "resource.added", "user.added", "organization.disabled"] {
        let theirs = |one: &&serde_json::Value| one["action"] == action && one["by_email"] == "owner@example.com";
        let one = trail["items"].as_array().unwrap().iter().find(theirs);
        let one = one.unwrap_or_else(|| panic!("no {action}: {trail}"));
        assert!(one["token_id"].is_string(), "{one}");
    }

    // Whoever operates it no more is told so at once.
    set_operator(&server, false).await;
    for list in &lists {
        assert_eq!(program.get(list).await.status, 403, "{list}");
    }
    assert_eq!(program.patch(&here, "*", &json!({ "disabled": false })).await.status, 403);
}

#[tokio::test]
async fn a_token_of_an_operator_that_only_reads_changes_nothing_of_the_server() {
    let server = TestServer::start().await;
    set_operator(&server, true).await;
    let reader = server.program("owner@example.com", false).await;
    assert_eq!(reader.get("/api/v1/clients/demo-cli").await.status, 200);
    assert_eq!(reader.patch("/api/v1/clients/demo-cli", "*", &json!({ "disabled": true })).await.status, 403);
    assert_eq!(reader.delete("/api/v1/clients/demo-cli", "*").await.status, 403);
    assert_eq!(reader.post("/api/v1/users", &json!({ "email": "nia@example.com" })).await.status, 403);
    assert_eq!(reader.post("/api/v1/signing-keys/rotate", &json!({})).await.status, 403);
    let off = json!({ "disabled": true });
    assert_eq!(reader.patch("/api/v1/organizations/globex", "*", &off).await.status, 403);
    assert_eq!(reader.get("/api/v1/clients/demo-cli").await.json()["disabled_at"], json!(null));
}
