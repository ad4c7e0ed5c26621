//! The server's metadata (RFC 8414, OpenID Connect Discovery), the same bytes at every well-known form.

use actix_web::{HttpResponse, web::Data};

use super::cached_briefly;
use crate::{error_response::Refusal, state::AppState};

/// What works here.
///
/// # Errors
/// 503 where the scopes cannot be read.
pub async fn get(state: Data<AppState>) -> Result<HttpResponse, Refusal> {
    Ok(cached_briefly(state.authority.server_metadata_json().await?))
}
