//! `/api/v1/organizations`.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, answer::Listed};

/// An organisation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Organization {
    /// Its id.
    id: String,
    /// Its short name; never given again.
    #[schema(example = "acme")]
    slug: String,
    /// Its name.
    #[schema(example = "Acme")]
    name: String,
    /// When it was made.
    created_at: i64,
    /// Since when nothing of it works.
    disabled_at: Option<i64>,
    /// Since when the operator's programs on devices may be let write there.
    device_writes_at: Option<i64>,
    /// Since when it demands two factors of its members' sign-ins.
    second_factor_at: Option<i64>,
    /// The ways in that count there; every one if there is none.
    ways_in: Option<Vec<String>>,
    /// Its version.
    version: i64,
}

/// An organisation to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// Its short name: a-z, 0-9 and hyphens, none at an end.
    #[schema(example = "acme", min_length = 1, max_length = 63)]
    slug: String,
    /// Its name, on one line.
    #[schema(example = "Acme", min_length = 1, max_length = 100)]
    name: String,
}

/// What is to be changed: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationChange {
    /// Its name.
    Name(String),
    /// Whether nothing of it works; an operator's to say.
    Disabled(bool),
    /// Whether the operator's programs on devices may be let write there.
    DeviceWrites(bool),
    /// All that it demands of how its members sign in.
    Demands(Demands),
}

/// What an organisation demands of how its members sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Demands {
    /// Two factors.
    second_factor: bool,
    /// The ways in that count: `password`, `passkey`, names of providers; every one if it names none.
    #[serde(default)]
    ways_in: Vec<String>,
}

/// The organisations that the token reaches.
///
/// # Errors
/// A cursor of another list.
#[utoipa::path(get, path = "/api/v1/organizations", operation_id = "listOrganizations", tag = "Organisations", params(Part),
    responses((status = 200, body = Listed<Organization>)))]
pub async fn list(Asked(asker, part): Asked<Part>) -> Result<HttpResponse, Problem> {
    asker.list::<Organization>(List::Organizations, part).await
}

/// Makes an organisation, which its maker owns.
///
/// # Errors
/// The slug is taken or was once; it is not theirs to make.
#[utoipa::path(post, path = "/api/v1/organizations", operation_id = "makeOrganization", tag = "Organisations",
    request_body = NewOrganization, responses((status = 201, body = Organization)))]
pub async fn post(
    Asked(asker, (key, body)): Asked<(Idempotency, Body<NewOrganization>)>,
) -> Result<HttpResponse, Problem> {
    let NewOrganization { slug, name } = body.0;
    asker.make::<Organization>(Act::OrganizationFound { slug, name, project: None }, key, "slug").await
}

/// One organisation.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}", operation_id = "showOrganization", tag = "Organisations",
    params(("organization" = String, Path, description = "Slug or id.")), responses((status = 200, body = Organization)))]
pub async fn get(Asked(asker, path): Asked<Path<String>>) -> Result<HttpResponse, Problem> {
    asker.look::<Organization>(Look::Organization(path.into_inner())).await
}

/// Changes an organisation.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}", operation_id = "changeOrganization", tag = "Organisations",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = OrganizationChange,
    responses((status = 200, body = Organization)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Path<String>, Expected, Body<OrganizationChange>)>,
) -> Result<HttpResponse, Problem> {
    let organization = path.into_inner();
    let act = match body.0 {
        OrganizationChange::Name(name) => Act::OrganizationChange { organization: organization.clone(), name },
        // The one thing about an organisation that is the operator's alone.
        OrganizationChange::Disabled(disabled) => {
            let act = Act::OrganizationSetDisabled { organization: organization.clone(), disabled };
            return asker
                .operating()
                .await?
                .change::<Organization>(Look::Organization(organization), expected, act)
                .await;
        }
        OrganizationChange::DeviceWrites(allowed) => {
            Act::OrganizationSetDeviceWrites { organization: organization.clone(), allowed }
        }
        OrganizationChange::Demands(Demands { second_factor, ways_in }) => {
            Act::OrganizationSetDemands { organization: organization.clone(), second_factor, ways_in }
        }
    };
    asker.change::<Organization>(Look::Organization(organization), expected, act).await
}

/// Deletes an organisation with its projects, memberships, keys and connections.
///
/// # Errors
/// It has another version; it is not theirs to delete.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}", operation_id = "deleteOrganization", tag = "Organisations",
    params(("organization" = String, Path, description = "Slug or id.")), responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Path<String>, Expected)>) -> Result<HttpResponse, Problem> {
    let organization = path.into_inner();
    let act = Act::OrganizationRemove { organization: organization.clone() };
    asker.remove(Look::Organization(organization), expected, act).await
}
