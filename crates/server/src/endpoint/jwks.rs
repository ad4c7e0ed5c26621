//! `GET /jwks` (RFC 7517 §5): the public halves of the keys that sign here.

use actix_web::{HttpResponse, http::header, web::Data};

use crate::{error_response::Refusal, state::AppState};

/// The key set. New keys are published longer before they sign than this answer may be kept.
///
/// # Errors
/// 503 where the keys cannot be read.
pub async fn get(state: Data<AppState>) -> Result<HttpResponse, Refusal> {
    let keys = state.authority.jwks(state.authority.now()).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=60")).json(keys))
}
