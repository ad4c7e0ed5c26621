//! Members and their roles. Nobody gives or takes a role above their own, nobody touches somebody above them, and an
//! organisation that has an owner keeps one (C-24).
//!
//! Every change of an organisation's memberships holds the organisation, so that they come one after another.

use model::{
    ApiKey, AuditEvent, Email, Grant, Id, Membership, Organization, Permission, Permissions, Role, Timestamp, User,
};
use serde_json::{Value, json};
use storage::{Read, StorageError, Tx, Versioned};

use super::{
    ActError, answer, organization,
    thing::{allow, let_look},
    user, versioned,
};
use crate::{Actor, Authority, Standing, api_key, connections};

/// The reason of grants and keys that ended with their person's membership.
const MEMBERSHIP_LOST: &str = "membership_lost";
/// The reason of keys that ended because their person may not make any more.
const ROLE_LOST: &str = "role_lost";

impl Authority {
    /// An operator makes anybody a member; others change the role of somebody who is one, and invite the rest.
    pub(super) async fn member_add(
        &self,
        by: &Actor,
        named: &str,
        user: &str,
        role: Role,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (by.clone(), named.to_owned(), user.to_owned());
        let expected = self.expected;
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, user) = names.clone();
                Box::pin(async move {
                    let organization = hold(tx, &named).await?;
                    let standing = allow(tx, &by, organization.id, Permission::ManageMembers).await?;
                    let user = user::find(tx, &user).await?;
                    put(tx, (&by, &standing), &user, (role, expected), now).await
                })
            })
            .await
    }

    pub(super) async fn member_list(&self, by: &Actor, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organization = organization::look(&mut read, by, named, Permission::SeeMembers).await?.organization;
        Ok(json!({ "members": list(&mut read, &organization).await? }))
    }

    /// The grants and keys over the organisation's projects are ended too, so that they do not come back with the membership.
    /// Whoever removes themself leaves, and needs no permission for it.
    pub(super) async fn member_remove(
        &self,
        by: &Actor,
        named: &str,
        user: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (by.clone(), named.to_owned(), user.to_owned());
        let expected = self.expected;
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, user) = names.clone();
                Box::pin(async move {
                    let organization = hold(tx, &named).await?;
                    let (standing, user) = match themself(tx, &by, &user).await? {
                        Some(user) => (may_leave(tx, &by, organization.id).await?, user),
                        None => {
                            let standing = allow(tx, &by, organization.id, Permission::ManageMembers).await?;
                            (standing, user::find(tx, &user).await?)
                        }
                    };
                    remove(tx, &standing, &user, expected, now).await
                })
            })
            .await
    }
}

/// The actor, if this is their own address or id. Nobody else is looked up before it is known that the actor may.
async fn themself(read: &mut Read, by: &Actor, named: &str) -> Result<Option<User>, StorageError> {
    let Some(id) = by.user_id() else { return Ok(None) };
    let is_named = |user: &User| user.id.as_str() == named || Email::parse(named).as_ref() == Some(&user.email);
    Ok(read.user(id).await?.filter(is_named))
}

/// Leaving is open to everybody who belongs to an organisation, a disabled one too; but not to a program that only reads.
async fn may_leave(tx: &mut Tx, by: &Actor, organization_id: Id<Organization>) -> Result<Standing, ActError> {
    if by.only_reads() {
        return Err(ActError::forbidden("this token only reads"));
    }
    tx.act_for(by.named());
    let_look(tx, by, organization_id, Permission::SeeOrganization).await
}

async fn put(
    tx: &mut Tx,
    (by, standing): (&Actor, &Standing),
    user: &User,
    (role, expected): (Role, Option<i64>),
    now: Timestamp,
) -> Result<Value, ActError> {
    let organization = &standing.organization;
    let before = tx.membership(organization.id, user.id).await?;
    match &before {
        // Whether an address has an account is told to nobody who does not see its person here already.
        None if !by.is_operator() => return Err(missing(user, organization)),
        None => {}
        Some(before) => must_reach(standing, before.role)?,
    }
    must_reach(standing, role)?;
    if role != Role::Owner {
        keep_an_owner(tx, organization, user, before.as_ref()).await?;
    }
    let version = match &before {
        Some(_) => versioned::move_on(tx, &Versioned::Membership(organization.id, user.id), expected).await?,
        None => 1,
    };
    let created_at = before.as_ref().map_or(now, |before| before.created_at);
    let membership = Membership { organization_id: organization.id, user_id: user.id, role, created_at };
    tx.put_membership(&membership).await?;
    let action = if before.is_some() { "member.changed" } else { "member.added" };
    tx.insert_audit_event(&audit(action, organization, user, now)).await?;
    let keys_ended = end_what_the_role_forbids(tx, &membership, now).await?;
    let mut answer = versioned::at(answer::member(&membership, user, organization), version);
    if let Some(members) = answer.as_object_mut() {
        members.insert("keys_ended".to_owned(), keys_ended.into());
    }
    Ok(answer)
}

async fn remove(
    tx: &mut Tx,
    standing: &Standing,
    user: &User,
    expected: Option<i64>,
    now: Timestamp,
) -> Result<Value, ActError> {
    let organization = &standing.organization;
    let before = tx.membership(organization.id, user.id).await?;
    let before = before.ok_or_else(|| missing(user, organization))?;
    must_reach(standing, before.role)?;
    versioned::move_on(tx, &Versioned::Membership(organization.id, user.id), expected).await?;
    keep_an_owner(tx, organization, user, Some(&before)).await?;
    if !tx.delete_membership(organization.id, user.id).await? {
        return Err(missing(user, organization));
    }
    let (grants, keys) = held_in(tx, organization.id, user.id).await?;
    let ended = connections::end(tx, &grants, MEMBERSHIP_LOST, now).await?;
    let keys_ended = api_key::end(tx, &keys, MEMBERSHIP_LOST, now).await?;
    tx.insert_audit_event(&audit("member.removed", organization, user, now)).await?;
    Ok(json!({
        "removed": { "organization": organization.slug, "email": user.email },
        "connections_ended": ended,
        "keys_ended": keys_ended,
    }))
}

/// A person's keys rest on a role that makes keys; connections are every member's to give, and stay.
async fn end_what_the_role_forbids(
    tx: &mut Tx,
    membership: &Membership,
    now: Timestamp,
) -> Result<usize, StorageError> {
    if membership.role.may(Permission::ManageKeys) {
        return Ok(0);
    }
    let keys = tx.live_api_keys_in(membership.user_id, membership.organization_id).await?;
    api_key::end(tx, &keys, ROLE_LOST, now).await
}

async fn held_in(
    tx: &mut Tx,
    organization_id: Id<Organization>,
    user_id: Id<User>,
) -> Result<(Vec<Grant>, Vec<ApiKey>), StorageError> {
    let grants = tx.live_grants_in(user_id, organization_id).await?;
    Ok((grants, tx.live_api_keys_in(user_id, organization_id).await?))
}

/// The members of an organisation.
pub(super) async fn list(read: &mut Read, organization: &Organization) -> Result<Vec<Value>, StorageError> {
    let members = read.members_of(organization.id).await?;
    Ok(members.iter().map(|(membership, user)| answer::member(membership, user, organization)).collect())
}

/// The organisation with this name, whose memberships nobody else changes until the transaction ends.
async fn hold(tx: &mut Tx, named: &str) -> Result<Organization, ActError> {
    let organization = organization::find(tx, named).await?;
    match tx.hold_organization(organization.id).await? {
        true => Ok(organization),
        false => Err(ActError::absent(organization::missing(named))),
    }
}

/// Refuses, if the role is above the actor's own.
fn must_reach(standing: &Standing, role: Role) -> Result<(), ActError> {
    match standing.reaches(role, Permissions::of(role)) {
        true => Ok(()),
        false => Err(ActError::forbidden(format!("the role '{}' is above your own", role.as_str()))),
    }
}

/// Refuses, if this user is the only owner.
async fn keep_an_owner(
    read: &mut Read,
    organization: &Organization,
    user: &User,
    before: Option<&Membership>,
) -> Result<(), ActError> {
    let owns = before.is_some_and(|before| before.role == Role::Owner);
    if owns && !read.has_other_owner(organization.id, user.id).await? {
        return Err(ActError::conflict(format!(
            "{} is the only owner of '{}'; make somebody else an owner first, or remove the organisation",
            user.email, organization.slug
        )));
    }
    Ok(())
}

fn missing(user: &User, organization: &Organization) -> ActError {
    let (email, slug) = (&user.email, &organization.slug);
    ActError::absent(format!("{email} is no member of '{slug}'; `lanyard member list {slug}` shows who is"))
}

fn audit(action: &'static str, organization: &Organization, user: &User, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: Some(user.id),
        organization_id: Some(organization.id),
        subject: Some(user.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
