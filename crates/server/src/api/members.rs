//! `/api/v1/organizations/{organization}/members`.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use model::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, Within, answer::Listed};

/// As what somebody belongs to an organisation.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// May everything there.
    Owner,
    /// Manages people, projects and keys.
    Admin,
    /// Takes part.
    Member,
}

impl From<MemberRole> for Role {
    fn from(role: MemberRole) -> Self {
        match role {
            MemberRole::Owner => Self::Owner,
            MemberRole::Admin => Self::Admin,
            MemberRole::Member => Self::Member,
        }
    }
}

/// A member.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The slug of the organisation.
    organization: String,
    /// Their id.
    user_id: String,
    /// Their address.
    #[schema(example = "member@example.com")]
    email: String,
    /// What they are called.
    name: Option<String>,
    /// As what they belong to it.
    role: MemberRole,
    /// The name of the organisation's own role that they have on top.
    named_role: Option<String>,
    /// Since when.
    created_at: i64,
    /// The membership's version.
    version: i64,
}

/// Somebody who is to belong to it at once. An operator's to do; others invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Whose account: address or id.
    #[schema(example = "member@example.com", max_length = 254)]
    user: String,
    /// As what.
    role: MemberRole,
}

/// What is to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// As what they belong to it from now on; nobody gives or takes a role above their own.
    role: MemberRole,
    /// With which of the organisation's own roles, on top of `member`: slug or id.
    named: Option<String>,
}

/// The members of an organisation.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/members", operation_id = "listMembers", tag = "Members",
    params(("organization" = String, Path, description = "Slug or id."), Part), responses((status = 200, body = Listed<Member>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<Member>(List::Members(path.into_inner()), part).await
}

/// Makes somebody a member at once.
///
/// # Errors
/// They are one already; it is not theirs to do.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/members", operation_id = "addMember", tag = "Members",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewMember,
    responses((status = 201, body = Member)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewMember>)>,
) -> Result<HttpResponse, Problem> {
    let NewMember { user, role } = body.0;
    asker
        .make::<Member>(
            Act::MemberAdd { organization: path.into_inner(), user, role: role.into(), named: None },
            key,
            "user_id",
        )
        .await
}

/// One member.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/members/{user}", operation_id = "showMember", tag = "Members",
    params(("organization" = String, Path, description = "Slug or id."), ("user" = String, Path, description = "Address or id.")),
    responses((status = 200, body = Member)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, user) = path.into_inner();
    asker.look::<Member>(Look::Member(organization, user)).await
}

/// Gives a member another role.
///
/// # Errors
/// The membership has another version; the role is above the asker's own; nobody would own the organisation.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}/members/{user}", operation_id = "changeMember", tag = "Members",
    params(("organization" = String, Path, description = "Slug or id."), ("user" = String, Path, description = "Address or id.")),
    request_body = MemberChange, responses((status = 200, body = Member)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<MemberChange>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, user) = path.into_inner();
    let MemberChange { role, named } = body.0;
    let act = Act::MemberAdd { organization: organization.clone(), user: user.clone(), role: role.into(), named };
    asker.change::<Member>(Look::Member(organization, user), expected, act).await
}

/// Removes a member, with what they let into the organisation's projects.
///
/// # Errors
/// The membership has another version; nobody would own the organisation.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/members/{user}", operation_id = "removeMember", tag = "Members",
    params(("organization" = String, Path, description = "Slug or id."), ("user" = String, Path, description = "Address or id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, user) = path.into_inner();
    let act = Act::MemberRemove { organization: organization.clone(), user: user.clone() };
    asker.remove(Look::Member(organization, user), expected, act).await
}
