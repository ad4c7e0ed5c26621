//! `/api/v1/signing-keys`: what tokens are signed with, an operator's. Private parts are never told.

use actix_web::HttpResponse;
use identity::admin::Act;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Asker, Idempotency, Problem};

/// A signing key.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SigningKey {
    /// Its `kid`.
    kid: String,
    /// What it signs with.
    #[schema(example = "ES256")]
    algorithm: String,
    /// `published`, `signing`, `retired`.
    state: String,
    /// When it was made.
    created_at: i64,
    /// From when on it signs.
    signing_at: i64,
    /// From when on it signs no more.
    retired_at: Option<i64>,
}

/// All of them: a few for each algorithm.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SigningKeys {
    /// The keys, the oldest first.
    items: Vec<SigningKey>,
}

/// What was made.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Rotated {
    /// The names of the new keys.
    kids: Vec<String>,
}

/// The signing keys that are published.
///
/// # Errors
/// They are an operator's to see.
#[utoipa::path(get, path = "/api/v1/signing-keys", operation_id = "listSigningKeys", tag = "Signing keys",
    responses((status = 200, body = SigningKeys)))]
pub async fn list(asker: Asker) -> Result<HttpResponse, Problem> {
    asker.operating().await?.signing_keys::<SigningKeys>().await
}

/// Makes new signing keys; nobody is signed out.
///
/// # Errors
/// It is an operator's to do.
#[utoipa::path(post, path = "/api/v1/signing-keys/rotate", operation_id = "rotateSigningKeys", tag = "Signing keys",
    responses((status = 200, body = Rotated)))]
pub async fn rotate(Asked(asker, key): Asked<Idempotency>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.does::<Rotated>(Act::SigningKeyRotate {}, key).await
}
