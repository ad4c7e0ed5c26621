//! `POST /introspect` (RFC 7662), for resource servers: tokens and API keys, one at a time, or up to 100 at
//! `POST /introspect/batch`.

use std::net::IpAddr;

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Bytes, Data},
};
use identity::Presented;
use protocol::{ClientCredentials, Introspection, IntrospectionBatch, OAuthError, Params};
use serde_json::json;

use super::{ClientForm, Sender, client_form::authorization, quota, uncached};
use crate::{error_response::Refusal, state::AppState};

/// The longest body of a batch: 100 tokens, each with an address.
pub const MAX_BATCH_BYTES: usize = 512 * 1024;

/// Says whether a token or an API key is good at this moment, for the resource server that asks. `client_ip` is from where
/// it was shown there.
///
/// # Errors
/// RFC 7662 §2.3; 503 where nothing is known, never a verdict on the token.
pub async fn post(
    state: Data<AppState>,
    Sender(caller): Sender,
    mut form: ClientForm,
) -> Result<HttpResponse, Refusal> {
    let (authority, now) = (&state.authority, state.authority.now());
    let resource = authority.authenticate_resource(form.credentials, now).await?;
    let token = form.params.required("token")?;
    let client_ip = form.params.take("client_ip").as_deref().map(address).transpose()?;
    let answer = authority.introspect(&resource, Presented { token: &token, client_ip }, &caller, now).await?;
    let mut told = uncached(StatusCode::OK, &answer);
    match &answer {
        Introspection::Key(key) => quota::write(told.headers_mut(), &key.allowance),
        Introspection::Limited(key) => quota::write(told.headers_mut(), &key.allowance),
        Introspection::Active(_) | Introspection::Inactive => {}
    }
    Ok(told)
}

/// The same of many, in their order. The resource server proves who it is by the Authorization header alone.
///
/// # Errors
/// As [`post`]: all are answered, or none.
pub async fn batch(
    state: Data<AppState>,
    Sender(caller): Sender,
    request: HttpRequest,
    body: Result<Bytes, actix_web::Error>,
) -> Result<HttpResponse, Refusal> {
    let (authority, now) = (&state.authority, state.authority.now());
    if !request.query_string().is_empty() {
        return Err(OAuthError::invalid_request("tokens belong in the body of the request, not in its address").into());
    }
    let credentials = ClientCredentials::parse(authorization(&request)?, &mut Params::default())?;
    let resource = authority.authenticate_resource(credentials, now).await?;
    let batch = asked(&request, body)?;
    let mut results = Vec::with_capacity(batch.tokens.len());
    for one in &batch.tokens {
        let presented = Presented { token: one.token.expose(), client_ip: one.client_ip };
        results.push(authority.introspect(&resource, presented, &caller, now).await?);
    }
    Ok(uncached(StatusCode::OK, &json!({ "results": results })))
}

fn asked(request: &HttpRequest, body: Result<Bytes, actix_web::Error>) -> Result<IntrospectionBatch, OAuthError> {
    if request.content_type() != "application/json" {
        return Err(OAuthError::invalid_request("the body must be application/json"));
    }
    let body = body.map_err(|_| OAuthError::invalid_request("the body cannot be read, or is larger than 512 KiB"))?;
    IntrospectionBatch::parse(&body)
}

fn address(text: &str) -> Result<IpAddr, OAuthError> {
    text.parse().map_err(|_| OAuthError::invalid_request("client_ip is not an IP address"))
}
