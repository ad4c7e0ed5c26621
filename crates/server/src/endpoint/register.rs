//! `POST /register` (RFC 7591): a client that nobody vouches for asks for a name.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data},
};
use protocol::{ClientMetadata, ErrorCode, OAuthError};

use super::{Sender, uncached};
use crate::{
    error_response::{Refusal, TooMany},
    rate_limit::Class,
    state::AppState,
};

/// The longest body.
pub const MAX_BYTES: usize = 64 * 1024;

/// Registers a client.
///
/// # Errors
/// RFC 7591 §3.2.2; an address that registers very many is told to wait.
pub async fn post(
    state: Data<AppState>,
    Sender(caller): Sender,
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse, Refusal> {
    let metadata = metadata(&request, body)?;
    match state.authority.register(metadata, &caller.address, state.authority.now()).await? {
        Ok(registered) => Ok(uncached(StatusCode::CREATED, &registered)),
        Err(too_many) => Ok(HttpResponse::from_error(TooMany::new(Class::Registration, too_many.retry_after))),
    }
}

fn metadata(request: &HttpRequest, body: Result<Bytes, actix_web::Error>) -> Result<ClientMetadata, OAuthError> {
    let refused = |why: &'static str| OAuthError::new(ErrorCode::InvalidClientMetadata, why);
    if request.content_type() != "application/json" {
        return Err(refused("the body must be application/json"));
    }
    let body = body.map_err(|_| refused("the body cannot be read, or is larger than 64 KiB"))?;
    ClientMetadata::parse(&body)
}
