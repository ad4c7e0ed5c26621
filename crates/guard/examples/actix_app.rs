//! An actix-web app behind the guard: `cargo run -p lanyard-guard --features actix --example actix_app`.
//!
//! Settings come from the environment: ISSUER, RESOURCE (the URL of /notes as clients see it), CLIENT_ID and CLIENT_SECRET
//! (the resource server's, for introspection); LISTEN is where, 127.0.0.1:8090 if nothing is said.

use actix_web::{App, HttpServer, web};
use guard::{Grant, Guard, Rule};

async fn notes(grant: Grant) -> web::Json<Vec<String>> {
    // A real app would select by the project: it is the only one that this request may see.
    web::Json(vec![format!("a note of project {}", grant.project.as_deref().unwrap_or("none"))])
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let guard = Guard::builder(std::env::var("ISSUER")?, std::env::var("RESOURCE")?)
        .introspection(std::env::var("CLIENT_ID")?, std::env::var("CLIENT_SECRET")?)
        .required_scopes("notes:read".parse()?)
        .rule(Rule::Http)
        .build()?;

    let app = move || {
        let notes = web::resource("/notes").wrap(guard.clone()).route(web::get().to(notes));
        App::new().configure(guard.metadata_routes()).service(notes)
    };
    let listen = std::env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8090".to_owned());
    HttpServer::new(app).bind(listen)?.run().await?;
    Ok(())
}
