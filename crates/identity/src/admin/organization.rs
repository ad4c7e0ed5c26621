//! Organisations, by the operator.

use model::{AuditEvent, Id, Organization, Slug, Timestamp};
use serde_json::{Value, json};
use storage::Read;

use super::{ActError, answer, member};
use crate::Authority;

const NAME_CHARACTERS: usize = 100;

impl Authority {
    pub(super) async fn organization_add(&self, slug: &str, name: &str, now: Timestamp) -> Result<Value, ActError> {
        let organization = Organization {
            id: Id::new(now),
            slug: parse_slug(slug)?,
            name: parse_name(name)?,
            created_at: now,
            disabled_at: None,
        };
        let answer = answer::organization(&organization);
        let taken =
            || format!("there is, or was, an organisation '{slug}', and slugs are never given again; choose another");
        self.parts
            .store
            .transaction(move |tx| {
                let organization = organization.clone();
                Box::pin(async move {
                    tx.insert_organization(&organization).await?;
                    tx.insert_audit_event(&audit("organization.added", &organization, now))
                        .await
                        .map_err(ActError::from)
                })
            })
            .await
            .map_err(|error: ActError| error.if_taken(taken))?;
        Ok(answer)
    }

    pub(super) async fn organization_list(&self) -> Result<Value, ActError> {
        let organizations = self.parts.store.read().await?.organizations().await?;
        Ok(json!({ "organizations": organizations.iter().map(answer::organization).collect::<Vec<_>>() }))
    }

    pub(super) async fn organization_show(&self, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organization = find(&mut read, named).await?;
        let projects = read.projects_of(organization.id).await?;
        let members = member::list(&mut read, &organization).await?;
        let mut shown = answer::organization(&organization);
        if let Some(shown) = shown.as_object_mut() {
            shown.insert(
                "projects".to_owned(),
                projects.iter().map(|project| answer::project(project, &organization)).collect(),
            );
            shown.insert("members".to_owned(), members.into());
        }
        Ok(shown)
    }

    pub(super) async fn organization_set_disabled(
        &self,
        named: &str,
        disabled: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let named = named.to_owned();
        self.parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let mut organization = find(tx, &named).await?;
                    organization.disabled_at = disabled.then_some(now);
                    tx.set_organization_disabled(organization.id, organization.disabled_at).await?;
                    let action = if disabled { "organization.disabled" } else { "organization.enabled" };
                    tx.insert_audit_event(&audit(action, &organization, now)).await?;
                    Ok(answer::organization(&organization))
                })
            })
            .await
    }

    pub(super) async fn organization_remove(&self, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let named = named.to_owned();
        let removed = self
            .parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let organization = find(tx, &named).await?;
                    tx.delete_organization(&organization, now).await?;
                    tx.insert_audit_event(&audit("organization.removed", &organization, now)).await?;
                    Ok::<_, ActError>(json!({ "removed": answer::organization(&organization) }))
                })
            })
            .await?;
        // Clients that read for it lost their standing.
        self.parts.known.forget();
        Ok(removed)
    }
}

/// The organisation with this slug or id.
pub(super) async fn find(read: &mut Read, named: &str) -> Result<Organization, ActError> {
    let by_slug = match Slug::parse(named) {
        Some(slug) => read.organization_by_slug(&slug).await?,
        None => None,
    };
    let found = match (by_slug, Id::parse(named)) {
        (Some(organization), _) => Some(organization),
        (None, Some(id)) => read.organization(id).await?,
        (None, None) => None,
    };
    found.ok_or_else(|| {
        ActError::new(format!("there is no organisation '{named}'; `lanyard organization list` shows them"))
    })
}

/// A slug from the command line.
pub(super) fn parse_slug(text: &str) -> Result<Slug, ActError> {
    Slug::parse(text).ok_or_else(|| {
        ActError::new(format!(
            "'{text}' is no slug; use 1 to 63 of a-z, 0-9 and hyphens, none at an end, like apollo-11"
        ))
    })
}

/// A name that people read.
pub(super) fn parse_name(text: &str) -> Result<String, ActError> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS || name.chars().any(char::is_control) {
        return Err(ActError::new(format!(
            "'{}' is no name; use 1 to {NAME_CHARACTERS} characters on one line",
            name.escape_debug()
        )));
    }
    Ok(name.to_owned())
}

fn audit(action: &'static str, organization: &Organization, now: Timestamp) -> AuditEvent {
    AuditEvent {
        organization_id: Some(organization.id),
        subject: Some(organization.slug.to_string()),
        ..AuditEvent::new(action, now)
    }
}
