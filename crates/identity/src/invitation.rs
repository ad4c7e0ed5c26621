//! Accepting an invitation: only a signed-in person whose proved address is the invited one, in time, and only while whoever
//! invited could still do it (C-26). The role is the one that the row says.
//!
//! Does not own inviting (`admin::invitation`), nor how a browser keeps the link on its way through sign-in (`server`).

use model::{
    AuditEvent, Email, Id, Invitation, InvitationStatus, Membership, Organization, Permission, Permissions, Role,
    Timestamp, User,
};
use protocol::Confidential;
use storage::{ActsFor, Read, StorageError, Tx};

use crate::{
    Authority, Caller, Error,
    account::{SignedIn, parse_link_token},
    policy,
};

/// An invitation that can be accepted, as whoever has its link sees it.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Its id.
    pub id: Id<Invitation>,
    /// Into which organisation.
    pub organization: Organization,
    /// Whom it is for.
    pub email: Email,
    /// As what.
    pub role: Role,
    /// The name of the organisation's own role, if it is one.
    pub named: Option<String>,
    /// Who invited; none if an operator did.
    pub inviter: Option<Email>,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Why nobody became a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationRefusal {
    /// It is worth nothing: unknown, used, taken back, too old, or whoever invited may not any more. Nobody is told which.
    Dead,
    /// It is for another address than this account's.
    OtherAddress,
    /// The account's address is not proved.
    Unverified,
}

impl Authority {
    /// The invitation that a link's token opens, if it can be accepted. Looking spends nothing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn open_invitation(&self, token: &str, now: Timestamp) -> Result<Option<OpenInvitation>, Error> {
        let mut read = self.parts.store.read().await?;
        let Some(invitation) = waiting(&mut read, token, now).await? else { return Ok(None) };
        let Some(organization) = still_offered(&mut read, &invitation).await? else { return Ok(None) };
        let named = match invitation.role_id {
            Some(id) => read.role(id).await?.map(|role| role.name),
            None => None,
        };
        let inviter = match invitation.invited_by {
            Some(id) => read.user(id).await?.map(|user| user.email),
            None => None,
        };
        Ok(Some(OpenInvitation {
            id: invitation.id,
            organization,
            email: invitation.email,
            role: invitation.role,
            named,
            inviter,
            expires_at: invitation.expires_at,
        }))
    }

    /// The invitation by which somebody may sign up where strangers may not: one that is open, and whose address a mail proves.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn invitation_to_sign_up(
        &self,
        token: Option<&Confidential>,
        now: Timestamp,
    ) -> Result<Option<OpenInvitation>, Error> {
        match token.filter(|_| self.sends_mail()) {
            Some(token) => self.open_invitation(token.expose(), now).await,
            None => Ok(None),
        }
    }

    /// Makes the person a member, and says of which organisation. Whoever is one already stays as they are.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub async fn accept_invitation(
        &self,
        signed_in: &SignedIn,
        token: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<Organization, InvitationRefusal>, Error> {
        let parts = (signed_in.user.clone(), token.to_owned(), caller.address.clone());
        let accepted: Result<Result<Organization, InvitationRefusal>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (user, token, address) = parts.clone();
                Box::pin(async move { accept(tx, &user, &token, address, now).await })
            })
            .await;
        Ok(accepted?)
    }
}

async fn accept(
    tx: &mut Tx,
    user: &User,
    token: &str,
    address: String,
    now: Timestamp,
) -> Result<Result<Organization, InvitationRefusal>, StorageError> {
    let dead = Ok(Err(InvitationRefusal::Dead));
    tx.act_for(ActsFor { by: user.id.to_string(), token_id: None, address: Some(address.clone()) });
    let Some(found) = waiting(tx, token, now).await? else { return dead };
    // Whoever demotes the inviter, or takes the invitation back, comes before this or after it.
    tx.hold_organization(found.organization_id).await?;
    let Some(invitation) = waiting(tx, token, now).await? else { return dead };
    if !tx.hold_user(user.id, user.security_epoch).await? {
        return dead;
    }
    let Some(user) = tx.user(user.id).await?.filter(|user| user.erase_at.is_none()) else { return dead };
    if user.email != invitation.email {
        return Ok(Err(InvitationRefusal::OtherAddress));
    }
    if user.email_verified_at.is_none() {
        return Ok(Err(InvitationRefusal::Unverified));
    }
    let Some(organization) = still_offered(tx, &invitation).await? else { return dead };
    if !tx.accept_invitation(&invitation, (user.id, &user.email), now).await? {
        return dead;
    }
    let event = |action| AuditEvent {
        user_id: Some(user.id),
        organization_id: Some(organization.id),
        subject: Some(invitation.id.to_string()),
        address: Some(address.clone()),
        ..AuditEvent::new(action, now)
    };
    tx.insert_audit_event(&event("invitation.accepted")).await?;
    if tx.membership(organization.id, user.id).await?.is_none() {
        let membership = Membership {
            organization_id: organization.id,
            user_id: user.id,
            role: invitation.role,
            role_id: invitation.role_id,
            created_at: now,
        };
        tx.put_membership(&membership).await?;
        tx.insert_audit_event(&AuditEvent { subject: Some(user.id.to_string()), ..event("member.added") }).await?;
    }
    Ok(Ok(organization))
}

/// The invitation that this token opens, while it waits.
async fn waiting(read: &mut Read, token: &str, now: Timestamp) -> Result<Option<Invitation>, StorageError> {
    let Some((id, secret)) = parse_link_token(token) else { return Ok(None) };
    let found = read.invitation(id).await?.filter(|one| one.token_hash == secret.hash());
    Ok(found.filter(|one| one.status(now) == InvitationStatus::Waiting))
}

/// Whether this invitation can be accepted still.
pub(crate) async fn still_invites(read: &mut Read, id: Id<Invitation>, now: Timestamp) -> Result<bool, StorageError> {
    let found = read.invitation(id).await?.filter(|one| one.status(now) == InvitationStatus::Waiting);
    match found {
        Some(invitation) => Ok(still_offered(read, &invitation).await?.is_some()),
        None => Ok(false),
    }
}

/// The organisation, if it is not disabled, and whoever invited could do so now.
async fn still_offered(read: &mut Read, invitation: &Invitation) -> Result<Option<Organization>, StorageError> {
    // What the organisation demands of a sign-in was asked when they invited.
    let standing = policy::standing_of(read, invitation.invited_by, invitation.organization_id).await?;
    let on_top = match invitation.role_id {
        Some(id) => read.role(id).await?.map(|role| role.permissions).unwrap_or_default(),
        None => Permissions::NONE,
    };
    let permissions = Permissions::of(invitation.role).and(on_top);
    let may = |standing: &policy::Standing| {
        standing.may(Permission::ManageMembers)
            && standing.organization.disabled_at.is_none()
            && standing.reaches(invitation.role, permissions)
    };
    Ok(standing.filter(may).map(|standing| standing.organization))
}
