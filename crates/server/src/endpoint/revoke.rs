//! `POST /revoke` (RFC 7009).

use actix_web::{HttpResponse, http::header, web::Data};

use super::{ClientForm, Sender};
use crate::{error_response::Refusal, state::AppState};

/// Ends what stands behind a token; in effect before the answer is sent.
///
/// # Errors
/// RFC 7009 §2.2.1; 503 where nothing could be ended.
pub async fn post(
    state: Data<AppState>,
    Sender(caller): Sender,
    mut form: ClientForm,
) -> Result<HttpResponse, Refusal> {
    let (authority, now) = (&state.authority, state.authority.now());
    let client = authority.authenticate_client(form.credentials, now).await?;
    let token = form.params.required("token")?;
    authority.revoke(&client, &token, &caller, now).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).finish())
}
