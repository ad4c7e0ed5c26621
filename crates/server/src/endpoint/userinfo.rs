//! `GET` and `POST /userinfo` (OpenID Connect Core §5.3). The token comes in the Authorization header alone (RFC 6750 §2.1).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use protocol::OAuthError;

use super::{Sender, client_form::authorization, uncached};
use crate::{error_response::Refusal, state::AppState};

/// Tells a relying party about its person.
///
/// # Errors
/// RFC 6750 §3.1.
pub async fn answer(
    state: Data<AppState>,
    Sender(caller): Sender,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    if request.query_string().contains("access_token") {
        return Err(OAuthError::invalid_request("the access token belongs in the Authorization header").into());
    }
    let Some(token) = authorization(&request)?.and_then(bearer) else { return Ok(challenge()) };
    let claims = state.authority.userinfo(token, &caller, state.authority.now()).await?;
    Ok(uncached(StatusCode::OK, &claims))
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// RFC 6750 §3.1: whoever sent no token is told how, and nothing of an error.
fn challenge() -> HttpResponse {
    HttpResponse::Unauthorized().insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"lanyard\"")).finish()
}
