//! `/api/v1/users`: people, an operator's.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, answer::Listed};

/// A person.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Their id.
    id: String,
    /// Their address.
    #[schema(example = "member@example.com")]
    email: String,
    /// What they are called.
    name: Option<String>,
    /// Whether they have a password.
    has_password: bool,
    /// When they proved that the address is theirs.
    email_verified_at: Option<i64>,
    /// When the account was made.
    created_at: i64,
    /// Since when it cannot be used.
    disabled_at: Option<i64>,
    /// When it is erased, since its person gave it up.
    erase_at: Option<i64>,
    /// Its version.
    version: i64,
}

/// An account to be made. Its person sets a password by a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The address.
    #[schema(example = "member@example.com", max_length = 254)]
    email: String,
    /// What they are called.
    #[schema(example = "Mia", max_length = 100)]
    name: Option<String>,
    /// Whether the operator vouches that the address is theirs.
    #[serde(default)]
    email_verified: bool,
}

/// What is to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserChange {
    /// Whether the account cannot be used; its sessions end.
    Disabled(bool),
}

/// All people.
///
/// # Errors
/// They are an operator's to see.
#[utoipa::path(get, path = "/api/v1/users", operation_id = "listUsers", tag = "People", params(Part),
    responses((status = 200, body = Listed<User>)))]
pub async fn list(Asked(asker, part): Asked<Part>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.list::<User>(List::Users, part).await
}

/// Makes an account.
///
/// # Errors
/// The address has one; it is an operator's to make.
#[utoipa::path(post, path = "/api/v1/users", operation_id = "makeUser", tag = "People", request_body = NewUser,
    responses((status = 201, body = User)))]
pub async fn post(Asked(asker, (key, body)): Asked<(Idempotency, Body<NewUser>)>) -> Result<HttpResponse, Problem> {
    let NewUser { email, name, email_verified } = body.0;
    asker.operating().await?.make::<User>(Act::UserAdd { email, name, password: None, email_verified }, key, "id").await
}

/// One person.
///
/// # Errors
/// They are an operator's to see.
#[utoipa::path(get, path = "/api/v1/users/{user}", operation_id = "showUser", tag = "People",
    params(("user" = String, Path, description = "Address or id.")), responses((status = 200, body = User)))]
pub async fn get(Asked(asker, path): Asked<Path<String>>) -> Result<HttpResponse, Problem> {
    asker.operating().await?.look::<User>(Look::User(path.into_inner())).await
}

/// Disables an account, or enables it again.
///
/// # Errors
/// It has another version; it is an operator's to change.
#[utoipa::path(patch, path = "/api/v1/users/{user}", operation_id = "changeUser", tag = "People",
    params(("user" = String, Path, description = "Address or id.")), request_body = UserChange,
    responses((status = 200, body = User)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Path<String>, Expected, Body<UserChange>)>,
) -> Result<HttpResponse, Problem> {
    let user = path.into_inner();
    let UserChange::Disabled(disabled) = body.0;
    let act = Act::UserSetDisabled { user: user.clone(), disabled };
    asker.operating().await?.change::<User>(Look::User(user), expected, act).await
}

/// Erases an account with its sessions, memberships and connections.
///
/// # Errors
/// It has another version; it is an operator's to erase.
#[utoipa::path(delete, path = "/api/v1/users/{user}", operation_id = "eraseUser", tag = "People",
    params(("user" = String, Path, description = "Address or id.")), responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Path<String>, Expected)>) -> Result<HttpResponse, Problem> {
    let user = path.into_inner();
    let act = Act::UserRemove { user: user.clone() };
    asker.operating().await?.remove(Look::User(user), expected, act).await
}
