//! The guard as an actix-web middleware (`App::wrap(guard.clone())`), [`Grant`] as an extractor, and the metadata's routes
//! (`App::configure(guard.metadata_routes())`). Put a CORS middleware *outside* of the guard: a browser's preflight carries
//! no token.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::error::ErrorInternalServerError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::ServiceConfig;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use http::Method;

use crate::request::{Fields, Head};
use crate::{Grant, Guard, MAX_BODY_BYTES, Reply};

impl Guard {
    /// Routes for the protected-resource metadata; to be configured outside of what the guard wraps.
    pub fn metadata_routes(&self) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
        let guard = self.clone();
        move |config| {
            for path in guard.metadata_paths() {
                let guard = guard.clone();
                let answer = move |request: HttpRequest| ready(response(guard.metadata(&method(&request))));
                config.service(web::resource(path.as_str()).to(answer));
            }
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Guard
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(Guarded { guard: self.clone(), inner: Rc::new(inner) }))
    }
}

/// A service behind a guard.
pub struct Guarded<S> {
    guard: Guard,
    inner: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (guard, inner) = (self.guard.clone(), Rc::clone(&self.inner));
        async move {
            match admit(&guard, &mut request).await {
                Ok(grant) => {
                    request.extensions_mut().insert(grant);
                    Ok(inner.call(request).await?.map_into_left_body())
                }
                Err(reply) => Ok(request.into_response(response(reply)).map_into_right_body()),
            }
        }
        .boxed_local()
    }
}

/// The request's grant, or the answer that goes back instead. A body that was read is put back.
async fn admit(guard: &Guard, request: &mut ServiceRequest) -> Result<Grant, Reply> {
    let method = method(request.request());
    let grant = guard.admit_head(&Head { method: &method, headers: request.headers() }).await?;
    if guard.reads_body(&method) {
        let body = whole(guard, request.take_payload()).await?;
        guard.permit_head(&grant, &Head { method: &method, headers: request.headers() }, &body)?;
        request.set_payload(Payload::from(body));
    } else {
        guard.permit_head(&grant, &Head { method: &method, headers: request.headers() }, &Bytes::new())?;
    }
    Ok(grant)
}

async fn whole(guard: &Guard, mut payload: Payload) -> Result<Bytes, Reply> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| guard.body_refused(false))?;
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(guard.body_refused(true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// actix-web speaks the `http` crate of yesterday; what one version accepts as a method, the other does too.
fn method(request: &HttpRequest) -> Method {
    Method::from_bytes(request.method().as_str().as_bytes()).unwrap_or(Method::TRACE)
}

/// There are few, so that looking at each costs less than reading the name that is looked for.
impl Fields for HeaderMap {
    fn each<'f>(&'f self, name: &str, to: &mut dyn FnMut(&'f [u8])) {
        let called = self.iter().filter(|(found, _)| found.as_str().eq_ignore_ascii_case(name));
        called.for_each(|(_, value)| to(value.as_bytes()));
    }
}

fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::from_u16(reply.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    for (name, value) in &reply.headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    response.body(reply.body)
}

impl FromRequest for Grant {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    /// The grant that the guard left. A route without a guard answers 500 rather than serve anybody.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let grant = request.extensions().get::<Self>().cloned();
        ready(grant.ok_or_else(|| ErrorInternalServerError("this route is not behind the guard")))
    }
}
