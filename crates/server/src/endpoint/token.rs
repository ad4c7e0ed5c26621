//! `POST /token` (OAuth 2.1 §3.2).

use actix_web::{HttpResponse, http::StatusCode, web::Data};

use super::{ClientForm, Sender, uncached};
use crate::{error_response::Refusal, state::AppState};

/// Exchanges a code, a refresh token or a client's own standing for tokens.
///
/// # Errors
/// RFC 6749 §5.2; 503 where the fault is ours.
pub async fn post(state: Data<AppState>, Sender(caller): Sender, form: ClientForm) -> Result<HttpResponse, Refusal> {
    let tokens = state.authority.exchange(form.credentials, form.params, &caller).await?;
    Ok(uncached(StatusCode::OK, &tokens))
}
