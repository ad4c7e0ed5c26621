//! `/api/v1/organizations/{organization}/projects`.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, Within, answer::Listed};

/// A project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Its id.
    id: String,
    /// Its short name within the organisation; never given again.
    #[schema(example = "apollo")]
    slug: String,
    /// Its name.
    #[schema(example = "Apollo")]
    name: String,
    /// The slug of its organisation.
    organization: String,
    /// The id of its organisation.
    organization_id: String,
    /// When it was made.
    created_at: i64,
    /// Since when nothing of it works.
    disabled_at: Option<i64>,
    /// Since when only those on its list see it, beside owners and admins.
    limited_at: Option<i64>,
    /// Its version.
    version: i64,
}

/// A project to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// Its short name: a-z, 0-9 and hyphens, none at an end.
    #[schema(example = "apollo", min_length = 1, max_length = 63)]
    slug: String,
    /// Its name, on one line.
    #[schema(example = "Apollo", min_length = 1, max_length = 100)]
    name: String,
}

/// What is to be changed: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectChange {
    /// Its name.
    Name(String),
    /// Whether nothing of it works.
    Disabled(bool),
    /// Whether only those on its list see it.
    Limited(bool),
}

/// The projects of an organisation.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/projects", operation_id = "listProjects", tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), Part), responses((status = 200, body = Listed<Project>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<Project>(List::Projects(path.into_inner()), part).await
}

/// Makes a project.
///
/// # Errors
/// The slug is taken or was once; it is not theirs to make.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/projects", operation_id = "makeProject", tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewProject,
    responses((status = 201, body = Project)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewProject>)>,
) -> Result<HttpResponse, Problem> {
    let NewProject { slug, name } = body.0;
    asker.make::<Project>(Act::ProjectAdd { organization: path.into_inner(), slug, name }, key, "slug").await
}

/// One project.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/projects/{project}", operation_id = "showProject", tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), ("project" = String, Path, description = "Slug or id.")),
    responses((status = 200, body = Project)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, project) = path.into_inner();
    asker.look::<Project>(Look::Project(organization, project)).await
}

/// Changes a project.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}/projects/{project}", operation_id = "changeProject", tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), ("project" = String, Path, description = "Slug or id.")),
    request_body = ProjectChange, responses((status = 200, body = Project)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<ProjectChange>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, project) = path.into_inner();
    let of = (organization.clone(), project.clone());
    let act = match body.0 {
        ProjectChange::Name(name) => Act::ProjectChange { organization: of.0, project: of.1, name },
        ProjectChange::Disabled(disabled) => Act::ProjectSetDisabled { organization: of.0, project: of.1, disabled },
        ProjectChange::Limited(limited) => Act::ProjectSetLimited { organization: of.0, project: of.1, limited },
    };
    asker.change::<Project>(Look::Project(organization, project), expected, act).await
}

/// Deletes a project with its keys and connections.
///
/// # Errors
/// It has another version; it is not theirs to delete.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/projects/{project}", operation_id = "deleteProject", tag = "Projects",
    params(("organization" = String, Path, description = "Slug or id."), ("project" = String, Path, description = "Slug or id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, project) = path.into_inner();
    let act = Act::ProjectRemove { organization: organization.clone(), project: project.clone() };
    asker.remove(Look::Project(organization, project), expected, act).await
}
