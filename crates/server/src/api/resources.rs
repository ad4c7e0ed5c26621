//! `/api/v1/resources`: resource servers, an operator's.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, answer::Listed};

/// A resource server.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Resource {
    /// Its name at introspection.
    client_id: String,
    /// What people read.
    name: String,
    /// Its identifier (RFC 8707).
    resource: String,
    /// What can be asked of it.
    scopes: Vec<Scope>,
    /// The organisation that it belongs to; none for the operator's.
    owner_id: Option<String>,
    /// What the text of its access tokens is: `opaque`, or an algorithm.
    access_tokens: String,
    /// Since when it is the one that is meant where several could be.
    default_at: Option<i64>,
    /// When it was registered.
    created_at: i64,
    /// Since when its tokens are dead.
    disabled_at: Option<i64>,
    /// Its version.
    version: i64,
    /// Its secret, this once: where it was just made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// A scope of a resource server.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Scope {
    /// Its name.
    name: String,
    /// `read`, `write`, or `ingest`: it writes, and keys may hold it.
    access: String,
    /// "It can …".
    description: String,
    /// The same in other languages.
    translations: BTreeMap<String, String>,
}

/// A resource server to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewResource {
    /// Its name at introspection; made up if none is given.
    #[schema(example = "issues-api", max_length = 64)]
    client_id: Option<String>,
    /// What people read.
    #[schema(example = "Issues", min_length = 1, max_length = 100)]
    name: String,
    /// Its identifier: an absolute address.
    #[schema(example = "https://api.example.com", max_length = 2048)]
    resource: String,
    /// `issues:read=read:read issues and comments`, one each.
    #[schema(example = json!(["issues:read=read:read issues and comments"]), min_items = 1)]
    scopes: Vec<String>,
}

/// What is to be changed: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceChange {
    /// Whether its tokens are dead.
    Disabled(bool),
    /// What people read.
    Name(String),
    /// Whether it is the one that is meant where several could be.
    Default(bool),
    /// `opaque`, or the algorithm of JWTs: `ES256`, `RS256`, `EdDSA`.
    AccessTokens(String),
    /// More scopes, written as when it was registered.
    AddScopes(Vec<String>),
    /// A scope that goes; whatever was issued with it is worth less at once.
    RemoveScope(String),
    /// Other words of a scope.
    Describe(Words),
}

/// What a scope lets an app do, in words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Of which scope.
    #[schema(example = "issues:read")]
    scope: String,
    /// In which language: `en` or `de`.
    #[schema(example = "de")]
    language: String,
    /// The words after "It can".
    #[schema(min_length = 1, max_length = 200)]
    words: String,
}

impl ResourceChange {
    pub(super) fn act(self, resource: String) -> Act {
        match self {
            Self::Disabled(disabled) => Act::ResourceSetDisabled { resource, disabled },
            Self::Name(name) => Act::ResourceChange { resource, name: Some(name), default: None, dry_run: false },
            Self::Default(default) => {
                Act::ResourceChange { resource, name: None, default: Some(default), dry_run: false }
            }
            Self::AccessTokens(form) => Act::ResourceSetAccessTokens { resource, form },
            Self::AddScopes(scopes) => Act::ResourceScopeAdd { resource, scopes, dry_run: false },
            Self::Describe(Words { scope, language, words }) => {
                Act::ResourceScopeDescribe { resource, scope, language, words, dry_run: false }
            }
            Self::RemoveScope(scope) => Act::ResourceScopeRemove { resource, scope, dry_run: false },
        }
    }
}

/// All resource servers.
///
/// # Errors
/// They are an operator's to see.
#[utoipa::path(get, path = "/api/v1/resources", operation_id = "listResources", tag = "Resources", params(Part),
    responses((status = 200, body = Listed<Resource>)))]
pub async fn list(Asked(asker, part): Asked<Part>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.list::<Resource>(List::Resources, part).await
}

/// Registers a resource server; its secret is shown this once.
///
/// # Errors
/// What was said of it cannot be; it is an operator's to register.
#[utoipa::path(post, path = "/api/v1/resources", operation_id = "makeResource", tag = "Resources", request_body = NewResource,
    responses((status = 201, body = Resource)))]
pub async fn post(Asked(asker, (key, body)): Asked<(Idempotency, Body<NewResource>)>) -> Result<HttpResponse, Problem> {
    let NewResource { client_id: id, name, resource: identifier, scopes } = body.0;
    asker.operating().await?.make::<Resource>(Act::ResourceAdd { id, name, identifier, scopes }, key, "client_id").await
}

/// One resource server.
///
/// # Errors
/// It is an operator's to see.
#[utoipa::path(get, path = "/api/v1/resources/{resource}", operation_id = "showResource", tag = "Resources",
    params(("resource" = String, Path, description = "Its name at introspection.")), responses((status = 200, body = Resource)))]
pub async fn get(Asked(asker, path): Asked<Path<String>>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.look::<Resource>(Look::Resource(path.into_inner())).await
}

/// Changes a resource server.
///
/// # Errors
/// It has another version; it is an operator's to change.
#[utoipa::path(patch, path = "/api/v1/resources/{resource}", operation_id = "changeResource", tag = "Resources",
    params(("resource" = String, Path, description = "Its name at introspection.")), request_body = ResourceChange,
    responses((status = 200, body = Resource)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Path<String>, Expected, Body<ResourceChange>)>,
) -> Result<HttpResponse, Problem> {
    let resource = path.into_inner();
    let act = body.0.act(resource.clone());
    asker.operating().await?.change::<Resource>(Look::Resource(resource), expected, act).await
}

/// Gives a resource server another secret, shown this once; the old one stops working.
///
/// # Errors
/// It has another version; it is an operator's to change.
#[utoipa::path(post, path = "/api/v1/resources/{resource}/secret", operation_id = "renewResourceSecret", tag = "Resources",
    params(("resource" = String, Path, description = "Its name at introspection.")), responses((status = 200, body = Resource)))]
pub async fn renew(Asked(asker, (path, expected)): Asked<(Path<String>, Expected)>) -> Result<HttpResponse, Problem> {
    let resource = path.into_inner();
    let act = Act::ResourceNewSecret { resource: resource.clone() };
    asker.operating().await?.change::<Resource>(Look::Resource(resource), expected, act).await
}

/// Deletes a resource server with every connection to it.
///
/// # Errors
/// It has another version; it is an operator's to delete.
#[utoipa::path(delete, path = "/api/v1/resources/{resource}", operation_id = "deleteResource", tag = "Resources",
    params(("resource" = String, Path, description = "Its name at introspection.")), responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Path<String>, Expected)>) -> Result<HttpResponse, Problem> {
    let resource = path.into_inner();
    let act = Act::ResourceRemove { resource: resource.clone() };
    asker.operating().await?.remove(Look::Resource(resource), expected, act).await
}
