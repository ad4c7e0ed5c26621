//! Organisations of somebody who leaves: handed over to another member, or deleted with what is in them. Nobody else's can be
//! touched; they look as if they were not there.

use model::{AuditEvent, Id, Membership, Organization, Role, Timestamp, User};
use storage::{Read, StorageError, Tx};

use super::{SignedIn, recent::NotRecent, sessions::event};
use crate::{Authority, Caller, Error, api_key, demands};

/// Why an organisation stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnedRefusal {
    /// The person must prove who they are first.
    NotRecent,
    /// It is not theirs, or there is no such member.
    Unknown,
    /// It demands what this browser has not shown.
    Unmet,
    /// What was typed is not its short name.
    Typed,
}

impl From<NotRecent> for OwnedRefusal {
    fn from(NotRecent: NotRecent) -> Self {
        Self::NotRecent
    }
}

impl Authority {
    /// An organisation that this person owns, and the names of its projects.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn owned(
        &self,
        signed_in: &SignedIn,
        id: Id<Organization>,
    ) -> Result<Result<(Organization, Vec<String>), OwnedRefusal>, Error> {
        let mut read = self.parts.store.read().await?;
        let organization = match seen(&mut read, id, signed_in).await? {
            Ok(organization) => organization,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let projects = read.projects_of(id).await?.into_iter().map(|project| project.name).collect();
        Ok(Ok((organization, projects)))
    }

    /// Makes another member an owner too.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub async fn hand_over(
        &self,
        signed_in: &SignedIn,
        id: Id<Organization>,
        to: Id<User>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), OwnedRefusal>, Error> {
        if let Err(refusal) = signed_in.must_be_recent(now) {
            return Ok(Err(refusal.into()));
        }
        let (by, address, person) = (signed_in.user.id, caller.address.clone(), signed_in.clone());
        let done: Result<Result<(), OwnedRefusal>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = within(id, event("member.promoted", by, Some(to.to_string()), address.clone(), now));
                let person = person.clone();
                Box::pin(async move {
                    let Some(membership) = tx.membership(id, to).await? else { return Ok(Err(OwnedRefusal::Unknown)) };
                    let stays =
                        tx.user(to).await?.is_some_and(|user| user.disabled_at.is_none() && user.erase_at.is_none());
                    if to == by || !stays {
                        return Ok(Err(OwnedRefusal::Unknown));
                    }
                    if let Err(refusal) = owned_by(tx, id, &person).await? {
                        return Ok(Err(refusal));
                    }
                    tx.put_membership(&Membership { role: Role::Owner, role_id: None, ..membership }).await?;
                    tx.insert_audit_event(&event).await?;
                    Ok(Ok(()))
                })
            })
            .await;
        Ok(done?)
    }

    /// Deletes an organisation with its projects, memberships and connections, for an owner who has typed its short name.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub async fn delete_organization(
        &self,
        signed_in: &SignedIn,
        id: Id<Organization>,
        typed: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Result<(), OwnedRefusal>, Error> {
        if let Err(refusal) = signed_in.must_be_recent(now) {
            return Ok(Err(refusal.into()));
        }
        let (by, address, typed) = (signed_in.user.id, caller.address.clone(), typed.trim().to_lowercase());
        let person = signed_in.clone();
        let done: Result<Result<(), OwnedRefusal>, StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let event = within(id, event("organization.removed", by, Some(id.to_string()), address.clone(), now));
                let (typed, person) = (typed.clone(), person.clone());
                Box::pin(async move {
                    let organization = match owned_by(tx, id, &person).await? {
                        Ok(organization) => organization,
                        Err(refusal) => return Ok(Err(refusal)),
                    };
                    if typed != organization.slug.as_str() {
                        return Ok(Err(OwnedRefusal::Typed));
                    }
                    api_key::end_within(tx, organization.id, now).await?;
                    tx.delete_organization(&organization, now).await?;
                    tx.insert_audit_event(&event).await?;
                    Ok(Ok(()))
                })
            })
            .await;
        // A client may have lost its standing with a project that it reads for.
        self.parts.known.forget();
        Ok(done?)
    }
}

/// Held as it is, so that the owner who acts is one still when it is done.
async fn owned_by(
    tx: &mut Tx,
    id: Id<Organization>,
    by: &SignedIn,
) -> Result<Result<Organization, OwnedRefusal>, StorageError> {
    tx.hold_organizations_of(by.user.id).await?;
    seen(tx, id, by).await
}

/// The organisation, if this person owns it and has shown here what it demands.
async fn seen(
    read: &mut Read,
    id: Id<Organization>,
    by: &SignedIn,
) -> Result<Result<Organization, OwnedRefusal>, StorageError> {
    let role = read.membership(id, by.user.id).await?.map(|membership| membership.role);
    let organization = match role {
        Some(Role::Owner) => read.organization(id).await?,
        _ => None,
    };
    let Some(organization) = organization else { return Ok(Err(OwnedRefusal::Unknown)) };
    Ok(match demands::missing(read, id, by).await? {
        None => Ok(organization),
        Some(_) => Err(OwnedRefusal::Unmet),
    })
}

fn within(organization_id: Id<Organization>, event: AuditEvent) -> AuditEvent {
    AuditEvent { organization_id: Some(organization_id), ..event }
}
