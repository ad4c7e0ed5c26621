//! The bound that the machine sets: actix-web with one handler that answers bytes, and nothing else.
//!
//! `bare ADDRESS METADATA JWKS`: the two numbers are the lengths of the answers at the addresses of metadata and JWKS.

use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, Bytes},
};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or_else(|| std::io::Error::other("usage: bare ADDRESS METADATA JWKS"))?;
    let mut body = move || Bytes::from("x".repeat(arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1)));
    let (metadata, jwks) = (body(), body());
    let answer = |body: Bytes| {
        web::get().to(move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(body) }
        })
    };
    HttpServer::new(move || {
        App::new()
            .route("/.well-known/openid-configuration", answer(metadata.clone()))
            .route("/jwks", answer(jwks.clone()))
    })
    .workers(std::thread::available_parallelism().map_or(1, usize::from))
    .bind(address)?
    .run()
    .await
}
