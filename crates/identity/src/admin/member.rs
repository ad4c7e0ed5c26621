//! Members, by the operator. An organisation that has an owner keeps one (C-24).

use model::{AuditEvent, Membership, Organization, Role, Timestamp, User};
use serde_json::{Value, json};
use storage::{Read, StorageError};

use super::{ActError, answer, organization, user};
use crate::{Authority, api_key, connections};

/// The reason of grants and keys that ended with their person's membership.
const MEMBERSHIP_LOST: &str = "membership_lost";

impl Authority {
    pub(super) async fn member_add(
        &self,
        named: &str,
        user: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (named.to_owned(), user.to_owned());
        self.parts
            .store
            .transaction(move |tx| {
                let (named, user) = names.clone();
                Box::pin(async move {
                    let (organization, user) = find(tx, &named, &user).await?;
                    if role != Role::Owner {
                        keep_an_owner(tx, &organization, &user).await?;
                    }
                    let membership =
                        Membership { organization_id: organization.id, user_id: user.id, role, created_at: now };
                    tx.put_membership(&membership).await?;
                    tx.insert_audit_event(&audit("member.added", &organization, &user, now)).await?;
                    Ok(answer::member(&membership, &user, &organization))
                })
            })
            .await
    }

    pub(super) async fn member_list(&self, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organization = organization::find(&mut read, named).await?;
        Ok(json!({ "members": list(&mut read, &organization).await? }))
    }

    /// The grants and keys over the organisation's projects are ended too, so that they do not come back with the membership.
    pub(super) async fn member_remove(&self, named: &str, user: &str, now: Timestamp) -> Result<Value, ActError> {
        let names = (named.to_owned(), user.to_owned());
        self.parts
            .store
            .transaction(move |tx| {
                let (named, user) = names.clone();
                Box::pin(async move {
                    let (organization, user) = find(tx, &named, &user).await?;
                    keep_an_owner(tx, &organization, &user).await?;
                    if !tx.delete_membership(organization.id, user.id).await? {
                        let (email, slug) = (&user.email, &organization.slug);
                        return Err(ActError::new(format!("{email} is no member of '{slug}'; `lanyard member list {slug}` shows who is")));
                    }
                    let grants = tx.live_grants_in(user.id, organization.id).await?;
                    let keys = tx.live_api_keys_in(user.id, organization.id).await?;
                    let ended = connections::end(tx, &grants, MEMBERSHIP_LOST, now).await?;
                    let keys_ended = api_key::end(tx, &keys, MEMBERSHIP_LOST, now).await?;
                    tx.insert_audit_event(&audit("member.removed", &organization, &user, now)).await?;
                    Ok(json!({ "removed": { "organization": organization.slug, "email": user.email }, "connections_ended": ended, "keys_ended": keys_ended }))
                })
            })
            .await
    }
}

/// The members of an organisation.
pub(super) async fn list(read: &mut Read, organization: &Organization) -> Result<Vec<Value>, StorageError> {
    let mut members = Vec::new();
    for membership in read.memberships_of(organization.id).await? {
        if let Some(user) = read.user(membership.user_id).await? {
            members.push(answer::member(&membership, &user, organization));
        }
    }
    Ok(members)
}

async fn find(read: &mut Read, named: &str, user: &str) -> Result<(Organization, User), ActError> {
    let organization = organization::find(read, named).await?;
    let user = user::find(read, user).await?;
    Ok((organization, user))
}

/// Refuses, if this user is the only owner.
async fn keep_an_owner(read: &mut Read, organization: &Organization, user: &User) -> Result<(), ActError> {
    let owners: Vec<_> =
        read.memberships_of(organization.id).await?.into_iter().filter(|member| member.role == Role::Owner).collect();
    match owners.as_slice() {
        [only] if only.user_id == user.id => Err(ActError::new(format!(
            "{} is the only owner of '{}'; make somebody else an owner first, or remove the organisation",
            user.email, organization.slug
        ))),
        _ => Ok(()),
    }
}

fn audit(action: &'static str, organization: &Organization, user: &User, now: Timestamp) -> AuditEvent {
    AuditEvent { user_id: Some(user.id), organization_id: Some(organization.id), ..AuditEvent::new(action, now) }
}
