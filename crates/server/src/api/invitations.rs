//! `/api/v1/organizations/{organization}/invitations`: who is asked by mail. The link's token stands in the mail and nowhere else.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, Expected, Idempotency, Part, Problem, Within, answer::Listed, members::MemberRole};

/// Somebody who is asked to become a member.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Its id.
    id: String,
    /// The slug of the organisation.
    organization: String,
    /// Where the mail goes, and what whoever accepts must have proved to be theirs.
    #[schema(example = "mel@example.com")]
    email: String,
    /// As what.
    role: MemberRole,
    /// The slug of the organisation's own role on top.
    named_role: Option<String>,
    /// What became of it: `waiting`, `accepted`, `revoked`, `expired`.
    status: String,
    /// The id of whoever asks; none for an operator.
    invited_by: Option<String>,
    /// How often it was mailed.
    mails: u64,
    /// When it was made.
    created_at: i64,
    /// When it was mailed last.
    sent_at: i64,
    /// Until when it can be accepted.
    expires_at: i64,
    /// When it was accepted.
    accepted_at: Option<i64>,
    /// When it was taken back.
    revoked_at: Option<i64>,
    /// Its version.
    version: i64,
}

/// Whom to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Where the mail goes.
    #[schema(example = "mel@example.com", max_length = 254)]
    email: String,
    /// As what; nobody gives a role above their own.
    role: MemberRole,
    /// With which of the organisation's own roles, on top of `member`: slug or id.
    named: Option<String>,
    /// In which language, if the address has no account that says: `en` or `de`.
    #[schema(example = "en")]
    language: Option<String>,
}

/// The invitations of an organisation with what became of them.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/invitations", operation_id = "listInvitations", tag = "Invitations",
    params(("organization" = String, Path, description = "Slug or id."), Part), responses((status = 200, body = Listed<Invitation>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<Invitation>(List::Invitations(path.into_inner()), part).await
}

/// Asks somebody by mail; one that waited for the same address is taken back.
///
/// # Errors
/// They belong to it already; too many were mailed; this server sends no mail; it is not theirs to ask.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/invitations", operation_id = "makeInvitation", tag = "Invitations",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewInvitation,
    responses((status = 201, body = Invitation)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewInvitation>)>,
) -> Result<HttpResponse, Problem> {
    let NewInvitation { email, role, named, language } = body.0;
    let act = Act::InvitationAdd { organization: path.into_inner(), email, role: role.into(), named, language };
    asker.make::<Invitation>(act, key, "id").await
}

/// One invitation.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/invitations/{invitation}", operation_id = "showInvitation",
    tag = "Invitations",
    params(("organization" = String, Path, description = "Slug or id."), ("invitation" = String, Path, description = "Id.")),
    responses((status = 200, body = Invitation)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, invitation) = path.into_inner();
    asker.look::<Invitation>(Look::Invitation(organization, invitation)).await
}

/// Sends it again, with a new link and a new time; the link before ends.
///
/// # Errors
/// It has another version; it has ended, or was mailed too often; it is not theirs to send.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/invitations/{invitation}/resend", operation_id = "resendInvitation",
    tag = "Invitations",
    params(("organization" = String, Path, description = "Slug or id."), ("invitation" = String, Path, description = "Id.")),
    responses((status = 200, body = Invitation)))]
pub async fn resend(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, invitation) = path.into_inner();
    let act = Act::InvitationResend { invitation: invitation.clone() };
    asker.change::<Invitation>(Look::Invitation(organization, invitation), expected, act).await
}

/// Takes it back.
///
/// # Errors
/// It has another version; it was accepted or taken back already; it is not theirs to take back.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/invitations/{invitation}", operation_id = "revokeInvitation",
    tag = "Invitations",
    params(("organization" = String, Path, description = "Slug or id."), ("invitation" = String, Path, description = "Id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, invitation) = path.into_inner();
    let act = Act::InvitationRevoke { invitation: invitation.clone() };
    asker.remove(Look::Invitation(organization, invitation), expected, act).await
}
