//! API keys, by the operator and by whoever may in their organisation.

use std::{sync::Arc, time::Duration};

use model::{
    AddressRange, ApiKey, Id, KeyCap, KeyCaps, KeyPermit, Organization, Permission, Permissions, Project, Resource,
    Slug, Timestamp, TokenKind, User,
};
use protocol::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::{KeyCounts, ListedKey, Member, Read, StorageError, Tx, Versioned};

use super::{ActError, organization, project, thing::allow, user, versioned};
use crate::{
    Actor, Authority, Standing,
    api_key::{self, Fresh},
    mail::Message,
};

/// The reason of a key that an operator took back.
const REVOKED: &str = "revoked_by_operator";
/// And of one that somebody took back who may in its organisation.
const REVOKED_BY_MANAGER: &str = "revoked_by_manager";
/// How long a key that has ended is listed.
const ENDED_SHOWN: Duration = Duration::from_secs(30 * 24 * 3600);
/// No key lives longer.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// A key to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAdd {
    /// Whose project: slug or id.
    pub organization: String,
    /// Over which project: slug or id.
    pub project: String,
    /// What people call it.
    pub name: String,
    /// What it permits, separated by spaces.
    pub scope: String,
    /// At which resource alone; at all that know the scope if none is named.
    pub resource: Option<String>,
    /// Whose it is: address or id of an owner or admin, with whose membership it ends; the project's own if nobody is named.
    pub user: Option<String>,
    /// How long it lives, in seconds; as the settings say if it is left out.
    pub expires_in: Option<u64>,
    /// Networks from which alone it may be used.
    pub addresses: Vec<String>,
    /// Uses in a minute, 0 without a cap; as the settings say if it is left out.
    pub per_minute: Option<u64>,
    /// Uses in a month, likewise.
    pub per_month: Option<u64>,
}

impl Authority {
    pub(super) async fn key_add(&self, by: &Actor, add: KeyAdd, now: Timestamp) -> Result<Value, ActError> {
        let lifetime = lifetime(add.expires_in, self.settings().api_keys.lifetime)?;
        let (name, scope) = (organization::parse_name(&add.name)?, parse_scope(&add.scope)?);
        let addresses = add.addresses.iter().map(|text| parse_range(text)).collect::<Result<Vec<_>, _>>()?;
        let id = Id::new(now);
        let fresh = self.fresh_key(id)?;
        let text = fresh.text.clone();
        let made = Arc::new((by.clone(), add, name, scope, addresses, fresh));
        let authority = self.clone();
        let added: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (made, authority) = (Arc::clone(&made), authority.clone());
                Box::pin(async move {
                    let (by, add, name, scope, addresses, fresh) = &*made;
                    let (organization, project) = project::find(tx, &add.organization, &add.project).await?;
                    let standing = allow(tx, by, organization.id, Permission::ManageKeys).await?;
                    project::must_see(tx, &standing, &project).await?;
                    let maker = match &add.user {
                        Some(named) => Some(maker(tx, by, &organization, named).await?),
                        None => None,
                    };
                    let key = ApiKey {
                        id,
                        user_id: maker.map(|maker| maker.id),
                        organization_id: organization.id,
                        project_id: project.id,
                        name: name.clone(),
                        permits: permits(&resources_serving(tx, &organization).await?, scope, add.resource.as_deref())?,
                        addresses: addresses.clone(),
                        caps: KeyCaps { minute: KeyCap::of(add.per_minute), month: KeyCap::of(add.per_month) },
                        secret: fresh.kept.clone(),
                        previous: None,
                        created_at: now,
                        issued_at: now,
                        expires_at: now.plus(lifetime),
                        revoked: None,
                    };
                    tx.insert_api_key(&key).await?;
                    tx.insert_audit_event(&api_key::entry("key.created", &key, None, now)).await?;
                    authority.tell_of(tx, &key, Message::KeyMade { name: key.name.clone() }, now).await?;
                    Ok(versioned::at(answer(&key, &organization, &project, None), 1))
                })
            })
            .await;
        let added = added?;
        self.parts.mail.ring();
        Ok(shown(added, text))
    }

    /// Tells the person whose key it is.
    async fn tell_of(&self, tx: &mut Tx, key: &ApiKey, message: Message, now: Timestamp) -> Result<(), StorageError> {
        match key.user_id {
            Some(user_id) => self.mail_to(tx, user_id, message, ("", now)).await,
            None => Ok(()),
        }
    }

    pub(super) async fn key_list(
        &self,
        by: &Actor,
        named: &str,
        project: Option<&str>,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        // What is said of the last use is true when it is read.
        self.write_last_uses().await?;
        let mut read = self.parts.store.read().await?;
        let standing = organization::look(&mut read, by, named, Permission::SeeAccess).await?;
        let projects = match project {
            Some(project) => {
                let (_, project) = project::find(&mut read, named, project).await?;
                project::must_see(&mut read, &standing, &project).await?;
                vec![project]
            }
            None => standing.projects(&mut read).await?,
        };
        let mut keys = Vec::new();
        for project in &projects {
            for key in read.api_keys_over(project.id, now.minus(ENDED_SHOWN)).await? {
                let counts = read.api_key_counts(key.id).await?;
                keys.push(answer(&key, &standing.organization, project, counts));
            }
        }
        Ok(json!({ "keys": keys }))
    }

    /// A rotation while the text before the last one still works would end that early; so it is refused, unless the old
    /// texts are to end at once.
    pub(super) async fn key_rotate(
        &self,
        by: &Actor,
        named: &str,
        at_once: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (id, by) = (parse_id(named)?, by.clone());
        let fresh = self.fresh_key(id)?;
        let (text, overlap) = (fresh.text.clone(), self.settings().api_keys.rotation_overlap);
        let (authority, expected) = (self.clone(), self.expected);
        let rotated: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (by, fresh, authority) = (by.clone(), fresh.clone(), authority.clone());
                Box::pin(async move {
                    let key = find(tx, id).await?;
                    let standing = allow(tx, &by, key.organization_id, Permission::ManageKeys).await?;
                    must_see(tx, &standing, &key).await?;
                    let version = versioned::move_on(tx, &Versioned::ApiKey(id), expected).await?;
                    let key = find(tx, id).await?;
                    must_be_in_force(&key, now)?;
                    let before = key.previous.as_ref().filter(|old| now < old.until && !at_once);
                    if let Some(before) = before {
                        let seconds = before.until.since(now).as_secs() + 1;
                        return Err(ActError::conflict(format!(
                            "the key was rotated lately, and what it was before works for another {seconds} seconds; rotate it then, or \
                             with --at-once, which ends both texts that work now"
                        )));
                    }
                    let until = if at_once { now } else { now.plus(overlap).min(key.expires_at) };
                    let expires_at = now.plus(key.expires_at.since(key.issued_at));
                    tx.rotate_api_key(&key, &fresh.kept, until, expires_at, now).await?;
                    tx.insert_audit_event(&api_key::entry("key.rotated", &key, None, now)).await?;
                    authority.tell_of(tx, &key, Message::KeyRotated { name: key.name.clone() }, now).await?;
                    Ok(versioned::at(described(tx, id).await?, version))
                })
            })
            .await;
        let rotated = rotated?;
        self.parts.mail.ring();
        Ok(shown(rotated, text))
    }

    pub(super) async fn key_revoke(&self, by: &Actor, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let (id, by, expected) = (parse_id(named)?, by.clone(), self.expected);
        self.parts
            .store
            .transaction(move |tx| {
                let by = by.clone();
                Box::pin(async move {
                    let key = find(tx, id).await?;
                    let standing = allow(tx, &by, key.organization_id, Permission::EndAccess).await?;
                    must_see(tx, &standing, &key).await?;
                    let version = versioned::move_on(tx, &Versioned::ApiKey(id), expected).await?;
                    let reason = if by.is_operator() { REVOKED } else { REVOKED_BY_MANAGER };
                    api_key::end(tx, std::slice::from_ref(&key), reason, now).await?;
                    Ok(versioned::at(described(tx, id).await?, version))
                })
            })
            .await
    }

    fn fresh_key(&self, id: Id<ApiKey>) -> Result<Fresh, ActError> {
        let fresh = api_key::fresh(id, &self.parts.secrets);
        fresh.ok_or_else(|| ActError::new("the server's secret has a version that no key can name"))
    }
}

/// The owner or admin of an organisation with this address or id, held as they are until the transaction ends. Nobody but an
/// operator makes a key in the name of somebody else.
async fn maker(tx: &mut Tx, by: &Actor, organization: &Organization, named: &str) -> Result<User, ActError> {
    let user = user::find(tx, named).await?;
    if by.user_id().is_some_and(|own| own != user.id) {
        return Err(ActError::absent("only an operator makes a key in somebody else's name"));
    }
    let held = tx.hold_user(user.id, user.security_epoch).await?;
    tx.hold_membership(organization.id, user.id).await?;
    let member = tx.member(organization.id, user.id).await?.filter(|_| held);
    let makes = |member: &Member| {
        Permissions::of(member.membership.role).and(member.permissions).contains(Permission::ManageKeys)
    };
    match member {
        Some(member) if makes(&member) => Ok(user),
        _ => Err(ActError::new(format!(
            "{} is no owner or admin of '{}', or is disabled; only those make keys, and `lanyard member list {}` shows who is",
            user.email, organization.slug, organization.slug
        ))),
    }
}

/// What a key of this organisation may be shown to.
async fn resources_serving(read: &mut Read, organization: &Organization) -> Result<Vec<Resource>, StorageError> {
    let mut resources = read.resources().await?;
    resources.retain(|resource| resource.serves(organization.id));
    Ok(resources)
}

fn permits(all: &[Resource], scope: &Scope, named: Option<&str>) -> Result<Vec<KeyPermit>, ActError> {
    let is_named = |one: &&Resource| {
        one.disabled_at.is_none()
            && named.is_none_or(|named| one.id.as_str() == named || one.identifier.as_str() == named)
    };
    let resources: Vec<&Resource> = all.iter().filter(is_named).collect();
    api_key::permits(scope, resources.iter().copied()).map_err(|rest| {
        let writes = resources.iter().any(|one| !one.scope().intersection(&rest).is_empty());
        ActError::new(match writes {
            true => format!(
                "'{rest}' writes, and its resource does not let API keys hold it; a key reads, or holds scopes that are marked ingest \
                 (`lanyard resource list` shows them)"
            ),
            false => format!("no resource knows '{rest}'; `lanyard resource list` shows them with their scopes"),
        })
    })
}

fn parse_scope(text: &str) -> Result<Scope, ActError> {
    match Scope::parse(text) {
        Ok(scope) if !scope.is_empty() => Ok(scope),
        _ => Err(ActError::new("a key needs at least one scope; write --scope 'events:ingest'")),
    }
}

fn parse_range(text: &str) -> Result<AddressRange, ActError> {
    text.trim().parse().map_err(|_| {
        ActError::new(format!(
            "'{}' is neither an address nor a network; write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
            text.escape_debug()
        ))
    })
}

fn lifetime(seconds: Option<u64>, usual: Duration) -> Result<Duration, ActError> {
    let lifetime = seconds.map_or(usual, Duration::from_secs);
    match lifetime.is_zero() || lifetime > LONGEST {
        true => Err(ActError::new("a key lives for some time, and for ten years at the most; write --expires-in 90d")),
        false => Ok(lifetime),
    }
}

/// Refuses, if the key is over a project that is limited to others.
pub(super) async fn must_see(read: &mut Read, standing: &Standing, key: &ApiKey) -> Result<(), ActError> {
    let corrupt = || StorageError::Corrupt { table: "api_keys", id: key.id.to_string() };
    let project = read.project(key.project_id).await?.ok_or_else(corrupt)?;
    project::must_see(read, standing, &project).await
}

/// An id, or what is known of a key's text if that is enough: its beginning.
fn parse_id(text: &str) -> Result<Id<ApiKey>, ActError> {
    let id = text.strip_prefix(TokenKind::ApiKey.prefix()).unwrap_or(text);
    let id = id.split('_').next().unwrap_or(id);
    // What was typed may be a whole key, which is not repeated.
    Id::parse(id).ok_or_else(|| ActError::new("this is no key's id; `lanyard key list ORGANIZATION` shows them"))
}

async fn find(read: &mut Read, id: Id<ApiKey>) -> Result<ApiKey, ActError> {
    let missing = || ActError::absent(format!("there is no key {id}; `lanyard key list ORGANIZATION` shows them"));
    read.api_key(id).await?.ok_or_else(missing)
}

fn must_be_in_force(key: &ApiKey, now: Timestamp) -> Result<(), ActError> {
    match key.revoked.is_none() && now < key.expires_at {
        true => Ok(()),
        false => Err(ActError::conflict("the key has ended; make another with `lanyard key add`")),
    }
}

/// A key as it is kept now.
pub(super) async fn described(read: &mut Read, id: Id<ApiKey>) -> Result<Value, ActError> {
    let key = find(read, id).await?;
    let corrupt = || StorageError::Corrupt { table: "api_keys", id: id.to_string() };
    let organization = read.organization(key.organization_id).await?.ok_or_else(corrupt)?;
    let project = read.project(key.project_id).await?.ok_or_else(corrupt)?;
    let counts = read.api_key_counts(id).await?;
    Ok(answer(&key, &organization, &project, counts))
}

/// A key as the operator sees it.
fn answer(key: &ApiKey, organization: &Organization, project: &Project, counts: Option<KeyCounts>) -> Value {
    let (used_at, used_address) = counts.map(|counts| (counts.used_at, counts.used_address)).unwrap_or_default();
    said(key, (&organization.slug, &project.slug), used_at, used_address.as_deref())
}

/// The same, of a list.
pub(super) fn listed(listed: &ListedKey, organization: &Organization) -> Value {
    said(&listed.key, (&organization.slug, &listed.project), listed.used_at, listed.used_address.as_deref())
}

fn said(
    key: &ApiKey,
    (organization, project): (&Slug, &Slug),
    used_at: Option<Timestamp>,
    used_address: Option<&str>,
) -> Value {
    let scope = key.permits.iter().fold(Scope::empty(), |all, permit| all.union(&permit.scope));
    json!({
        "key_id": key.id,
        "begins_and_ends": key.hint(),
        "name": key.name,
        "organization": organization,
        "project": project,
        "user_id": key.user_id,
        "scope": scope.to_string(),
        "resources": key.permits.iter().map(|permit| permit.resource_id.as_str()).collect::<Vec<_>>(),
        "addresses": key.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "per_minute": key.caps.minute.number(),
        "per_month": key.caps.month.number(),
        "created_at": key.created_at.as_seconds(),
        "issued_at": key.issued_at.as_seconds(),
        "expires_at": key.expires_at.as_seconds(),
        "overlap_ends_at": key.previous.as_ref().map(|old| old.until.as_seconds()),
        "used_at": used_at.map(Timestamp::as_seconds),
        "used_address": used_address,
        "revoked_at": key.revoked.as_ref().map(|end| end.at.as_seconds()),
        "revoked_reason": key.revoked.as_ref().map(|end| end.reason.as_str()),
    })
}

/// The answer with the key in it, this once.
fn shown(mut answer: Value, text: String) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.insert("key".to_owned(), text.into());
    }
    answer
}
