//! `GET /jwks` (RFC 7517 §5): the public halves of the keys that sign here.

use actix_web::{HttpResponse, web::Data};

use super::cached_briefly;
use crate::{error_response::Refusal, state::AppState};

/// The key set. New keys are published longer before they sign than this answer may be kept.
///
/// # Errors
/// 503 where the keys cannot be read.
pub async fn get(state: Data<AppState>) -> Result<HttpResponse, Refusal> {
    let keys = state.authority.jwks_json(state.authority.now()).await?;
    Ok(cached_briefly(keys))
}
