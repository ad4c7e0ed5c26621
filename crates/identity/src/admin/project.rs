//! Projects, by the operator and by whoever may in their organisation.

use model::{AuditEvent, Id, Organization, Permission, Project, Slug, Timestamp};
use serde_json::{Map, Value, json};
use storage::{Read, StorageError, Tx, Versioned};

use super::{
    ActError, answer, organization,
    thing::{Actions, By, Step, Thing, allow},
};
use crate::{Actor, Authority, Denied, Standing, api_key, policy};

/// The reason of keys that ended with their project.
const PROJECT_REMOVED: &str = "project_removed";

/// A project with the organisation that it belongs to.
pub(super) struct Owned {
    organization: Organization,
    project: Project,
}

impl Thing for Owned {
    /// Organisation and project.
    type Name = (String, String);

    const ACTIONS: Actions = Actions {
        added: "project.added",
        disabled: "project.disabled",
        enabled: "project.enabled",
        removed: "project.removed",
    };

    async fn find(read: &mut Read, (named, project): &(String, String)) -> Result<Self, ActError> {
        let (organization, project) = find(read, named, project).await?;
        Ok(Self { organization, project })
    }

    fn organization_id(&self) -> Option<Id<Organization>> {
        Some(self.organization.id)
    }

    async fn is_seen(&self, read: &mut Read, standing: &Standing) -> Result<bool, StorageError> {
        standing.sees(read, &self.project).await
    }

    fn row(&self) -> Versioned {
        Versioned::Project(self.project.id)
    }

    fn answer(&self) -> Value {
        answer::project(&self.project, &self.organization)
    }

    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            organization_id: Some(self.organization.id),
            project_id: Some(self.project.id),
            subject: Some(self.project.id.to_string()),
            ..AuditEvent::new(action, now)
        }
    }

    async fn insert(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_project(&self.project).await
    }

    async fn set_disabled(&mut self, tx: &mut Tx, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.project.disabled_at = at;
        tx.set_project_disabled(self.project.id, at).await
    }

    async fn delete(&self, tx: &mut Tx, now: Timestamp) -> Result<Map<String, Value>, StorageError> {
        end_keys(tx, self.project.id, now).await?;
        tx.delete_project(&self.project, now).await?;
        Ok(Map::new())
    }
}

impl Authority {
    pub(super) async fn project_add(
        &self,
        by: &Actor,
        named: &str,
        slug: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let taken =
            || format!("'{named}' has, or had, a project '{slug}', and slugs are never given again; choose another");
        let parts = (by.clone(), named.to_owned(), organization::parse_slug(slug)?, organization::parse_name(name)?);
        self.add::<Owned>(
            by,
            move |tx| {
                let (by, named, slug, name) = parts.clone();
                Box::pin(async move {
                    let organization_id = organization::find(tx, &named).await?.id;
                    let organization = allow(tx, &by, organization_id, Permission::ManageProjects).await?.organization;
                    let project = Project {
                        id: Id::new(now),
                        organization_id,
                        slug,
                        name,
                        created_at: now,
                        disabled_at: None,
                        limited_at: None,
                    };
                    Ok(Owned { organization, project })
                })
            },
            taken,
            now,
        )
        .await
    }

    pub(super) async fn project_change(
        &self,
        by: &Actor,
        named: (String, String),
        name: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (by, name) = (By::whoever_may(Permission::ManageProjects, by), organization::parse_name(name)?);
        self.change_by::<Owned>(by, named, "project.renamed", move |tx, it| rename(tx, it, name.clone()), now).await
    }

    pub(super) async fn project_list(&self, by: &Actor, named: Option<&str>) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let ids: Vec<Id<Organization>> = match named {
            Some(named) => vec![organization::find(&mut read, named).await?.id],
            None => organization::theirs(&mut read, by).await?.iter().map(|one| one.id).collect(),
        };
        let mut shown = Vec::new();
        for id in ids {
            let standing = match policy::stand(&mut read, by, id, Permission::SeeOrganization).await? {
                // In a list of all there are none of where nobody comes in so.
                Err(Denied::Unmet(_)) if named.is_none() => continue,
                standing => standing?,
            };
            let projects = standing.projects(&mut read).await?;
            shown.extend(projects.iter().map(|project| answer::project(project, &standing.organization)));
        }
        Ok(json!({ "projects": shown }))
    }
}

fn rename<'t>(tx: &'t mut Tx, it: &'t mut Owned, name: String) -> Step<'t, Value> {
    Box::pin(async move {
        tx.rename_project(it.project.id, &name).await?;
        it.project.name = name;
        Ok(it.answer())
    })
}

/// Refuses, if the project is limited to others.
pub(super) async fn must_see(read: &mut Read, standing: &Standing, project: &Project) -> Result<(), ActError> {
    match standing.sees(read, project).await? {
        true => Ok(()),
        false => Err(Denied::Absent.into()),
    }
}

/// Takes back the keys of a project that goes.
pub(super) async fn end_keys(tx: &mut Tx, project_id: Id<Project>, now: Timestamp) -> Result<(), StorageError> {
    let keys = tx.live_api_keys_over(project_id).await?;
    api_key::end(tx, &keys, PROJECT_REMOVED, now).await.map(drop)
}

/// The project with this slug or id in the organisation with this slug or id.
pub(super) async fn find(read: &mut Read, named: &str, project: &str) -> Result<(Organization, Project), ActError> {
    let organization = organization::find(read, named).await?;
    let project = find_in(read, &organization, project).await?;
    Ok((organization, project))
}

/// The project with this slug or id in an organisation.
pub(super) async fn find_in(read: &mut Read, organization: &Organization, project: &str) -> Result<Project, ActError> {
    let by_slug = match Slug::parse(project) {
        Some(slug) => read.project_by_slug(organization.id, &slug).await?,
        None => None,
    };
    let found = match (by_slug, Id::parse(project)) {
        (Some(project), _) => Some(project),
        (None, Some(id)) => read.project(id).await?.filter(|project| project.organization_id == organization.id),
        (None, None) => None,
    };
    let missing = || {
        let slug = &organization.slug;
        ActError::absent(format!("'{slug}' has no project '{project}'; `lanyard project list {slug}` shows them"))
    };
    found.ok_or_else(missing)
}
