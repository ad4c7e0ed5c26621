//! `/api/v1/clients`: an operator's.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, ClientAdd, ClientHome, ClientKind, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, answer::Listed};

/// A client.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Client {
    /// Its identifier.
    client_id: String,
    /// What people read.
    name: String,
    /// How it came here: `operator`, `registration`, `document`.
    origin: String,
    /// The organisation whose app it is; none for the operator's, and for one that came by itself.
    owner_id: Option<String>,
    /// Which reading of the standards it follows: `oauth21`, `oidc`.
    profile: String,
    /// Whether it is the operator's own, and may hold scopes that write.
    first_party: bool,
    /// How it authenticates.
    token_endpoint_auth_method: String,
    /// Where answers may be sent.
    redirect_uris: Vec<String>,
    /// Which grants it uses.
    grant_types: Vec<String>,
    /// The most that it may ask for.
    scope: Option<String>,
    /// Whether it proves the code by the nonce.
    nonce_instead_of_pkce: bool,
    /// Whose data it reads for itself.
    organization_id: Option<String>,
    /// Of which project.
    project_id: Option<String>,
    /// When it was added.
    created_at: i64,
    /// When it was last used.
    used_at: Option<i64>,
    /// Since when nothing is issued to it.
    disabled_at: Option<i64>,
    /// Its version.
    version: i64,
    /// Its secret, this once: where it was just made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// How a client authenticates.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Not at all: a program on a person's device.
    Public,
    /// By a secret, which is made and shown once.
    Confidential,
}

/// Whose data a client reads for itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Home {
    /// The organisation: slug or id.
    organization: String,
    /// The project: slug or id.
    project: String,
}

/// A client to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// Its identifier; made up if none is given.
    #[schema(example = "acme-app", max_length = 64)]
    client_id: Option<String>,
    /// What people read.
    #[schema(example = "Acme App", min_length = 1, max_length = 100)]
    name: String,
    /// How it authenticates.
    kind: Kind,
    /// Where answers may be sent.
    #[serde(default)]
    #[schema(example = json!(["https://app.example.com/callback"]))]
    redirect_uris: Vec<String>,
    /// `authorization_code` and `refresh_token` if none are given.
    #[serde(default)]
    grant_types: Vec<String>,
    /// The most that it may ask for, separated by spaces.
    scope: Option<String>,
    /// Whether it is the operator's own.
    #[serde(default)]
    first_party: bool,
    /// For client_credentials: whose data it reads.
    home: Option<Home>,
}

/// What is to be changed: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientChange {
    /// Whether nothing is issued to it.
    Disabled(bool),
    /// Whether it may use the device grant.
    Device(bool),
}

impl NewClient {
    fn asked(self) -> ClientAdd {
        let kind = match self.kind {
            Kind::Public => ClientKind::Public {},
            Kind::Confidential => ClientKind::Confidential {},
        };
        ClientAdd {
            id: self.client_id,
            redirect_uris: self.redirect_uris,
            grant_types: self.grant_types,
            scope: self.scope,
            first_party: self.first_party,
            home: self.home.map(|Home { organization, project }| ClientHome { organization, project }),
            ..ClientAdd::new("", self.name, kind)
        }
    }
}

/// All clients.
///
/// # Errors
/// They are an operator's to see.
#[utoipa::path(get, path = "/api/v1/clients", operation_id = "listClients", tag = "Clients", params(Part),
    responses((status = 200, body = Listed<Client>)))]
pub async fn list(Asked(asker, part): Asked<Part>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.list::<Client>(List::Clients, part).await
}

/// Makes a client; its secret, if it has one, is shown this once.
///
/// # Errors
/// What was said of it cannot be; it is an operator's to make.
#[utoipa::path(post, path = "/api/v1/clients", operation_id = "makeClient", tag = "Clients", request_body = NewClient,
    responses((status = 201, body = Client)))]
pub async fn post(Asked(asker, (key, body)): Asked<(Idempotency, Body<NewClient>)>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.make::<Client>(Act::ClientAdd(Box::new(body.0.asked())), key, "client_id").await
}

/// One client.
///
/// # Errors
/// It is an operator's to see.
#[utoipa::path(get, path = "/api/v1/clients/{client}", operation_id = "showClient", tag = "Clients",
    params(("client" = String, Path, description = "Its identifier.")), responses((status = 200, body = Client)))]
pub async fn get(Asked(asker, path): Asked<Path<String>>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.look::<Client>(Look::Client(path.into_inner())).await
}

/// Changes a client.
///
/// # Errors
/// It has another version; it is an operator's to change.
#[utoipa::path(patch, path = "/api/v1/clients/{client}", operation_id = "changeClient", tag = "Clients",
    params(("client" = String, Path, description = "Its identifier.")), request_body = ClientChange,
    responses((status = 200, body = Client)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Path<String>, Expected, Body<ClientChange>)>,
) -> Result<HttpResponse, Problem> {
    let client = path.into_inner();
    let act = match body.0 {
        ClientChange::Disabled(disabled) => Act::ClientSetDisabled { client: client.clone(), disabled },
        ClientChange::Device(allowed) => Act::ClientSetDevice { client: client.clone(), allowed },
    };
    asker.operating().await?.change::<Client>(Look::Client(client), expected, act).await
}

/// Gives a client another secret, shown this once; the old one stops working.
///
/// # Errors
/// It has another version, or no secret; it is an operator's to change.
#[utoipa::path(post, path = "/api/v1/clients/{client}/secret", operation_id = "renewClientSecret", tag = "Clients",
    params(("client" = String, Path, description = "Its identifier.")), responses((status = 200, body = Client)))]
pub async fn renew(Asked(asker, (path, expected)): Asked<(Path<String>, Expected)>) -> Result<HttpResponse, Problem> {
    let client = path.into_inner();
    let act = Act::ClientNewSecret { client: client.clone() };
    asker.operating().await?.change::<Client>(Look::Client(client), expected, act).await
}

/// Deletes a client with every connection that was given to it.
///
/// # Errors
/// It has another version; it is an operator's to delete.
#[utoipa::path(delete, path = "/api/v1/clients/{client}", operation_id = "deleteClient", tag = "Clients",
    params(("client" = String, Path, description = "Its identifier.")), responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Path<String>, Expected)>) -> Result<HttpResponse, Problem> {
    let client = path.into_inner();
    let act = Act::ClientRemove { client: client.clone() };
    asker.operating().await?.remove(Look::Client(client), expected, act).await
}
