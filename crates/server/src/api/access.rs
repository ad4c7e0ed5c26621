//! `/api/v1/organizations/{organization}/access`: what has access to its projects.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Part, Problem, Within, answer::Listed};

/// A connection: what somebody let an app do with a project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Access {
    /// Its id.
    grant_id: String,
    /// Who let it in.
    user_id: String,
    /// Their address.
    #[schema(example = "member@example.com")]
    email: String,
    /// Which app.
    client_id: String,
    /// As it calls itself.
    #[schema(example = "Claude")]
    client_name: String,
    /// The slug of the project.
    #[schema(example = "apollo")]
    project: String,
    /// What it may do there.
    #[schema(example = "issues:read")]
    scope: String,
    /// Since when.
    created_at: i64,
    /// When it was last used.
    used_at: Option<i64>,
    /// From which address.
    used_address: Option<String>,
}

/// What has access to an organisation's projects, but for keys.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/access", operation_id = "listAccess", tag = "Access",
    params(("organization" = String, Path, description = "Slug or id."), Part,
        ("project" = Option<String>, Query, description = "To this project alone: slug or id.")),
    responses((status = 200, body = Listed<Access>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    let project = part.project.clone();
    asker.list::<Access>(List::Grants(path.into_inner(), project), part).await
}

/// Ends a connection, at once, with all that was issued for it. It has no version: ending writes over nothing.
///
/// # Errors
/// It is not theirs to end.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/access/{grant}", operation_id = "endAccess", tag = "Access",
    params(("organization" = String, Path, description = "Slug or id."), ("grant" = String, Path, description = "Id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, access) = path.into_inner();
    asker.end(Act::AccessEnd { organization, access }).await
}
