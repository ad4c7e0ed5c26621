//! Inviting: somebody is asked by mail to become a member. Owns who may ask for it, how often, and what the mail carries; accepting
//! is `crate::invitation`'s. The token stands in the mail and nowhere else.

use std::time::Duration;

use model::{
    AuditEvent, Email, Id, Invitation, Language, Organization, Permission, Role, Secret, SecretHash, Timestamp,
};
use serde_json::{Value, json};
use storage::{Read, Tx, Versioned};

use super::{ActError, answer, member, organization, role, thing::allow, user, versioned};
use crate::{
    Actor, Authority, Standing,
    account::link_token,
    mail::{self, Letter, Message},
};

const HOUR: Duration = Duration::from_secs(3600);
/// So often one address is written to by all organisations, in an hour.
const PER_ADDRESS: u64 = 5;
/// So many mails one organisation has sent, in an hour.
const PER_ORGANIZATION: u64 = 100;
/// So often one invitation is mailed.
const MOST_MAILS: u64 = 5;

/// Whom to invite, as what.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) email: String,
    pub(super) role: Role,
    pub(super) named: Option<String>,
    pub(super) language: Option<String>,
}

impl Authority {
    /// Whether the address has an account is neither asked nor told; that its person is a member is seen by whoever may invite.
    pub(super) async fn invitation_add(
        &self,
        by: &Actor,
        named: &str,
        asked: Asked,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        self.must_send_mail()?;
        let email = user::parse_email(&asked.email)?;
        let parts = (self.clone(), by.clone(), named.to_owned(), email, asked);
        let added: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (authority, by, named, email, asked) = parts.clone();
                Box::pin(async move {
                    let organization = member::hold(tx, &named).await?;
                    let standing = allow(tx, &by, organization.id, Permission::ManageMembers).await?;
                    let wanted = role::wanted(tx, &standing, asked.role, asked.named.as_deref()).await?;
                    member::must_reach(&standing, wanted.role, wanted.permissions)?;
                    must_be_no_member(tx, &organization, &email).await?;
                    let secret = Secret::generate();
                    let invitation = Invitation {
                        id: Id::new(now),
                        organization_id: organization.id,
                        email,
                        role: wanted.role,
                        role_id: wanted.id,
                        token_hash: secret.hash(),
                        invited_by: by.user_id(),
                        mails: 1,
                        created_at: now,
                        sent_at: now,
                        expires_at: now.plus(authority.settings().invitation_lifetime),
                        end: None,
                    };
                    tx.insert_invitation(&invitation).await?;
                    let language = asked.language.as_deref().and_then(Language::of_tag);
                    authority.send(tx, (&by, &standing), &invitation, &secret, language, now).await?;
                    tx.insert_audit_event(&audit("invitation.added", &invitation, now)).await?;
                    Ok(versioned::at(shown(tx, &invitation, &organization, now).await?, 1))
                })
            })
            .await;
        self.parts.mail.ring();
        added
    }

    pub(super) async fn invitation_list(&self, by: &Actor, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organization = organization::look(&mut read, by, named, Permission::SeeMembers).await?.organization;
        let mut invitations = Vec::new();
        for invitation in read.invitations_of(organization.id).await? {
            invitations.push(shown(&mut read, &invitation, &organization, now).await?);
        }
        Ok(json!({ "invitations": invitations }))
    }

    /// A new link and a new time; the old link is worth nothing any more. Whoever sends it again is who invites.
    pub(super) async fn invitation_resend(&self, by: &Actor, named: &str, now: Timestamp) -> Result<Value, ActError> {
        self.must_send_mail()?;
        let (parts, expected) = ((self.clone(), by.clone(), parse_id(named)?), self.expected);
        let sent: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (authority, by, id) = parts.clone();
                Box::pin(async move {
                    let (standing, invitation) = held(tx, &by, id).await?;
                    let version = versioned::move_on(tx, &Versioned::Invitation(id), expected).await?;
                    must_be_no_member(tx, &standing.organization, &invitation.email).await?;
                    let (secret, expires_at) = (Secret::generate(), now.plus(authority.settings().invitation_lifetime));
                    let renewal = (by.user_id(), expires_at, MOST_MAILS);
                    if !tx.renew_invitation(id, &secret.hash(), renewal, now).await? {
                        return Err(ActError::conflict(format!(
                            "this invitation has ended, or was mailed {MOST_MAILS} times; invite them anew"
                        )));
                    }
                    let (_, renewed) = held(tx, &by, id).await?;
                    authority.send(tx, (&by, &standing), &renewed, &secret, None, now).await?;
                    tx.insert_audit_event(&audit("invitation.resent", &renewed, now)).await?;
                    Ok(versioned::at(shown(tx, &renewed, &standing.organization, now).await?, version))
                })
            })
            .await;
        self.parts.mail.ring();
        sent
    }

    pub(super) async fn invitation_revoke(&self, by: &Actor, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let (parts, expected) = ((by.clone(), parse_id(named)?), self.expected);
        self.parts
            .store
            .transaction(move |tx| {
                let (by, id) = parts.clone();
                Box::pin(async move {
                    let (standing, invitation) = held(tx, &by, id).await?;
                    let version = versioned::move_on(tx, &Versioned::Invitation(id), expected).await?;
                    if !tx.revoke_invitation(id, now).await? {
                        return Err(ActError::conflict("this invitation was accepted or taken back already"));
                    }
                    tx.insert_audit_event(&audit("invitation.revoked", &invitation, now)).await?;
                    let (_, revoked) = held(tx, &by, id).await?;
                    Ok(versioned::at(shown(tx, &revoked, &standing.organization, now).await?, version))
                })
            })
            .await
    }

    fn must_send_mail(&self) -> Result<(), ActError> {
        match self.sends_mail() {
            true => Ok(()),
            false => Err(ActError::conflict("this server sends no mail, and an invitation goes by mail alone")),
        }
    }

    /// Puts the mail into the queue, unless there were too many.
    async fn send(
        &self,
        tx: &mut Tx,
        (by, standing): (&Actor, &Standing),
        invitation: &Invitation,
        secret: &Secret,
        language: Option<Language>,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let address = SecretHash::of(invitation.email.as_str().as_bytes());
        let limits = [
            (format!("mail:invitation:{}", address.as_str()), PER_ADDRESS),
            (format!("mail:invitation:{}", invitation.organization_id), PER_ORGANIZATION),
        ];
        for (subject, most) in limits {
            if tx.count_attempt(&subject, HOUR, now).await? > most {
                return Err(ActError::conflict("too many invitations were mailed in the last hour; try again later"));
            }
        }
        let inviter = match by.user_id() {
            Some(id) => tx.user(id).await?.map(|user| user.email.to_string()),
            None => None,
        };
        let account = tx.user_by_email(&invitation.email).await?;
        let language = match (account, language) {
            (Some(user), _) => tx.language_of(user.id).await?,
            (None, asked) => asked.unwrap_or_default(),
        };
        let message = Message::Invited {
            organization: standing.organization.name.clone(),
            by: inviter,
            id: invitation.id.to_string(),
            token: link_token(invitation.id, secret),
            until: invitation.expires_at,
        };
        let asked = mail::Asked { at: now, address: String::new(), user_agent: String::new(), language };
        let letter = Letter { message, asked };
        let life = invitation.expires_at.since(now);
        let mail = self.mail(&invitation.email, &letter, life, now)?;
        Ok(tx.insert_mail(&mail).await?)
    }
}

/// An invitation, for whoever may manage members and give its role.
async fn held(tx: &mut Tx, by: &Actor, id: Id<Invitation>) -> Result<(Standing, Invitation), ActError> {
    let invitation = tx.invitation(id).await?.ok_or_else(missing)?;
    tx.hold_organization(invitation.organization_id).await?;
    let standing = allow(tx, by, invitation.organization_id, Permission::ManageMembers).await?;
    let invitation = tx.invitation(id).await?.ok_or_else(missing)?;
    let on_top = match invitation.role_id {
        Some(id) => tx.role(id).await?.map(|role| role.permissions).unwrap_or_default(),
        None => model::Permissions::NONE,
    };
    member::must_reach(&standing, invitation.role, on_top)?;
    Ok((standing, invitation))
}

async fn must_be_no_member(read: &mut Read, organization: &Organization, email: &Email) -> Result<(), ActError> {
    let Some(user) = read.user_by_email(email).await? else { return Ok(()) };
    match read.membership(organization.id, user.id).await? {
        None => Ok(()),
        Some(_) => Err(ActError::conflict(format!("{email} is a member of '{}' already", organization.slug))),
    }
}

/// As it is told, without its token.
pub(super) async fn shown(
    read: &mut Read,
    invitation: &Invitation,
    organization: &Organization,
    now: Timestamp,
) -> Result<Value, ActError> {
    let role = match invitation.role_id {
        Some(id) => read.role(id).await?,
        None => None,
    };
    Ok(answer::invitation(invitation, organization, role.as_ref(), now))
}

fn parse_id(named: &str) -> Result<Id<Invitation>, ActError> {
    Id::parse(named).ok_or_else(missing)
}

fn missing() -> ActError {
    ActError::absent("there is no such invitation; `lanyard invitation list ORGANIZATION` shows them")
}

fn audit(action: &'static str, invitation: &Invitation, now: Timestamp) -> AuditEvent {
    AuditEvent {
        organization_id: Some(invitation.organization_id),
        subject: Some(invitation.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
