//! An organisation that a person makes: they own it, and may begin it with a first project.

use std::sync::Arc;

use model::{AuditEvent, Demands, Id, Membership, Organization, Project, Role, Timestamp, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use storage::{StorageError, Tx};

use super::{
    ActError, answer,
    organization::{parse_name, parse_slug},
    versioned,
};
use crate::{Actor, Authority};

/// Nobody owns more, so that nobody takes all the short names there are.
const MOST_OWNED: usize = 100;

/// The project that an organisation begins with.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstProject {
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl Authority {
    /// Whether anybody who is signed in may make an organisation.
    #[must_use]
    pub fn may_found(&self) -> bool {
        self.parts.settings.organizations.anyone_creates
    }

    pub(super) async fn organization_found(
        &self,
        by: &Actor,
        (slug, name): (&str, &str),
        first: Option<FirstProject>,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let user_id = by.user_id().ok_or_else(|| ActError::new("an operator uses `lanyard organization add`"))?;
        if !self.may_found() || by.only_reads() || by.within().is_some() {
            return Err(ActError::forbidden("organisations are made by operators here"));
        }
        let organization = Organization {
            id: Id::new(now),
            slug: parse_slug(slug)?,
            name: parse_name(name)?,
            created_at: now,
            disabled_at: None,
            device_writes_at: None,
            demands: Demands::default(),
        };
        let project = first.map(|first| project(&organization, &first, now)).transpose()?;
        let taken =
            format!("there is, or was, an organisation '{slug}', and slugs are never given again; choose another");
        let founded = Arc::new(Founded { organization, project, user_id, by: by.clone() });
        let made: Result<Value, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let founded = Arc::clone(&founded);
                Box::pin(async move {
                    founded.write(tx, now).await?;
                    Ok(versioned::at(answer::organization(&founded.organization), 1))
                })
            })
            .await;
        made.map_err(|error| error.if_taken(|| taken))
    }
}

/// All rows of an organisation that is made.
struct Founded {
    organization: Organization,
    project: Option<Project>,
    user_id: Id<User>,
    by: Actor,
}

impl Founded {
    async fn write(&self, tx: &mut Tx, now: Timestamp) -> Result<(), ActError> {
        let user = tx.user(self.user_id).await?.filter(|user| user.disabled_at.is_none() && user.erase_at.is_none());
        if user.is_none() {
            return Err(ActError::forbidden("the account is switched off"));
        }
        let mine = tx.organizations_of(self.user_id).await?;
        if mine.iter().filter(|(_, role)| *role == Role::Owner).count() >= MOST_OWNED {
            return Err(ActError::new(format!("nobody owns more than {MOST_OWNED} organisations")));
        }
        self.insert(tx, now).await?;
        Ok(())
    }

    async fn insert(&self, tx: &mut Tx, now: Timestamp) -> Result<(), StorageError> {
        let (organization_id, user_id) = (self.organization.id, self.user_id);
        tx.act_for(self.by.named());
        tx.insert_organization(&self.organization).await?;
        tx.put_membership(&Membership { organization_id, user_id, role: Role::Owner, role_id: None, created_at: now })
            .await?;
        tx.insert_audit_event(&self.entry("organization.founded", now)).await?;
        if let Some(project) = &self.project {
            tx.insert_project(project).await?;
            let entry = AuditEvent { project_id: Some(project.id), ..self.entry("project.added", now) };
            tx.insert_audit_event(&AuditEvent { subject: Some(project.id.to_string()), ..entry }).await?;
        }
        Ok(())
    }

    fn entry(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            user_id: (action == "organization.founded").then_some(self.user_id),
            organization_id: Some(self.organization.id),
            subject: Some(self.organization.slug.to_string()),
            ..AuditEvent::new(action, now)
        }
    }
}

fn project(organization: &Organization, first: &FirstProject, now: Timestamp) -> Result<Project, ActError> {
    Ok(Project {
        id: Id::new(now),
        organization_id: organization.id,
        slug: parse_slug(&first.slug)?,
        name: parse_name(&first.name)?,
        created_at: now,
        disabled_at: None,
        limited_at: None,
    })
}
