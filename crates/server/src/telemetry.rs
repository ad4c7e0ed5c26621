//! Logs: how they are written, and the one line for each request, which is counted at the same place. No body, query, cookie
//! or Authorization is ever in them.

mod access;
mod line;
mod sink;

use std::{
    io::{self, IsTerminal as _},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    rc::Rc,
    time::Instant,
};

use actix_web::{
    Error,
    dev::{ServiceRequest, ServiceResponse},
};
use futures_util::FutureExt as _;
use tracing::Dispatch;
use tracing_subscriber::{EnvFilter, fmt, fmt::MakeWriter};

pub use access::AccessLog;
use access::Answered;

use crate::{
    config::{Log, LogFormat},
    edge::Edge,
    error_response::Unexpected,
    forwarded::ClientAddress,
    metrics::{Pattern, Worker},
    request_id::{self, RequestId},
};

/// The target of the lines that requests leave.
const ACCESS: &str = "access";

/// Starts logging to standard error, panics included; once in a process.
///
/// # Errors
/// Logging has been started already, or no thread can be had for it.
pub fn init(log: &Log) -> io::Result<()> {
    tracing::dispatcher::set_global_default(writer(log, sink::Lines, io::stderr().is_terminal()))
        .map_err(io::Error::other)?;
    sink::STDERR.start()?;
    panic::set_hook(Box::new(report_panic));
    Ok(())
}

/// Writes the lines that wait; to be called before the process ends.
pub fn flush() {
    sink::STDERR.flush();
}

/// Where it happened, and the words of the source; a message that was put together at run time may quote anything.
fn report_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let words = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("a message made at run time");
    tracing::error!(location, words, "panic");
}

fn writer<W>(log: &Log, to: W, colours: bool) -> Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // A line that cannot be written is lost; to report that on standard error too would panic on a disk that is full.
    let builder = fmt().log_internal_errors(false).with_env_filter(EnvFilter::new(log.level.as_str())).with_writer(to);
    match log.format {
        LogFormat::Json => builder.event_format(line::JsonLine).into(),
        LogFormat::Text => {
            builder.compact().with_ansi(colours).with_target(false).map_event_format(line::TextLine).into()
        }
    }
}

/// Names the request, finds its client's address, counts it, and writes its line, around whatever `next` does.
///
/// # Errors
/// What `next` gives; where it panicked, a generic error with a reference.
pub async fn observe<B, F>(
    request: ServiceRequest,
    next: impl FnOnce(ServiceRequest) -> F,
) -> Result<ServiceResponse<B>, Error>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    let id = RequestId::generate();
    id.scope(answer(id, request, next)).await
}

async fn answer<B, F>(
    id: RequestId,
    request: ServiceRequest,
    next: impl FnOnce(ServiceRequest) -> F,
) -> Result<ServiceResponse<B>, Error>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    use actix_web::HttpMessage as _;

    let edge = Edge::of_service(&request)?;
    let client = ClientAddress::find(request.peer_addr(), request.headers(), &edge.trusted_proxies);
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    let worker = request.app_data::<Rc<Worker>>().cloned();
    let began = Instant::now();
    let method = request.method().clone();
    let outcome = AssertUnwindSafe(async { next(request).await }).catch_unwind().await;
    let took = began.elapsed();
    let mut outcome = outcome.unwrap_or_else(|_| Err(Unexpected::new("a handler panicked").into()));
    let pattern = outcome.as_ref().ok().and_then(|response| Pattern::of(response.request()));
    let status = match &mut outcome {
        Ok(response) => {
            response.headers_mut().insert(request_id::HEADER, id.header_value());
            if let Some(worker) = &worker {
                worker.answered(pattern.as_deref(), response, took);
            }
            response.status().as_u16()
        }
        Err(error) => {
            let status = error.as_response_error().status_code();
            if let Some(worker) = &worker {
                worker.failed(status, took);
            }
            status.as_u16()
        }
    };
    if let Some(log) = &edge.access_log {
        let route = pattern.as_deref().map_or("none", Pattern::text);
        log.write(&Answered { id, method: &method, route, status, took, client: client.map(|client| client.0) });
    }
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use actix_web::{
        App, HttpResponse,
        middleware::{Next, from_fn},
        test, web,
    };
    use protocol::OAuthError;
    use serde_json::Value;

    use super::*;
    use crate::error_response::Refusal;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logging_to(lines: &Lines) -> web::Data<Edge> {
        let mut edge = Edge::for_tests(&[]).into_inner();
        if let Some(log) = Arc::get_mut(&mut edge).and_then(|edge| edge.access_log.as_mut()) {
            log.instead = Some(Arc::clone(&lines.0));
        }
        web::Data::from(edge)
    }

    /// Sends one request that carries secrets everywhere; gives the answer's status and headers, body, and the log.
    async fn sent(path: &str) -> (u16, String, String, Vec<Value>) {
        let refuse = || async { Err::<HttpResponse, _>(Refusal(OAuthError::invalid_grant("no").because("spent"))) };
        let panic = || async {
            assert!(RequestId::current().is_none(), "on purpose");
            HttpResponse::Ok().finish()
        };
        let lines = Lines::default();
        let to = lines.clone();
        let log = Log::default();
        let _guard = tracing::dispatcher::set_default(&writer(&log, move || to.clone(), false));
        let app = App::new()
            .app_data(logging_to(&lines))
            .wrap(from_fn(|request, next: Next<_>| {
                observe(request, move |request| async move { next.call(request).await })
            }))
            .service(
                web::resource("/refuse/{id}")
                    .app_data(Rc::new(Pattern::new("/refuse/{id}")))
                    .route(web::post().to(refuse)),
            )
            .route("/panic", web::post().to(panic));
        let app = test::init_service(app).await;
        let request = test::TestRequest::post()
            .uri(path)
            .peer_addr("203.0.113.9:4711".parse().unwrap())
            .insert_header(("authorization", "Bearer hunter2"))
            .insert_header(("cookie", "session=hunter2"))
            .insert_header(("x-request-id", "chosen-by-the-client"))
            .set_payload("password=hunter2")
            .to_request();
        let (status, id, body) = match test::try_call_service(&app, request).await {
            Ok(response) => {
                let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();
                let status = response.status().as_u16();
                (status, id, String::from_utf8(test::read_body(response).await.to_vec()).unwrap())
            }
            Err(error) => {
                let body = actix_web::body::to_bytes(error.error_response().into_body()).await.unwrap();
                (
                    error.as_response_error().status_code().as_u16(),
                    String::new(),
                    String::from_utf8(body.to_vec()).unwrap(),
                )
            }
        };
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        (status, id, body, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    #[actix_web::test]
    async fn one_line_says_what_was_answered_and_no_secret() {
        let (status, id, body, log) = sent("/refuse/hunter2?code=hunter2").await;
        assert_eq!(status, 400);
        assert_eq!(id.len(), 12);
        assert!(body.contains("invalid_grant"));
        let access: Vec<&Value> = log.iter().filter(|line| line["target"] == "access").collect();
        assert_eq!(access.len(), 1, "{log:?}");
        let line = access[0];
        assert_eq!(line["method"], "POST");
        assert_eq!(line["route"], "/refuse/{id}");
        assert_eq!(line["status"], 400);
        assert_eq!(line["client"], "203.0.113.9");
        assert_eq!(line["request"], id);
        assert!(line["microseconds"].is_u64());
        let refusal = log.iter().find(|line| line["code"] == "invalid_grant").unwrap();
        assert_eq!(refusal["detail"], "spent");
        assert_eq!(refusal["request"], id);
        let text = format!("{log:?}");
        assert!(!text.contains("hunter2") && !text.contains("chosen-by-the-client"), "{text}");
    }

    #[actix_web::test]
    async fn an_unknown_path_is_not_written_down() {
        let (status, _, _, log) = sent("/hunter2").await;
        assert_eq!(status, 404);
        assert_eq!(log[0]["route"], "none");
        assert!(!format!("{log:?}").contains("hunter2"));
    }

    #[actix_web::test]
    async fn a_panic_gives_a_reference_that_the_log_knows() {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            report_panic(panic);
            previous(panic);
        }));
        let (status, _, body, log) = sent("/panic").await;
        assert_eq!(status, 500);
        let reference = body.rsplit("Reference: ").next().unwrap();
        let line = log.iter().find(|line| line["message"] == "unexpected").unwrap();
        assert_eq!(line["request"], reference);
        let panic = log.iter().find(|line| line["message"] == "panic").unwrap();
        assert_eq!(panic["words"], "on purpose");
        assert!(panic["location"].as_str().unwrap().contains("telemetry.rs:"), "{panic}");
        assert_eq!(log.iter().filter(|line| line["target"] == "access").count(), 1);
    }

    #[actix_web::test]
    async fn the_access_log_can_be_switched_off() {
        let lines = Lines::default();
        let to = lines.clone();
        let _guard = tracing::dispatcher::set_default(&writer(&Log::default(), move || to.clone(), false));
        let app = App::new().app_data(Edge::for_tests(&[("LANYARD__LOG__ACCESS", "false")])).wrap(from_fn(
            |request, next: Next<_>| observe(request, move |request| async move { next.call(request).await }),
        ));
        let app = test::init_service(app).await;
        let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
        assert!(response.headers().contains_key("x-request-id"));
        assert!(lines.0.lock().unwrap().is_empty());
    }
}
