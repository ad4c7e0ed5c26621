//! The listener for Prometheus: `GET /metrics`, and nothing else. It is never the public one, and the route table does not
//! know it.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::{self, Data},
};

use super::Metrics;
use crate::app::until;

const HEAD_WITHIN: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Prometheus needs one.
const CONNECTIONS: usize = 16;

/// Answers on these listeners until `stop` is ready.
///
/// # Errors
/// A listener cannot be used, or the server broke.
pub async fn serve(
    listeners: Vec<TcpListener>,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    until(begin(listeners, Data::from(metrics))?, stop).await
}

fn begin(listeners: Vec<TcpListener>, metrics: Data<Metrics>) -> io::Result<Server> {
    let mut server = HttpServer::new(move || {
        App::new()
            .app_data(metrics.clone())
            .service(web::resource("/metrics").route(web::get().to(text)).default_service(web::to(only_get)))
    })
    .workers(1)
    .max_connections(CONNECTIONS)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD_WITHIN)
    .shutdown_timeout(1)
    .disable_signals();
    for listener in listeners {
        server = server.listen(listener)?;
    }
    Ok(server.run())
}

async fn text(metrics: Data<Metrics>) -> HttpResponse {
    match metrics.text() {
        Ok(text) => HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "what was measured cannot be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// RFC 9110 §15.5.6.
async fn only_get() -> HttpResponse {
    let mut answer = HttpResponse::new(StatusCode::METHOD_NOT_ALLOWED);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    answer
}
