//! Roles that an organisation names itself: some permissions on top of what every member may, never more than whoever gives
//! them has (C-24).

use model::{AuditEvent, Id, NamedRole, Organization, Permission, Permissions, Role, Slug, Timestamp};
use serde_json::{Value, json};
use storage::{Read, StorageError, Tx, Versioned};

use super::{ActError, answer, member, organization, thing::allow, versioned};
use crate::{Actor, Authority, Standing};

/// So many roles of its own an organisation has at the most.
const MOST: usize = 50;

/// A role that somebody is to have.
pub(super) struct Wanted {
    pub(super) role: Role,
    pub(super) id: Option<Id<NamedRole>>,
    /// On top of those of the role.
    pub(super) permissions: Permissions,
}

impl Authority {
    pub(super) async fn role_add(
        &self,
        by: &Actor,
        named: &str,
        slug: &str,
        name: &str,
        permissions: &[String],
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let permissions = parse(permissions)?;
        let parts = (by.clone(), named.to_owned(), organization::parse_slug(slug)?, organization::parse_name(name)?);
        let added: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (by, named, slug, name) = parts.clone();
                Box::pin(async move {
                    let organization = member::hold(tx, &named).await?;
                    let standing = allow(tx, &by, organization.id, Permission::ManageMembers).await?;
                    must_have(&standing, permissions)?;
                    if tx.roles_of(organization.id).await?.len() >= MOST {
                        return Err(ActError::conflict(format!("an organisation names {MOST} roles at the most")));
                    }
                    let role = NamedRole {
                        id: Id::new(now),
                        organization_id: organization.id,
                        slug,
                        name,
                        permissions,
                        created_at: now,
                    };
                    tx.insert_role(&role).await?;
                    tx.insert_audit_event(&audit("role.added", &role, now)).await?;
                    Ok(versioned::at(answer::role(&role, &organization), 1))
                })
            })
            .await;
        let taken = || format!("'{named}' has a role '{slug}' already; choose another slug");
        added.map_err(|error| error.if_taken(taken))
    }

    pub(super) async fn role_list(&self, by: &Actor, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organization = organization::look(&mut read, by, named, Permission::SeeMembers).await?.organization;
        let roles = read.roles_of(organization.id).await?;
        Ok(json!({ "roles": roles.iter().map(|role| answer::role(role, &organization)).collect::<Vec<_>>() }))
    }

    /// Whoever has the role holds no more afterwards than it permits.
    pub(super) async fn role_change(
        &self,
        by: &Actor,
        (named, role): (&str, &str),
        name: Option<String>,
        permissions: Option<Vec<String>>,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let name = name.as_deref().map(organization::parse_name).transpose()?;
        let permissions = permissions.as_deref().map(parse).transpose()?;
        let (parts, expected) = ((by.clone(), named.to_owned(), role.to_owned(), name), self.expected);
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, role, name) = parts.clone();
                Box::pin(async move {
                    let (standing, mut role, version) = held(tx, &by, (&named, &role), expected).await?;
                    if let Some(name) = name {
                        role.name = name;
                    }
                    if let Some(permissions) = permissions {
                        must_have(&standing, permissions)?;
                        role.permissions = permissions;
                    }
                    tx.update_role(&role).await?;
                    tx.insert_audit_event(&audit("role.changed", &role, now)).await?;
                    end_what_is_forbidden(tx, &role, now).await?;
                    Ok(versioned::at(answer::role(&role, &standing.organization), version))
                })
            })
            .await
    }

    /// Whoever had it is a plain member then.
    pub(super) async fn role_remove(
        &self,
        by: &Actor,
        named: &str,
        role: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (names, expected) = ((by.clone(), named.to_owned(), role.to_owned()), self.expected);
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, role) = names.clone();
                Box::pin(async move {
                    let (standing, mut role, _) = held(tx, &by, (&named, &role), expected).await?;
                    let shown = answer::role(&role, &standing.organization);
                    role.permissions = Permissions::NONE;
                    tx.update_role(&role).await?;
                    end_what_is_forbidden(tx, &role, now).await?;
                    tx.delete_role(role.id).await?;
                    tx.insert_audit_event(&audit("role.removed", &role, now)).await?;
                    Ok(json!({ "removed": shown }))
                })
            })
            .await
    }
}

/// A role of an organisation in the version that is expected, for whoever may change it: they have all that it permits.
async fn held(
    tx: &mut Tx,
    by: &Actor,
    (named, role): (&str, &str),
    expected: Option<i64>,
) -> Result<(Standing, NamedRole, i64), ActError> {
    let organization = member::hold(tx, named).await?;
    let standing = allow(tx, by, organization.id, Permission::ManageMembers).await?;
    let role = find(tx, &organization, role).await?;
    must_have(&standing, role.permissions)?;
    let version = versioned::move_on(tx, &Versioned::Role(role.id), expected).await?;
    Ok((standing, role, version))
}

async fn end_what_is_forbidden(tx: &mut Tx, role: &NamedRole, now: Timestamp) -> Result<(), StorageError> {
    for member in tx.members_with(role.id).await? {
        member::end_what_the_role_forbids(tx, &member, now).await?;
    }
    Ok(())
}

/// The role with this slug or id in an organisation.
pub(super) async fn find(read: &mut Read, organization: &Organization, named: &str) -> Result<NamedRole, ActError> {
    let by_slug = match Slug::parse(named) {
        Some(slug) => read.role_by_slug(organization.id, &slug).await?,
        None => None,
    };
    let found = match (by_slug, Id::parse(named)) {
        (Some(role), _) => Some(role),
        (None, Some(id)) => read.role(id).await?.filter(|role| role.organization_id == organization.id),
        (None, None) => None,
    };
    found.ok_or_else(|| {
        let slug = &organization.slug;
        ActError::absent(format!(
            "'{slug}' has no role '{}'; `lanyard role list {slug}` shows them",
            named.escape_debug()
        ))
    })
}

/// The role that somebody is to have, by its word and, for a member, the organisation's own role.
pub(super) async fn wanted(
    read: &mut Read,
    standing: &Standing,
    role: Role,
    named: Option<&str>,
) -> Result<Wanted, ActError> {
    let Some(named) = named else { return Ok(Wanted { role, id: None, permissions: Permissions::NONE }) };
    if role != Role::Member {
        return Err(ActError::new("a role of the organisation's own stands on top of 'member' alone"));
    }
    let found = find(read, &standing.organization, named).await?;
    Ok(Wanted { role, id: Some(found.id), permissions: found.permissions })
}

fn must_have(standing: &Standing, permissions: Permissions) -> Result<(), ActError> {
    match permissions.is_within(standing.permissions) {
        true => Ok(()),
        false => Err(ActError::forbidden("this role permits what you may not do yourself")),
    }
}

fn parse(words: &[String]) -> Result<Permissions, ActError> {
    words
        .iter()
        .map(|word| {
            Permission::parse(word).ok_or_else(|| {
                let all: Vec<&str> = Permission::ALL.into_iter().map(Permission::as_str).collect();
                ActError::new(format!("'{}' is no permission; they are {}", word.escape_debug(), all.join(", ")))
            })
        })
        .collect()
}

fn audit(action: &'static str, role: &NamedRole, now: Timestamp) -> AuditEvent {
    AuditEvent {
        organization_id: Some(role.organization_id),
        subject: Some(role.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
