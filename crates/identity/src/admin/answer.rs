//! Things as the operator sees them: JSON without hashes. Times are whole seconds since 1970.

use model::{
    Client, Invitation, InvitationEnd, NamedRole, Organization, Permission, Project, Resource, Timestamp, User, Way,
};
use protocol::Access;
use serde_json::{Value, json};
use storage::Member;

pub(super) fn organization(organization: &Organization) -> Value {
    json!({
        "id": organization.id,
        "slug": organization.slug,
        "name": organization.name,
        "created_at": organization.created_at.as_seconds(),
        "disabled_at": seconds(organization.disabled_at),
        "device_writes_at": seconds(organization.device_writes_at),
        "second_factor_at": seconds(organization.demands.second_factor_at),
        "ways_in": organization.demands.ways_in.as_ref().map(|ways| ways.iter().map(Way::as_str).collect::<Vec<_>>()),
    })
}

pub(super) fn project(project: &Project, organization: &Organization) -> Value {
    json!({
        "id": project.id,
        "slug": project.slug,
        "name": project.name,
        "organization": organization.slug,
        "organization_id": organization.id,
        "created_at": project.created_at.as_seconds(),
        "disabled_at": seconds(project.disabled_at),
        "limited_at": seconds(project.limited_at),
    })
}

pub(super) fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "has_password": user.password_hash.is_some(),
        "email_verified_at": seconds(user.email_verified_at),
        "created_at": user.created_at.as_seconds(),
        "disabled_at": seconds(user.disabled_at),
        "erase_at": seconds(user.erase_at),
    })
}

pub(super) fn member(member: &Member, organization: &Organization) -> Value {
    json!({
        "organization": organization.slug,
        "user_id": member.user.id,
        "email": member.user.email,
        "name": member.user.name,
        "role": member.membership.role.as_str(),
        "named_role": member.named,
        "created_at": member.membership.created_at.as_seconds(),
    })
}

pub(super) fn role(role: &NamedRole, organization: &Organization) -> Value {
    json!({
        "id": role.id,
        "slug": role.slug,
        "name": role.name,
        "organization": organization.slug,
        "permissions": role.permissions.iter().map(Permission::as_str).collect::<Vec<_>>(),
        "created_at": role.created_at.as_seconds(),
    })
}

/// Without its token, which stands in its mail alone.
pub(super) fn invitation(
    invitation: &Invitation,
    organization: &Organization,
    role: Option<&NamedRole>,
    now: Timestamp,
) -> Value {
    let (accepted_at, revoked_at) = match invitation.end {
        Some(InvitationEnd::Accepted { at, .. }) => (Some(at), None),
        Some(InvitationEnd::Revoked { at }) => (None, Some(at)),
        None => (None, None),
    };
    json!({
        "id": invitation.id,
        "organization": organization.slug,
        "email": invitation.email,
        "role": invitation.role.as_str(),
        "named_role": role.map(|role| role.slug.as_str()),
        "status": invitation.status(now).as_str(),
        "invited_by": invitation.invited_by,
        "mails": invitation.mails,
        "created_at": invitation.created_at.as_seconds(),
        "sent_at": invitation.sent_at.as_seconds(),
        "expires_at": invitation.expires_at.as_seconds(),
        "accepted_at": seconds(accepted_at),
        "revoked_at": seconds(revoked_at),
    })
}

pub(super) fn resource(resource: &Resource) -> Value {
    let scopes: Vec<Value> = resource
        .scopes
        .iter()
        .map(|scope| {
            let access = match scope.access {
                Access::Read => "read",
                Access::Write if scope.ingest => "ingest",
                Access::Write => "write",
            };
            json!({ "name": scope.name, "access": access, "description": scope.description, "translations": scope.translations })
        })
        .collect();
    json!({
        "client_id": resource.id,
        "name": resource.name,
        "resource": resource.identifier.as_str(),
        "scopes": scopes,
        "owner_id": resource.owner,
        "access_tokens": resource.access_tokens.as_str(),
        "default_at": seconds(resource.default_at),
        "created_at": resource.created_at.as_seconds(),
        "disabled_at": seconds(resource.disabled_at),
    })
}

pub(super) fn client(client: &Client) -> Value {
    let metadata = &client.metadata;
    json!({
        "client_id": client.id,
        "name": client.name,
        "origin": client.origin.as_str(),
        "owner_id": client.owner,
        "profile": client.profile.as_str(),
        "first_party": client.first_party,
        "token_endpoint_auth_method": metadata.token_endpoint_auth_method.as_str(),
        "redirect_uris": metadata.redirect_uris,
        "grant_types": metadata.grant_types,
        "scope": metadata.scope.as_ref().map(ToString::to_string),
        "nonce_instead_of_pkce": client.nonce_instead_of_pkce,
        "organization_id": client.home.map(|home| home.organization_id),
        "project_id": client.home.map(|home| home.project_id),
        "created_at": client.created_at.as_seconds(),
        "used_at": seconds(client.used_at),
        "disabled_at": seconds(client.disabled_at),
    })
}

fn seconds(time: Option<Timestamp>) -> Option<i64> {
    time.map(Timestamp::as_seconds)
}
