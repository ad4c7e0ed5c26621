//! Organisations: made and disabled by the operator, seen and deleted by whoever may.

use std::sync::Arc;

use model::{AuditEvent, Demands, Id, Organization, Permission, Slug, Timestamp};
use protocol::Access;
use serde_json::{Map, Value, json};
use storage::{Read, StorageError, Tx, Versioned};

use super::{
    ActError, answer, member,
    thing::{Actions, By, Step, Thing, let_look, ready},
};
use crate::{Actor, Authority, Standing, api_key, connections, known::Snapshot};

const NAME_CHARACTERS: usize = 100;

impl Thing for Organization {
    type Name = String;

    const ACTIONS: Actions = Actions {
        added: "organization.added",
        disabled: "organization.disabled",
        enabled: "organization.enabled",
        removed: "organization.removed",
    };

    async fn find(read: &mut Read, named: &String) -> Result<Self, ActError> {
        find(read, named).await
    }

    fn organization_id(&self) -> Option<Id<Organization>> {
        Some(self.id)
    }

    fn row(&self) -> Versioned {
        Versioned::Organization(self.id)
    }

    fn answer(&self) -> Value {
        answer::organization(self)
    }

    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            organization_id: Some(self.id),
            subject: Some(self.slug.to_string()),
            ..AuditEvent::new(action, now)
        }
    }

    async fn insert(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_organization(self).await
    }

    async fn set_disabled(&mut self, tx: &mut Tx, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.disabled_at = at;
        tx.set_organization_disabled(self.id, at).await
    }

    async fn delete(&self, tx: &mut Tx, now: Timestamp) -> Result<Map<String, Value>, StorageError> {
        api_key::end_within(tx, self.id, now).await?;
        tx.delete_organization(self, now).await?;
        Ok(Map::new())
    }
}

impl Authority {
    pub(super) async fn organization_add(
        &self,
        by: &Actor,
        slug: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let organization = Organization {
            id: Id::new(now),
            slug: parse_slug(slug)?,
            name: parse_name(name)?,
            created_at: now,
            disabled_at: None,
            device_writes_at: None,
            demands: Demands::default(),
        };
        let taken =
            || format!("there is, or was, an organisation '{slug}', and slugs are never given again; choose another");
        self.add::<Organization>(by, move |_| ready(organization.clone()), taken, now).await
    }

    pub(super) async fn organization_change(
        &self,
        by: &Actor,
        named: String,
        name: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (by, name) = (By::whoever_may(Permission::ChangeOrganization, by), parse_name(name)?);
        self.change_by::<Organization>(
            by,
            named,
            "organization.renamed",
            move |tx, it| rename(tx, it, name.clone()),
            now,
        )
        .await
    }

    /// What devices may do is what an organisation demands, for its owners to say.
    pub(super) async fn organization_set_device_writes(
        &self,
        by: &Actor,
        named: String,
        allowed: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let known = self.known().await?;
        let (action, at) = match allowed {
            true => ("organization.device_writes_allowed", Some(now)),
            false => ("organization.device_writes_refused", None),
        };
        self.change_by::<Organization>(
            By::whoever_may(Permission::SetDemands, by),
            named,
            action,
            move |tx, it| set_device_writes(tx, it, Arc::clone(&known), at, now),
            now,
        )
        .await
    }

    /// All, for the operator; else those that somebody belongs to.
    pub(super) async fn organization_list(&self, by: &Actor) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organizations = theirs(&mut read, by).await?;
        Ok(json!({ "organizations": organizations.iter().map(answer::organization).collect::<Vec<_>>() }))
    }

    /// Its members are told to whoever may see them.
    pub(super) async fn organization_show(&self, by: &Actor, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let standing = look(&mut read, by, named, Permission::SeeOrganization).await?;
        let organization = &standing.organization;
        let projects = standing.projects(&mut read).await?;
        let members = match standing.may(Permission::SeeMembers) {
            true => Some(member::list(&mut read, organization).await?),
            false => None,
        };
        let mut shown = answer::organization(organization);
        if let Some(shown) = shown.as_object_mut() {
            shown.insert(
                "projects".to_owned(),
                projects.iter().map(|project| answer::project(project, organization)).collect(),
            );
            if let Some(members) = members {
                shown.insert("members".to_owned(), members.into());
            }
        }
        Ok(shown)
    }
}

fn rename<'t>(tx: &'t mut Tx, organization: &'t mut Organization, name: String) -> Step<'t, Value> {
    Box::pin(async move {
        tx.rename_organization(organization.id, &name).await?;
        organization.name = name;
        Ok(answer::organization(organization))
    })
}

/// What devices hold that writes ends with the permission.
fn set_device_writes<'t>(
    tx: &'t mut Tx,
    organization: &'t mut Organization,
    known: Arc<Snapshot>,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Step<'t, Value> {
    Box::pin(async move {
        tx.set_device_writes(organization.id, at).await?;
        organization.device_writes_at = at;
        let mut ended = 0;
        for family in if at.is_none() { tx.device_families_in(organization.id).await? } else { Vec::new() } {
            let writes = known.resource(&family.resource_id).is_none_or(|it| it.access(&family.scope) == Access::Write);
            if writes && connections::end_family(tx, family.id, "device_writes_refused", now).await? {
                ended += 1;
            }
        }
        let mut answer = answer::organization(organization);
        if let Some(members) = answer.as_object_mut() {
            members.insert("ended".to_owned(), ended.into());
        }
        Ok(answer)
    })
}

/// The organisation with this slug or id, or a refusal that says where to look.
pub(super) async fn find(read: &mut Read, named: &str) -> Result<Organization, ActError> {
    look_up(read, named).await?.ok_or_else(|| ActError::absent(missing(named)))
}

/// How somebody stands in the organisation with this slug or id, for looking.
pub(super) async fn look(
    read: &mut Read,
    by: &Actor,
    named: &str,
    permission: Permission,
) -> Result<Standing, ActError> {
    let organization = find(read, named).await?;
    let_look(read, by, organization.id, permission).await
}

/// The organisations that somebody sees: all, for the operator.
pub(super) async fn theirs(read: &mut Read, by: &Actor) -> Result<Vec<Organization>, StorageError> {
    match by.user_id() {
        None => read.organizations().await,
        Some(user_id) => Ok(read.organizations_of(user_id).await?.into_iter().map(|(one, _)| one).collect()),
    }
}

/// The organisation with this slug or id.
pub(super) async fn look_up(read: &mut Read, named: &str) -> Result<Option<Organization>, StorageError> {
    let by_slug = match Slug::parse(named) {
        Some(slug) => read.organization_by_slug(&slug).await?,
        None => None,
    };
    match (by_slug, Id::parse(named)) {
        (Some(organization), _) => Ok(Some(organization)),
        (None, Some(id)) => read.organization(id).await,
        (None, None) => Ok(None),
    }
}

pub(super) fn missing(named: &str) -> String {
    format!("there is no organisation '{}'; `lanyard organization list` shows them", named.escape_debug())
}

/// A slug from the command line.
pub(super) fn parse_slug(text: &str) -> Result<Slug, ActError> {
    Slug::parse(text).ok_or_else(|| {
        ActError::new(format!(
            "'{text}' is no slug; use 1 to 63 of a-z, 0-9 and hyphens, none at an end, like apollo-11"
        ))
    })
}

/// Whether this can be a name that people read.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let name = text.trim();
    !name.is_empty() && name.chars().count() <= NAME_CHARACTERS && !name.chars().any(char::is_control)
}

/// A name that people read.
pub(super) fn parse_name(text: &str) -> Result<String, ActError> {
    let name = text.trim();
    if !is_name(name) {
        return Err(ActError::new(format!(
            "'{}' is no name; use 1 to {NAME_CHARACTERS} characters on one line",
            name.escape_debug()
        )));
    }
    Ok(name.to_owned())
}
