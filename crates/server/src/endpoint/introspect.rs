//! `POST /introspect` (RFC 7662), for resource servers.

use actix_web::{HttpResponse, http::StatusCode, web::Data};

use super::{ClientForm, Sender, uncached};
use crate::{error_response::Refusal, state::AppState};

/// Says whether a token is good at this moment, for the resource server that asks.
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
    let answer = authority.introspect(&resource, &token, &caller, now).await?;
    Ok(uncached(StatusCode::OK, &answer))
}
