//! `/api/v1/organizations/{organization}/projects/{project}/members`: who is on the list of a project. Whether the list counts, the
//! project says (`limited`).

use actix_web::HttpResponse;
use identity::admin::{Act, List};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, DeepWithin, Idempotency, Part, Problem, Within, answer::Listed};

/// Somebody on the list.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProjectMember {
    /// Their id.
    user_id: String,
    /// Their address.
    #[schema(example = "member@example.com")]
    email: String,
    /// Since when they are on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
}

/// Who is put on the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProjectMember {
    /// A member of the organisation: address or id.
    #[schema(example = "member@example.com", max_length = 254)]
    user: String,
}

/// Who is on the list of a project.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/projects/{project}/members", operation_id = "listProjectMembers",
    tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), ("project" = String, Path, description = "Slug or id."), Part),
    responses((status = 200, body = Listed<ProjectMember>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Within, Part)>) -> Result<HttpResponse, Problem> {
    let (organization, project) = path.into_inner();
    asker.list::<ProjectMember>(List::ProjectMembers(organization, project), part).await
}

/// Puts a member on the list; if they are on it already, that is all.
///
/// # Errors
/// That is no member; it is not theirs to say.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/projects/{project}/members", operation_id = "addProjectMember",
    tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), ("project" = String, Path, description = "Slug or id.")),
    request_body = NewProjectMember, responses((status = 200, body = ProjectMember)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Within, Idempotency, Body<NewProjectMember>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, project) = path.into_inner();
    asker.does::<ProjectMember>(Act::ProjectMemberAdd { organization, project, user: body.0.user }, key).await
}

/// Takes somebody off the list; where the project is limited, what they hold over it ends.
///
/// # Errors
/// They are not on it; it is not theirs to say.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/projects/{project}/members/{user}",
    operation_id = "removeProjectMember", tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), ("project" = String, Path, description = "Slug or id."),
        ("user" = String, Path, description = "Address or id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, path): Asked<DeepWithin>) -> Result<HttpResponse, Problem> {
    let (organization, project, user) = path.into_inner();
    asker.end(Act::ProjectMemberRemove { organization, project, user }).await
}
