//! `/api/v1/organizations/{organization}/keys`: API keys of projects.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, KeyAdd, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, Within, answer::Listed};

/// An API key.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// Its id.
    key_id: String,
    /// How people recognise it.
    #[schema(example = "lyd_key_0VtyBFCkrPX5…a1B2")]
    begins_and_ends: String,
    /// What people call it.
    name: String,
    /// The slug of its organisation.
    organization: String,
    /// The slug of its project.
    project: String,
    /// Whose it is; the project's own, if nobody's.
    user_id: Option<String>,
    /// What it permits.
    #[schema(example = "events:ingest")]
    scope: String,
    /// At which resource servers.
    resources: Vec<String>,
    /// Networks from which alone it may be used; from everywhere, if there are none.
    addresses: Vec<String>,
    /// Uses in a minute; 0 without a cap, as the settings say if it is left out.
    per_minute: Option<u64>,
    /// Uses in a month, likewise.
    per_month: Option<u64>,
    /// When it was made.
    created_at: i64,
    /// When its present text was made.
    issued_at: i64,
    /// When it ends by itself.
    expires_at: i64,
    /// Until when the text before works too.
    overlap_ends_at: Option<i64>,
    /// When it was last used.
    used_at: Option<i64>,
    /// From which address.
    used_address: Option<String>,
    /// When it was taken back.
    revoked_at: Option<i64>,
    /// Why.
    revoked_reason: Option<String>,
    /// Its version.
    version: i64,
    /// Its text, this once: where it was just made or rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Over which project: slug or id.
    #[schema(example = "apollo", min_length = 1)]
    project: String,
    /// What people call it.
    #[schema(example = "Nightly export", min_length = 1, max_length = 100)]
    name: String,
    /// What it permits, separated by spaces: what reads, or brings in what a service sends.
    #[schema(example = "events:ingest", min_length = 1)]
    scope: String,
    /// At which resource server alone.
    resource: Option<String>,
    /// How long it lives, in seconds; as the settings say if it is left out.
    #[schema(example = 2_592_000, minimum = 1)]
    expires_in: Option<u64>,
    /// Networks from which alone it may be used.
    #[serde(default)]
    addresses: Vec<String>,
    /// Uses in a minute, 0 without a cap.
    per_minute: Option<u64>,
    /// Uses in a month, likewise.
    per_month: Option<u64>,
}

/// The keys over an organisation's projects.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/keys", operation_id = "listKeys", tag = "Keys",
    params(("organization" = String, Path, description = "Slug or id."), Part,
        ("project" = Option<String>, Query, description = "Over this project alone: slug or id.")),
    responses((status = 200, body = Listed<Key>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    let project = part.project.clone();
    asker.list::<Key>(List::Keys(path.into_inner(), project), part).await
}

/// Makes a key; its text is shown this once.
///
/// # Errors
/// No key may hold that scope; it is not theirs to make.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/keys", operation_id = "makeKey", tag = "Keys",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewKey,
    responses((status = 201, body = Key)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewKey>)>,
) -> Result<HttpResponse, Problem> {
    asker.make::<Key>(Act::KeyAdd(Box::new(body.0.of(path.into_inner()))), key, "key_id").await
}

impl NewKey {
    fn of(self, organization: String) -> KeyAdd {
        KeyAdd {
            organization,
            project: self.project,
            name: self.name,
            scope: self.scope,
            resource: self.resource,
            user: None,
            expires_in: self.expires_in,
            addresses: self.addresses,
            per_minute: self.per_minute,
            per_month: self.per_month,
        }
    }
}

/// One key.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/keys/{key}", operation_id = "showKey", tag = "Keys",
    params(("organization" = String, Path, description = "Slug or id."), ("key" = String, Path, description = "Id.")),
    responses((status = 200, body = Key)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, key) = path.into_inner();
    asker.look::<Key>(Look::Key(organization, key)).await
}

/// How a key is rotated.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRotation {
    /// Whether the old text ends at once; else it works on for a while.
    #[serde(default)]
    at_once: bool,
}

/// Gives a key another text, shown this once.
///
/// # Errors
/// It has another version, has ended, or was rotated lately.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/keys/{key}/rotate", operation_id = "rotateKey", tag = "Keys",
    params(("organization" = String, Path, description = "Slug or id."), ("key" = String, Path, description = "Id.")),
    request_body = KeyRotation, responses((status = 200, body = Key)))]
pub async fn rotate(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<KeyRotation>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, key) = path.into_inner();
    let act = Act::KeyRotate { key: key.clone(), at_once: body.0.at_once };
    asker.change::<Key>(Look::Key(organization, key), expected, act).await
}

/// Takes a key back, at once. It is shown for a while yet, as ended.
///
/// # Errors
/// It has another version; it is not theirs to take back.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/keys/{key}", operation_id = "revokeKey", tag = "Keys",
    params(("organization" = String, Path, description = "Slug or id."), ("key" = String, Path, description = "Id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, key) = path.into_inner();
    let act = Act::KeyRevoke { key: key.clone() };
    asker.remove(Look::Key(organization, key), expected, act).await
}
