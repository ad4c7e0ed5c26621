//! The HTTP server around the route table: listeners, time-outs, TLS, and the way down.

use std::{io, net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
};

use super::{configure, documents};
use crate::{config::Transport, edge::Edge, headers, page, state::AppState, telemetry, tls::Certificate};

/// A head that takes longer holds a connection open for its own sake.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(75);
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// What runs may finish when the server is told to stop.
const FINISH_WITHIN_SECONDS: u64 = 10;

/// Answers on these listeners until `stop` is ready, then finishes what runs. With TLS where the settings have a certificate,
/// which is read again on SIGHUP.
///
/// # Errors
/// A listener or the certificate cannot be used, or the server broke.
pub async fn serve(listeners: Vec<TcpListener>, state: AppState, stop: impl Future<Output = ()>) -> io::Result<()> {
    let certificate = certificate(&state)?;
    let server = begin(listeners, state, certificate.as_ref())?;
    let reload = certificate.map(|certificate| tokio::spawn(certificate.reload_on_hangup()));
    let served = until(server, stop).await;
    if let Some(reload) = reload {
        reload.abort();
    }
    served
}

fn begin(listeners: Vec<TcpListener>, state: AppState, certificate: Option<&Arc<Certificate>>) -> io::Result<Server> {
    let mut server = HttpServer::new(move || {
        let app = App::new().configure(|config| configure(config, &state)).wrap(from_fn(around));
        #[cfg(feature = "fault-points")]
        let app = {
            let faults = state.authority.store().faults().clone();
            app.wrap(from_fn(move |request, next| crate::fault::torn(faults.clone(), request, next)))
        };
        app
    })
    .workers(std::thread::available_parallelism().map_or(1, usize::from))
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD_WITHIN)
    .tls_handshake_timeout(HANDSHAKE_WITHIN)
    .shutdown_timeout(FINISH_WITHIN_SECONDS)
    .disable_signals();
    for listener in listeners {
        server = match certificate {
            Some(certificate) => {
                server.listen_rustls_0_23(listener, certificate.server_config().map_err(io::Error::other)?)?
            }
            None => server.listen(listener)?,
        };
    }
    Ok(server.run())
}

/// What stands around every route, in one layer, since each costs an allocation.
async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    telemetry::observe(request, |request| answered(request, next)).await
}

async fn answered(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let https = Edge::of_service(&request)?.public_url.is_https();
    let response = match documents::answer(request) {
        Ok(document) => document,
        Err(request) => page::errors::rendered(next.call(request).await?.map_into_boxed_body()),
    };
    Ok(headers::secured(response, https))
}

fn certificate(state: &AppState) -> io::Result<Option<Arc<Certificate>>> {
    match &state.settings.transport {
        Transport::Tls { certificate, key } => {
            let certificate = Certificate::load(certificate, key).map_err(io::Error::other)?;
            Ok(Some(Arc::new(certificate)))
        }
        Transport::BehindProxy | Transport::Loopback => Ok(None),
    }
}

/// Runs the server until `stop` is ready.
pub(crate) async fn until(server: Server, stop: impl Future<Output = ()>) -> io::Result<()> {
    let handle = server.handle();
    let running = tokio::spawn(server);
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => return ended.unwrap_or_else(|error| Err(io::Error::other(error))),
        () = stop => {}
    }
    handle.stop(true).await;
    running.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}
