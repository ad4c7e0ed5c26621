//! The guard as a [`tower::Layer`], for axum, rmcp and every other service over `http::Request`. The grant stands in the
//! request's extensions, so in axum `Extension<Grant>` extracts it. Put a CORS layer *outside* of this one: a browser's
//! preflight carries no token.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};

use crate::{Guard, MAX_BODY_BYTES, Reply};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body of the other side, or one that the guard holds: the request's read whole, or a reply of its own.
pub type MaybeHeld<B> = Either<B, Full<Bytes>>;

impl Guard {
    /// This guard as a layer around the routes that it protects.
    #[must_use]
    pub fn layer(&self) -> GuardLayer {
        GuardLayer(self.clone())
    }

    /// A service for [`Guard::metadata_paths`].
    #[must_use]
    pub fn metadata_service(&self) -> MetadataService {
        MetadataService(self.clone())
    }
}

/// Made by [`Guard::layer`].
#[derive(Clone)]
pub struct GuardLayer(Guard);

impl<S> ::tower::Layer<S> for GuardLayer {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded { guard: self.0.clone(), inner }
    }
}

/// A service behind a guard.
#[derive(Clone)]
pub struct Guarded<S> {
    guard: Guard,
    inner: S,
}

impl<S, B, R> ::tower::Service<Request<B>> for Guarded<S>
where
    S: ::tower::Service<Request<MaybeHeld<B>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
    R: Body<Data = Bytes>,
    R::Error: Into<BoxError>,
{
    type Response = Response<MaybeHeld<R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call; the clone takes its place.
        let ready = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, ready);
        let guard = self.guard.clone();
        Box::pin(async move {
            match admitted(&guard, request).await {
                Ok(request) => Ok(inner.call(request).await?.map(Either::Left)),
                Err(reply) => Ok(response(reply).map(Either::Right)),
            }
        })
    }
}

/// The request with its grant, or the answer that goes back instead.
async fn admitted<B>(guard: &Guard, request: Request<B>) -> Result<Request<MaybeHeld<B>>, Reply>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let (mut parts, body) = request.into_parts();
    let grant = guard.admit(&parts.method, &parts.headers).await?;
    let body = if guard.reads_body(&parts.method) {
        let bytes = whole(guard, body).await?;
        guard.permit(&grant, &parts.method, &parts.headers, &bytes)?;
        Either::Right(Full::new(bytes))
    } else {
        guard.permit(&grant, &parts.method, &parts.headers, &Bytes::new())?;
        Either::Left(body)
    };
    parts.extensions.insert(grant);
    Ok(Request::from_parts(parts, body))
}

async fn whole<B>(guard: &Guard, body: B) -> Result<Bytes, Reply>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let collected = Limited::new(body, MAX_BODY_BYTES).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|error| guard.body_refused(error.is::<LengthLimitError>()))
}

/// Serves the protected-resource metadata. Made by [`Guard::metadata_service`].
#[derive(Clone)]
pub struct MetadataService(Guard);

impl<B> ::tower::Service<Request<B>> for MetadataService {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(response(self.0.metadata(request.method()))))
    }
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    response.headers_mut().extend(reply.headers);
    response
}
