//! The endpoints of the protocol: each takes a request apart, calls one flow, and sends its answer. No rule stands here.

pub mod assets;
pub mod authorize;
pub mod check;
mod client_form;
pub mod device_authorization;
pub mod events;
pub mod health;
pub mod introspect;
pub mod jwks;
pub mod metadata;
mod quota;
pub mod register;
pub mod revoke;
pub mod security_txt;
mod sender;
pub mod token;
pub mod userinfo;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Bytes,
};
use protocol::OAuthError;
use serde::Serialize;

pub use client_form::ClientForm;
pub use sender::Sender;

use crate::error_response::Refusal;

impl From<identity::Error> for Refusal {
    fn from(error: identity::Error) -> Self {
        Self(error.into_oauth())
    }
}

/// An ordinary answer is shorter.
const ANSWER_BYTES: usize = 640;

/// JSON that nobody may keep (RFC 6749 §5.1, RFC 7662 §2.2, RFC 7591 §3.2.1).
fn uncached(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    let mut json = Vec::with_capacity(ANSWER_BYTES);
    if let Err(error) = serde_json::to_writer(&mut json, body) {
        return HttpResponse::from_error(Refusal(OAuthError::server_error(error.to_string())));
    }
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((header::PRAGMA, HeaderValue::from_static("no-cache")))
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(json)
}

/// JSON that is the same for everybody and changes seldom.
pub(crate) fn cached_briefly(json: Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")))
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/json")))
        .body(json)
}
