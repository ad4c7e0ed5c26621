//! `POST /device_authorization` (RFC 8628 §3.1).

use actix_web::{HttpResponse, http::StatusCode, web::Data};

use super::{ClientForm, Sender, uncached};
use crate::{
    error_response::{Refusal, TooMany},
    rate_limit::Class,
    state::AppState,
};

/// Gives a device its codes.
///
/// # Errors
/// RFC 6749 §5.2; 429 for an address that asks for very many; 503 where the fault is ours.
pub async fn post(state: Data<AppState>, Sender(caller): Sender, form: ClientForm) -> Result<HttpResponse, Refusal> {
    let (authority, now) = (&state.authority, state.authority.now());
    match authority.authorize_device(form.credentials, &form.params, &caller, now).await? {
        Ok(codes) => Ok(uncached(StatusCode::OK, &codes)),
        Err(too_many) => Ok(HttpResponse::from_error(TooMany::new(Class::Token, too_many.retry_after))),
    }
}
