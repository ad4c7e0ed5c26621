//! An axum app behind the guard: `cargo run -p lanyard-guard --features tower --example axum_app`.
//!
//! Settings come from the environment: ISSUER, RESOURCE (the URL of /notes as clients see it), CLIENT_ID and CLIENT_SECRET
//! (the resource server's, for introspection); LISTEN is where, 127.0.0.1:8090 if nothing is said.

use axum::routing::get;
use axum::{Extension, Json, Router};
use guard::{Grant, Guard, Rule};

async fn notes(Extension(grant): Extension<Grant>) -> Json<Vec<String>> {
    // A real app would select by the project: it is the only one that this request may see.
    Json(vec![format!("a note of project {}", grant.project.as_deref().unwrap_or("none"))])
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let guard = Guard::builder(std::env::var("ISSUER")?, std::env::var("RESOURCE")?)
        .introspection(std::env::var("CLIENT_ID")?, std::env::var("CLIENT_SECRET")?)
        .required_scopes("notes:read".parse()?)
        .rule(Rule::Http)
        .build()?;

    let mut app = Router::new().route("/notes", get(notes)).route_layer(guard.layer());
    for path in guard.metadata_paths() {
        app = app.route_service(path, guard.metadata_service());
    }
    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8090".to_owned());
    let listener = tokio::net::TcpListener::bind(listen).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
