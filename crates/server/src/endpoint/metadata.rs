//! The server's metadata (RFC 8414, OpenID Connect Discovery), the same bytes at every well-known form.

use actix_web::{HttpResponse, http::header, web::Data};

use crate::{error_response::Refusal, state::AppState};

/// What works here.
///
/// # Errors
/// 503 where the scopes cannot be read.
pub async fn get(state: Data<AppState>) -> Result<HttpResponse, Refusal> {
    let metadata = state.authority.server_metadata().await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=60")).json(metadata))
}
