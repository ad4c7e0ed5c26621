//! The actix-web skin.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod support;

use actix_web::{App, HttpServer, web};
use guard::{Grant, Guard};
use serde_json::{Value, json};

use support::cases::{self, Skin};

struct Actix;

impl Skin for Actix {
    async fn start(guard: Guard) -> String {
        let app = move || {
            let echo = web::resource("/mcp").wrap(guard.clone()).to(echo);
            App::new().configure(guard.metadata_routes()).service(echo).route("/unguarded", web::get().to(echo_grant))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        actix_web::rt::spawn(server.run());
        base
    }
}

async fn echo(grant: Grant, body: String) -> web::Json<Value> {
    web::Json(
        json!({"subject": grant.subject, "client": grant.client, "organization": grant.organization, "project": grant.project,
                     "scopes": grant.scopes, "access": grant.access, "body": body}),
    )
}

async fn echo_grant(grant: Grant) -> String {
    grant.actor().to_owned()
}

#[actix_web::test]
async fn every_case_behind_the_middleware() {
    cases::all::<Actix>().await;
}

#[actix_web::test]
async fn a_route_without_the_guard_serves_nobody() {
    let issuer = support::Issuer::start().await;
    let base = Actix::start(issuer.guard().build().unwrap()).await;
    let response = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("{base}/unguarded"))
        .bearer_auth("reader")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), reqwest::StatusCode::INTERNAL_SERVER_ERROR);
}
