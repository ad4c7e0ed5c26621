//! Projects, by the operator.

use model::{AuditEvent, Id, Organization, Project, Slug, Timestamp};
use serde_json::{Value, json};
use storage::Read;

use super::{ActError, answer, organization};
use crate::Authority;

impl Authority {
    pub(super) async fn project_add(
        &self,
        named: &str,
        slug: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let taken =
            || format!("'{named}' has, or had, a project '{slug}', and slugs are never given again; choose another");
        let (named, slug, name) = (named.to_owned(), organization::parse_slug(slug)?, organization::parse_name(name)?);
        self.parts
            .store
            .transaction(move |tx| {
                let (named, slug, name) = (named.clone(), slug.clone(), name.clone());
                Box::pin(async move {
                    let organization = organization::find(tx, &named).await?;
                    let project = Project {
                        id: Id::new(now),
                        organization_id: organization.id,
                        slug,
                        name,
                        created_at: now,
                        disabled_at: None,
                    };
                    tx.insert_project(&project).await?;
                    tx.insert_audit_event(&audit("project.added", &project, now)).await?;
                    Ok(answer::project(&project, &organization))
                })
            })
            .await
            .map_err(|error: ActError| error.if_taken(taken))
    }

    pub(super) async fn project_list(&self, named: Option<&str>) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organizations = match named {
            Some(named) => vec![organization::find(&mut read, named).await?],
            None => read.organizations().await?,
        };
        let mut shown = Vec::new();
        for organization in &organizations {
            let projects = read.projects_of(organization.id).await?;
            shown.extend(projects.iter().map(|project| answer::project(project, organization)));
        }
        Ok(json!({ "projects": shown }))
    }

    pub(super) async fn project_show(&self, named: &str, project: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let (organization, project) = find(&mut read, named, project).await?;
        Ok(answer::project(&project, &organization))
    }

    pub(super) async fn project_set_disabled(
        &self,
        named: &str,
        project: &str,
        disabled: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (named.to_owned(), project.to_owned());
        self.parts
            .store
            .transaction(move |tx| {
                let (named, project) = names.clone();
                Box::pin(async move {
                    let (organization, mut project) = find(tx, &named, &project).await?;
                    project.disabled_at = disabled.then_some(now);
                    tx.set_project_disabled(project.id, project.disabled_at).await?;
                    let action = if disabled { "project.disabled" } else { "project.enabled" };
                    tx.insert_audit_event(&audit(action, &project, now)).await?;
                    Ok(answer::project(&project, &organization))
                })
            })
            .await
    }

    pub(super) async fn project_remove(&self, named: &str, project: &str, now: Timestamp) -> Result<Value, ActError> {
        let names = (named.to_owned(), project.to_owned());
        let removed = self
            .parts
            .store
            .transaction(move |tx| {
                let (named, project) = names.clone();
                Box::pin(async move {
                    let (organization, project) = find(tx, &named, &project).await?;
                    tx.delete_project(&project, now).await?;
                    tx.insert_audit_event(&audit("project.removed", &project, now)).await?;
                    Ok::<_, ActError>(json!({ "removed": answer::project(&project, &organization) }))
                })
            })
            .await?;
        // Clients that read for it lost their standing.
        self.parts.known.forget();
        Ok(removed)
    }
}

/// The project with this slug or id in the organisation with this slug or id.
pub(super) async fn find(read: &mut Read, named: &str, project: &str) -> Result<(Organization, Project), ActError> {
    let organization = organization::find(read, named).await?;
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
        ActError::new(format!("'{slug}' has no project '{project}'; `lanyard project list {slug}` shows them"))
    };
    let found = found.ok_or_else(missing)?;
    Ok((organization, found))
}

fn audit(action: &'static str, project: &Project, now: Timestamp) -> AuditEvent {
    AuditEvent {
        organization_id: Some(project.organization_id),
        subject: Some(project.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
