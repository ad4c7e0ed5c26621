//! Projects that are limited to some members: seen, chosen at consent and connected by owners, admins and those on their lists,
//! absent for everybody else. Whoever is taken off loses what they hold over it in the same transaction.

use model::{AuditEvent, Organization, Permission, Project, Timestamp, User};
use serde_json::{Value, json};
use storage::{StorageError, Tx, Versioned};

use super::{ActError, answer, member, organization, project, thing::allow, user, versioned};
use crate::{Actor, Authority, api_key, connections};

/// The reason of what ended because the project is limited to others.
const PROJECT_LIMITED: &str = "project_limited";

impl Authority {
    /// Limits a project to those on its list, or opens it to all members again.
    pub(super) async fn project_set_limited(
        &self,
        by: &Actor,
        (named, project): (&str, &str),
        limited: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (names, expected) = ((by.clone(), named.to_owned(), project.to_owned()), self.expected);
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, project) = names.clone();
                Box::pin(async move {
                    let (organization, project) = held(tx, &by, &named, &project).await?;
                    let version = versioned::move_on(tx, &Versioned::Project(project.id), expected).await?;
                    let mut project = project::find_in(tx, &organization, project.id.as_str()).await?;
                    project.limited_at = limited.then_some(project.limited_at.unwrap_or(now));
                    tx.set_project_limited(project.id, project.limited_at).await?;
                    let action = if limited { "project.limited" } else { "project.opened" };
                    tx.insert_audit_event(&audit(action, &project, None, now)).await?;
                    let ended = end_of_outsiders(tx, &project, now).await?;
                    Ok(versioned::at(with_ended(answer::project(&project, &organization), ended), version))
                })
            })
            .await
    }

    pub(super) async fn project_member_add(
        &self,
        by: &Actor,
        (named, project): (&str, &str),
        user: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (by.clone(), named.to_owned(), project.to_owned(), user.to_owned());
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, project, user) = names.clone();
                Box::pin(async move {
                    let (organization, project) = held(tx, &by, &named, &project).await?;
                    let user = user::find(tx, &user).await?;
                    let member = tx.member(organization.id, user.id).await?;
                    let member = member.ok_or_else(|| member::missing(&user, &organization))?;
                    if tx.put_on_project(&project, user.id, now).await? {
                        tx.insert_audit_event(&audit("project.member_added", &project, Some(&user), now)).await?;
                    }
                    Ok(answer::member(&member, &organization))
                })
            })
            .await
    }

    pub(super) async fn project_member_remove(
        &self,
        by: &Actor,
        (named, project): (&str, &str),
        user: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let names = (by.clone(), named.to_owned(), project.to_owned(), user.to_owned());
        self.parts
            .store
            .transaction(move |tx| {
                let (by, named, project, user) = names.clone();
                Box::pin(async move {
                    let (organization, project) = held(tx, &by, &named, &project).await?;
                    let user = user::find(tx, &user).await?;
                    if !tx.take_off_project(project.id, user.id).await? {
                        let (email, slug) = (&user.email, &project.slug);
                        return Err(ActError::absent(format!("{email} is not on the list of '{slug}'")));
                    }
                    tx.insert_audit_event(&audit("project.member_removed", &project, Some(&user), now)).await?;
                    let ended = end_of_outsiders(tx, &project, now).await?;
                    let removed = json!({
                        "removed": { "organization": organization.slug, "project": project.slug, "email": user.email },
                    });
                    Ok(with_ended(removed, ended))
                })
            })
            .await
    }

    pub(super) async fn project_member_list(&self, by: &Actor, named: &str, project: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let standing = organization::look(&mut read, by, named, Permission::SeeMembers).await?;
        let (organization, project) = project::find(&mut read, named, project).await?;
        project::must_see(&mut read, &standing, &project).await?;
        let listed = read.project_members(project.id).await?;
        let members: Vec<Value> = listed
            .iter()
            .map(|(user, since)| json!({ "user_id": user.id, "email": user.email, "created_at": since.as_seconds() }))
            .collect();
        Ok(json!({ "project": answer::project(&project, &organization), "members": members }))
    }
}

/// A project for whoever says who sees it; nobody lets an app in or makes a key in the organisation meanwhile.
async fn held(tx: &mut Tx, by: &Actor, named: &str, project: &str) -> Result<(Organization, Project), ActError> {
    let organization = member::hold(tx, named).await?;
    let standing = allow(tx, by, organization.id, Permission::ManageMembers).await?;
    let project = project::find_in(tx, &organization, project).await?;
    project::must_see(tx, &standing, &project).await?;
    tx.hold_memberships(organization.id).await?;
    Ok((organization, project))
}

/// Ends what people hold over a limited project that is not open to them; how many connections and keys.
async fn end_of_outsiders(tx: &mut Tx, project: &Project, now: Timestamp) -> Result<(usize, usize), StorageError> {
    if project.limited_at.is_none() {
        return Ok((0, 0));
    }
    let grants = tx.grants_of_outsiders(project.id).await?;
    let keys = tx.keys_of_outsiders(project.id).await?;
    let ended = connections::end(tx, &grants, PROJECT_LIMITED, now).await?;
    Ok((ended, api_key::end(tx, &keys, PROJECT_LIMITED, now).await?))
}

fn with_ended(mut answer: Value, (connections, keys): (usize, usize)) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.insert("connections_ended".to_owned(), connections.into());
        members.insert("keys_ended".to_owned(), keys.into());
    }
    answer
}

fn audit(action: &'static str, project: &Project, user: Option<&User>, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: user.map(|user| user.id),
        organization_id: Some(project.organization_id),
        project_id: Some(project.id),
        subject: Some(project.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
