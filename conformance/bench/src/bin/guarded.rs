//! A downstream app with one handler that answers the project, with a guard before it and without: what the guard costs.
//!
//! `guarded ADDRESS none|feed|jwt`; with a guard, ISSUER, SERVER (where it really listens), RESOURCE, CLIENT_ID and CLIENT_SECRET
//! come from the environment.

use actix_web::{App, HttpResponse, HttpServer, web};
use guard::{Grant, Guard};

type Failure = Box<dyn std::error::Error>;

async fn notes(grant: Option<Grant>) -> HttpResponse {
    let project = grant.as_ref().and_then(|grant| grant.project.as_deref()).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain").body(format!("a note of project {project:22}"))
}

#[actix_web::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(mode)) = (arguments.next(), arguments.next()) else {
        return Err("usage: guarded ADDRESS none|feed|jwt".into());
    };
    let guard = guard(&mode)?;
    HttpServer::new(move || {
        let open = web::resource("/open").to(|| async { HttpResponse::Ok().finish() });
        let app = App::new().service(open);
        match &guard {
            Some(guard) => app.service(web::resource("/notes").wrap(guard.clone()).to(notes)),
            None => app.service(web::resource("/notes").to(notes)),
        }
    })
    .workers(1)
    .bind(address)?
    .run()
    .await?;
    Ok(())
}

fn guard(mode: &str) -> Result<Option<Guard>, Failure> {
    if mode == "none" {
        return Ok(None);
    }
    let said = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let server = said("SERVER")?;
    let builder = Guard::builder(said("ISSUER")?, said("RESOURCE")?).required_scopes("issues:read".parse()?);
    let builder = match mode {
        "feed" => builder
            .introspection(said("CLIENT_ID")?, said("CLIENT_SECRET")?)
            .introspection_endpoint(format!("{server}/introspect"))
            .events_endpoint(format!("{server}/events"))
            .event_feed(),
        "jwt" => builder.jwks_uri(format!("{server}/jwks")).jwt_access_tokens(),
        _ => return Err("the mode is none, feed or jwt".into()),
    };
    Ok(Some(builder.build()?))
}
