//! `/api/v1/organizations/{organization}/roles`: the roles that an organisation names itself.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, Within, answer::Listed};

/// A role of an organisation's own, on top of what every member may.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct NamedRole {
    /// Its id.
    id: String,
    /// Its short name within the organisation.
    #[schema(example = "support")]
    slug: String,
    /// Its name.
    #[schema(example = "Support")]
    name: String,
    /// The slug of the organisation.
    organization: String,
    /// What it permits.
    #[schema(example = json!(["see_access", "end_access"]))]
    permissions: Vec<String>,
    /// When it was made.
    created_at: i64,
    /// Its version.
    version: i64,
}

/// A role to be made; it permits nothing that whoever makes it may not do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Its short name: a-z, 0-9 and hyphens, none at an end.
    #[schema(example = "support", min_length = 1, max_length = 63)]
    slug: String,
    /// Its name, on one line.
    #[schema(example = "Support", min_length = 1, max_length = 100)]
    name: String,
    /// What it permits.
    #[schema(example = json!(["see_access", "end_access"]))]
    permissions: Vec<String>,
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// All that it permits.
    permissions: Option<Vec<String>>,
}

/// The roles that an organisation names itself.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/roles", operation_id = "listRoles", tag = "Roles",
    params(("organization" = String, Path, description = "Slug or id."), Part), responses((status = 200, body = Listed<NamedRole>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<NamedRole>(List::Roles(path.into_inner()), part).await
}

/// Names a role.
///
/// # Errors
/// The slug is taken; it permits too much; it is not theirs to name.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/roles", operation_id = "makeRole", tag = "Roles",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewRole,
    responses((status = 201, body = NamedRole)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewRole>)>,
) -> Result<HttpResponse, Problem> {
    let NewRole { slug, name, permissions } = body.0;
    let act = Act::RoleAdd { organization: path.into_inner(), slug, name, permissions };
    asker.make::<NamedRole>(act, key, "slug").await
}

/// One role.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/roles/{role}", operation_id = "showRole", tag = "Roles",
    params(("organization" = String, Path, description = "Slug or id."), ("role" = String, Path, description = "Slug or id.")),
    responses((status = 200, body = NamedRole)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, role) = path.into_inner();
    asker.look::<NamedRole>(Look::Role(organization, role)).await
}

/// Changes a role for everybody who has it; what they hold that it does not permit any more ends.
///
/// # Errors
/// It has another version; it permits too much; it is not theirs to change.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}/roles/{role}", operation_id = "changeRole", tag = "Roles",
    params(("organization" = String, Path, description = "Slug or id."), ("role" = String, Path, description = "Slug or id.")),
    request_body = RoleChange, responses((status = 200, body = NamedRole)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<RoleChange>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, role) = path.into_inner();
    let RoleChange { name, permissions } = body.0;
    let act = Act::RoleChange { organization: organization.clone(), role: role.clone(), name, permissions };
    asker.change::<NamedRole>(Look::Role(organization, role), expected, act).await
}

/// Deletes a role; whoever had it is a plain member then.
///
/// # Errors
/// It has another version; it is not theirs to delete.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/roles/{role}", operation_id = "deleteRole", tag = "Roles",
    params(("organization" = String, Path, description = "Slug or id."), ("role" = String, Path, description = "Slug or id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, role) = path.into_inner();
    let act = Act::RoleRemove { organization: organization.clone(), role: role.clone() };
    asker.remove(Look::Role(organization, role), expected, act).await
}
