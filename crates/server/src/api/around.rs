//! What stands around every address of the API: which scripts may read it (C-30), how often one address may ask, and what is said
//! of that (draft-ietf-httpapi-ratelimit-headers).

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};

use super::{Kind, Problem};
use crate::{
    cors,
    edge::Edge,
    forwarded::ClientAddress,
    rate_limit::{Class, Remaining},
};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// To be wrapped around each address.
///
/// # Errors
/// Only what the inner service gives.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let crossing = cors::Crossing::of(&request)?;
    let mut response = match crossing.is_preflight() {
        true => cors::no_content(request),
        false => limited(request, next).await?,
    };
    crossing.permit(response.headers_mut());
    Ok(response)
}

async fn limited(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let edge = match Edge::of_service(&request) {
        Ok(edge) => edge,
        Err(error) => return Ok(request.error_response(error)),
    };
    // No text holds U+0000, and no database keeps it.
    if request.uri().path().contains("%00") {
        return Ok(request.error_response(Problem::absent()));
    }
    match edge.limiter.check(Class::Api, ClientAddress::of(&request).0) {
        Ok(remaining) => {
            let mut response = next.call(request).await.map(ServiceResponse::map_into_boxed_body)?;
            write(response.headers_mut(), remaining);
            Ok(response)
        }
        Err(refusal) => {
            let seconds = u32::try_from(refusal.retry_after().as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            let said = format!("Too many requests from this address; wait {seconds} seconds.");
            Ok(request.error_response(Problem::new(Kind::TooMany, said).after(seconds)))
        }
    }
}

fn write(headers: &mut HeaderMap, remaining: Option<Remaining>) {
    let Some(Remaining { quota, window, left, full_in }) = remaining else { return };
    let policy = format!("\"address\";q={quota};w={window}");
    let state = format!("\"address\";r={left};t={full_in}");
    for (name, text) in [(POLICY, policy), (STATE, state)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
