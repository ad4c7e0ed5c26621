//! The tower skin, around an axum app.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod support;

use axum::routing::any;
use axum::{Extension, Json, Router};
use guard::{Grant, Guard};
use serde_json::{Value, json};

use support::cases::{self, Skin};

struct Axum;

impl Skin for Axum {
    async fn start(guard: Guard) -> String {
        let mut app = Router::new().route("/mcp", any(echo)).route_layer(guard.layer());
        for path in guard.metadata_paths() {
            app = app.route_service(path, guard.metadata_service());
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        base
    }
}

async fn echo(Extension(grant): Extension<Grant>, body: String) -> Json<Value> {
    Json(
        json!({"subject": grant.subject, "client": grant.client, "organization": grant.organization, "project": grant.project,
                "scopes": grant.scopes, "access": grant.access, "body": body}),
    )
}

#[tokio::test]
async fn every_case_behind_the_layer() {
    cases::all::<Axum>().await;
}
