//! Whether this process runs, and whether it can answer.

use std::time::Duration;

use actix_web::{HttpResponse, web::Data};
use storage::StorageError;

use crate::state::AppState;

/// Whoever waits longer for a read should send requests elsewhere.
const READ_WITHIN: Duration = Duration::from_secs(1);

/// The process runs: always 200.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

/// The database answers: 200, else 503.
pub async fn ready(state: Data<AppState>) -> HttpResponse {
    match tokio::time::timeout(READ_WITHIN, one_read(&state)).await {
        Ok(Ok(())) => HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })),
        outcome => {
            tracing::warn!(?outcome, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header((actix_web::http::header::RETRY_AFTER, 1))
                .json(serde_json::json!({ "status": "unavailable" }))
        }
    }
}

async fn one_read(state: &AppState) -> Result<(), StorageError> {
    state.authority.store().read().await?.policy_version().await.map(drop)
}
