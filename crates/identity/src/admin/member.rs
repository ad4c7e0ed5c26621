//! Members and their roles. Nobody gives or takes a role above their own, nobody touches somebody above them, and an
//! organisation that has an owner keeps one (C-24).
//!
//! Every change of an organisation's memberships holds the organisation, so that they come one after another. Does not own the
//! roles that an organisation names itself (`role`).

use model::{AuditEvent, Email, Id, Membership, Organization, Permission, Permissions, Project, Role, Timestamp, User};
use serde_json::{Value, json};
use storage::{Member, Read, StorageError, Tx, Versioned};

use super::{ActError, answer, organization, role, thing::allow, user, versioned};
use crate::{Actor, Authority, Standing, api_key, connections, policy};

/// The reason of grants and keys that ended with their person's membership.
const MEMBERSHIP_LOST: &str = "membership_lost";
/// The reason of what ended because their person's new role could not have given it.
const ROLE_LOST: &str = "role_lost";

impl Authority {
    /// An operator makes anybody a member; others change the role of somebody who is one, and invite the rest.
    pub(super) async fn member_add(
        &self,
        by: &Actor,
        named: &str,
        user: &str,
        (role, named_role): (Role, Option<String>),
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (by.clone(), named.to_owned(), user.to_owned(), named_role);
        let expected = self.expected;
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, user, named_role) = names.clone();
                Box::pin(async move {
                    let organization = hold(tx, &named).await?;
                    let standing = allow(tx, &by, organization.id, Permission::ManageMembers).await?;
                    let user = user::find(tx, &user).await?;
                    let wanted = role::wanted(tx, &standing, role, named_role.as_deref()).await?;
                    put(tx, (&by, &standing), &user, (wanted, expected), now).await
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

/// Leaving is open to everybody who belongs to an organisation, a disabled one too, and one that demands what they have not shown; but not to a program that only reads.
async fn may_leave(tx: &mut Tx, by: &Actor, organization_id: Id<Organization>) -> Result<Standing, ActError> {
    if by.only_reads() {
        return Err(ActError::forbidden("this token only reads"));
    }
    tx.act_for(by.named());
    Ok(policy::stand_to_leave(tx, by, organization_id).await??)
}

async fn put(
    tx: &mut Tx,
    (by, standing): (&Actor, &Standing),
    user: &User,
    (wanted, expected): (role::Wanted, Option<i64>),
    now: Timestamp,
) -> Result<Value, ActError> {
    let organization = &standing.organization;
    let before = tx.member(organization.id, user.id).await?;
    match &before {
        // Whether an address has an account is told to nobody who does not see its person here already.
        None if !by.is_operator() => return Err(missing(user, organization)),
        None => {}
        Some(before) => must_reach(standing, before.membership.role, before.permissions)?,
    }
    must_reach(standing, wanted.role, wanted.permissions)?;
    if wanted.role != Role::Owner {
        keep_an_owner(tx, organization, user, before.as_ref()).await?;
    }
    let version = match &before {
        Some(_) => versioned::move_on(tx, &Versioned::Membership(organization.id, user.id), expected).await?,
        None => 1,
    };
    let membership = Membership {
        organization_id: organization.id,
        user_id: user.id,
        role: wanted.role,
        role_id: wanted.id,
        created_at: before.as_ref().map_or(now, |before| before.membership.created_at),
    };
    tx.put_membership(&membership).await?;
    let action = if before.is_some() { "member.changed" } else { "member.added" };
    tx.insert_audit_event(&audit(action, organization, user, now)).await?;
    let corrupt = || StorageError::Corrupt { table: "memberships", id: user.id.to_string() };
    let member = tx.member(organization.id, user.id).await?.ok_or_else(corrupt)?;
    let (ended, keys_ended) = end_what_the_role_forbids(tx, &member, now).await?;
    let mut answer = versioned::at(answer::member(&member, organization), version);
    if let Some(members) = answer.as_object_mut() {
        members.insert("connections_ended".to_owned(), ended.into());
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
    let before = tx.member(organization.id, user.id).await?;
    let before = before.ok_or_else(|| missing(user, organization))?;
    must_reach(standing, before.membership.role, before.permissions)?;
    versioned::move_on(tx, &Versioned::Membership(organization.id, user.id), expected).await?;
    keep_an_owner(tx, organization, user, Some(&before)).await?;
    if !tx.delete_membership(organization.id, user.id).await? {
        return Err(missing(user, organization));
    }
    let grants = tx.live_grants_in(user.id, organization.id).await?;
    let keys = tx.live_api_keys_in(user.id, organization.id).await?;
    let ended = connections::end(tx, &grants, MEMBERSHIP_LOST, now).await?;
    let keys_ended = api_key::end(tx, &keys, MEMBERSHIP_LOST, now).await?;
    tx.insert_audit_event(&audit("member.removed", organization, user, now)).await?;
    Ok(json!({
        "removed": { "organization": organization.slug, "email": user.email },
        "connections_ended": ended,
        "keys_ended": keys_ended,
    }))
}

/// Ends what a member holds that their role could not have given: keys, unless it makes some, and whatever is over projects that
/// are limited to others. How many connections and keys.
pub(super) async fn end_what_the_role_forbids(
    tx: &mut Tx,
    member: &Member,
    now: Timestamp,
) -> Result<(usize, usize), StorageError> {
    let Membership { organization_id, user_id, role, .. } = member.membership;
    let makes_keys = Permissions::of(role).and(member.permissions).contains(Permission::ManageKeys);
    if makes_keys && role.sees_every_project() {
        return Ok((0, 0));
    }
    let open: Vec<Id<Project>> = match role.sees_every_project() {
        true => tx.projects_of(organization_id).await?,
        false => tx.projects_open_to(organization_id, user_id).await?,
    }
    .iter()
    .map(|project| project.id)
    .collect();
    let mut grants = tx.live_grants_in(user_id, organization_id).await?;
    grants.retain(|grant| grant.kind.project_id().is_some_and(|id| !open.contains(&id)));
    let mut keys = tx.live_api_keys_in(user_id, organization_id).await?;
    keys.retain(|key| !makes_keys || !open.contains(&key.project_id));
    let ended = connections::end(tx, &grants, ROLE_LOST, now).await?;
    Ok((ended, api_key::end(tx, &keys, ROLE_LOST, now).await?))
}

/// The members of an organisation.
pub(super) async fn list(read: &mut Read, organization: &Organization) -> Result<Vec<Value>, StorageError> {
    let members = read.members_of(organization.id).await?;
    Ok(members.iter().map(|member| answer::member(member, organization)).collect())
}

/// The organisation with this name, whose memberships nobody else changes until the transaction ends.
pub(super) async fn hold(tx: &mut Tx, named: &str) -> Result<Organization, ActError> {
    let organization = organization::find(tx, named).await?;
    match tx.hold_organization(organization.id).await? {
        true => Ok(organization),
        false => Err(ActError::absent(organization::missing(named))),
    }
}

/// Refuses, if a role with what its member may on top is above the actor's own.
pub(super) fn must_reach(standing: &Standing, role: Role, on_top: Permissions) -> Result<(), ActError> {
    match standing.reaches(role, Permissions::of(role).and(on_top)) {
        true => Ok(()),
        false => Err(ActError::forbidden("this role is above your own")),
    }
}

/// Refuses, if this user is the only owner.
async fn keep_an_owner(
    read: &mut Read,
    organization: &Organization,
    user: &User,
    before: Option<&Member>,
) -> Result<(), ActError> {
    let owns = before.is_some_and(|before| before.membership.role == Role::Owner);
    if owns && !read.has_other_owner(organization.id, user.id).await? {
        return Err(ActError::conflict(format!(
            "{} is the only owner of '{}'; make somebody else an owner first, or remove the organisation",
            user.email, organization.slug
        )));
    }
    Ok(())
}

pub(super) fn missing(user: &User, organization: &Organization) -> ActError {
    let (email, slug) = (&user.email, &organization.slug);
    ActError::absent(format!("{email} is no member of '{slug}'; `lanyard member list {slug}` shows who is"))
}

pub(super) fn audit(action: &'static str, organization: &Organization, user: &User, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: Some(user.id),
        organization_id: Some(organization.id),
        subject: Some(user.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
