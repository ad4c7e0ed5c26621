//! `/api/v1/organizations/{organization}/clients`: the apps of an organisation's own.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ClientKind, List, Look, OwnClient};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    Asked, Body, Expected, Idempotency, Part, Problem, Within,
    answer::Listed,
    clients::{Client, Kind},
};

/// A client of an organisation, as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedClient {
    /// What people read.
    #[schema(example = "Dashboard", min_length = 1, max_length = 100)]
    name: String,
    /// How it authenticates.
    kind: Kind,
    /// Where answers may be sent; none for a service.
    #[serde(default)]
    #[schema(example = json!(["https://app.example.com/callback"]))]
    redirect_uris: Vec<String>,
    /// A service reads this project for itself, by client_credentials: slug or id. None for an app that people sign in with.
    project: Option<String>,
    /// The most that it may ask for, separated by spaces.
    scope: Option<String>,
    /// Its home page.
    client_uri: Option<String>,
}

/// What is to be changed: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationClientChange {
    /// Whether nothing is issued to it.
    Disabled(bool),
    /// All that it is; how it authenticates stays.
    Wanted(WantedClient),
}

impl From<WantedClient> for OwnClient {
    fn from(wanted: WantedClient) -> Self {
        let WantedClient { name, kind, redirect_uris, project, scope, client_uri } = wanted;
        let kind = match kind {
            Kind::Public => ClientKind::Public {},
            Kind::Confidential => ClientKind::Confidential {},
        };
        Self { name, kind, redirect_uris, project, scope, client_uri }
    }
}

/// The clients of an organisation.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/clients", operation_id = "listOrganizationClients", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."), Part), responses((status = 200, body = Listed<Client>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<Client>(List::OwnClients(path.into_inner()), part).await
}

/// Makes a client of an organisation; its secret, if it has one, is shown this once.
///
/// # Errors
/// What was said of it cannot be; it is not theirs to make.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/clients", operation_id = "makeOrganizationClient", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = WantedClient,
    responses((status = 201, body = Client)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<WantedClient>)>,
) -> Result<HttpResponse, Problem> {
    let act = Act::OwnClientAdd { organization: path.into_inner(), client: Box::new(body.0.into()) };
    asker.make::<Client>(act, key, "client_id").await
}

/// One client of an organisation.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/clients/{client}", operation_id = "showOrganizationClient", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."), ("client" = String, Path, description = "Its identifier.")),
    responses((status = 200, body = Client)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, client) = path.into_inner();
    asker.look::<Client>(Look::OwnClient(organization, client)).await
}

/// Changes a client of an organisation.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}/clients/{client}", operation_id = "changeOrganizationClient",
    tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."), ("client" = String, Path, description = "Its identifier.")),
    request_body = OrganizationClientChange, responses((status = 200, body = Client)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<OrganizationClientChange>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, client) = path.into_inner();
    let act = match body.0 {
        OrganizationClientChange::Disabled(disabled) => Act::ClientSetDisabled { client: client.clone(), disabled },
        OrganizationClientChange::Wanted(wanted) => {
            Act::OwnClientChange { client: client.clone(), wanted: Box::new(wanted.into()) }
        }
    };
    asker.change::<Client>(Look::OwnClient(organization, client), expected, act).await
}

/// Gives a client of an organisation another secret, shown this once; the old one stops working.
///
/// # Errors
/// It has another version, or no secret; it is not theirs to change.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/clients/{client}/secret",
    operation_id = "renewOrganizationClientSecret", tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."), ("client" = String, Path, description = "Its identifier.")),
    responses((status = 200, body = Client)))]
pub async fn renew(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, client) = path.into_inner();
    let act = Act::ClientNewSecret { client: client.clone() };
    asker.change::<Client>(Look::OwnClient(organization, client), expected, act).await
}

/// Deletes a client of an organisation with every connection that was given to it.
///
/// # Errors
/// It has another version; it is not theirs to delete.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/clients/{client}", operation_id = "deleteOrganizationClient",
    tag = "Apps",
    params(("organization" = String, Path, description = "Slug or id."), ("client" = String, Path, description = "Its identifier.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, client) = path.into_inner();
    let act = Act::ClientRemove { client: client.clone() };
    asker.remove(Look::OwnClient(organization, client), expected, act).await
}
