//! `/api/v1/organizations/{organization}/resources`: where an organisation's data can be read.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Asked, Body, Expected, Idempotency, Part, Problem, Within,
    answer::Listed,
    resources::{Resource, ResourceChange},
};

/// A resource server of an organisation, to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganizationResource {
    /// What people read.
    #[schema(example = "Issues", min_length = 1, max_length = 100)]
    name: String,
    /// Its identifier: https, on no address of this server's own. It never changes, and is never given again.
    #[schema(example = "https://api.example.com", max_length = 2048)]
    resource: String,
    /// `issues:read=read:read issues and comments`, one each; `ingest` or `write` in the place of the second `read`.
    #[schema(example = json!(["issues:read=read:read issues and comments"]), min_items = 1)]
    scopes: Vec<String>,
}

/// The resource servers of an organisation.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/resources", operation_id = "listOrganizationResources", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."), Part),
    responses((status = 200, body = Listed<Resource>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<Resource>(List::OwnResources(path.into_inner()), part).await
}

/// Registers a resource server of an organisation; its secret is shown this once.
///
/// # Errors
/// What was said of it cannot be; it is not theirs to register.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/resources", operation_id = "makeOrganizationResource", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewOrganizationResource,
    responses((status = 201, body = Resource)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewOrganizationResource>)>,
) -> Result<HttpResponse, Problem> {
    let NewOrganizationResource { name, resource: identifier, scopes } = body.0;
    let act = Act::OwnResourceAdd { organization: path.into_inner(), name, identifier, scopes };
    asker.make::<Resource>(act, key, "client_id").await
}

/// One resource server of an organisation.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/resources/{resource}", operation_id = "showOrganizationResource",
    tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."),
        ("resource" = String, Path, description = "Its name at introspection.")),
    responses((status = 200, body = Resource)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, resource) = path.into_inner();
    asker.look::<Resource>(Look::OwnResource(organization, resource)).await
}

/// Changes a resource server of an organisation.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}/resources/{resource}", operation_id = "changeOrganizationResource",
    tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."),
        ("resource" = String, Path, description = "Its name at introspection.")),
    request_body = ResourceChange, responses((status = 200, body = Resource)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<ResourceChange>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, resource) = path.into_inner();
    let act = body.0.act(resource.clone());
    asker.change::<Resource>(Look::OwnResource(organization, resource), expected, act).await
}

/// Gives a resource server of an organisation another secret, shown this once; the old one stops working.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/resources/{resource}/secret",
    operation_id = "renewOrganizationResourceSecret", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."),
        ("resource" = String, Path, description = "Its name at introspection.")),
    responses((status = 200, body = Resource)))]
pub async fn renew(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, resource) = path.into_inner();
    let act = Act::ResourceNewSecret { resource: resource.clone() };
    asker.change::<Resource>(Look::OwnResource(organization, resource), expected, act).await
}

/// Deletes a resource server of an organisation with every connection to it.
///
/// # Errors
/// It has another version; it is not theirs to delete.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/resources/{resource}", operation_id = "deleteOrganizationResource",
    tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."),
        ("resource" = String, Path, description = "Its name at introspection.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, resource) = path.into_inner();
    let act = Act::ResourceRemove { resource: resource.clone() };
    asker.remove(Look::OwnResource(organization, resource), expected, act).await
}
