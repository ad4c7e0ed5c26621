//! The table of projects.

use model::{Demands, Id, Organization, Project, Role, Slug, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, audit_events::EndsWith, columns::Columns, demands::demands, live::Touched};

pub(crate) fn project(row: &AnyRow) -> Result<Project, StorageError> {
    let columns = Columns::of(row, "projects");
    Ok(Project {
        id: columns.id("id")?,
        organization_id: columns.id("organization_id")?,
        slug: columns.word("slug", Slug::parse)?,
        name: columns.text("name")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.optional_time("disabled_at")?,
        limited_at: columns.optional_time("limited_at")?,
    })
}

/// A project that a person may choose, with what they need to recognise it.
#[derive(Clone, Debug)]
pub struct MemberProject {
    /// The project.
    pub project: Project,
    /// The name of its organisation.
    pub organization_name: String,
    /// The person's role there.
    pub role: Role,
    /// Whether programs on devices may be let write there.
    pub device_writes: bool,
    /// What its organisation demands.
    pub demands: Demands,
}

impl Read {
    /// One project.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn project(&mut self, id: Id<Project>) -> Result<Option<Project>, StorageError> {
        self.one("SELECT * FROM projects WHERE id = $1", [id.into()]).await?.as_ref().map(project).transpose()
    }

    /// Whether neither this project nor its organisation is disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn project_is_enabled(&mut self, id: Id<Project>) -> Result<bool, StorageError> {
        let sql = "SELECT p.id FROM projects p JOIN organizations o ON o.id = p.organization_id AND o.disabled_at IS NULL \
             WHERE p.id = $1 AND p.disabled_at IS NULL";
        Ok(self.one(sql, [id.into()]).await?.is_some())
    }

    /// The project with this slug in an organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn project_by_slug(
        &mut self,
        organization_id: Id<Organization>,
        slug: &Slug,
    ) -> Result<Option<Project>, StorageError> {
        let sql = "SELECT * FROM projects WHERE organization_id = $1 AND slug = $2";
        self.one(sql, [organization_id.into(), slug.into()]).await?.as_ref().map(project).transpose()
    }

    /// An organisation's projects, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn projects_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<Project>, StorageError> {
        let sql = "SELECT * FROM projects WHERE organization_id = $1 ORDER BY created_at, id";
        self.all(sql, [organization_id.into()]).await?.iter().map(project).collect()
    }

    /// The enabled projects of the enabled organisations that a person belongs to, by name; of limited ones those that are
    /// open to them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn projects_of_member(&mut self, user_id: Id<User>) -> Result<Vec<MemberProject>, StorageError> {
        let rows = self
            .all(
                "SELECT p.*, o.name AS organization_name, o.device_writes_at, o.second_factor_at, o.ways_in, m.role AS role FROM memberships m \
                 JOIN organizations o ON o.id = m.organization_id AND o.disabled_at IS NULL \
                 JOIN projects p ON p.organization_id = o.id AND p.disabled_at IS NULL \
                 WHERE m.user_id = $1 AND (p.limited_at IS NULL OR m.role IN ('owner', 'admin') OR EXISTS (\
                     SELECT 1 FROM project_members l WHERE l.project_id = p.id AND l.user_id = m.user_id)) \
                 ORDER BY o.name, p.name, p.id",
                [user_id.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let columns = Columns::of(row, "projects");
                Ok(MemberProject {
                    project: project(row)?,
                    organization_name: columns.text("organization_name")?,
                    role: columns.word("role", Role::parse)?,
                    device_writes: columns.optional_time("device_writes_at")?.is_some(),
                    demands: demands(&columns)?,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Adds a project.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the slug is taken in this organisation, or was once.
    pub async fn insert_project(&mut self, project: &Project) -> Result<(), StorageError> {
        if self.is_retired("project", project.organization_id.as_str(), project.slug.as_str()).await? {
            return Err(StorageError::Constraint("projects.slug".to_owned()));
        }
        self.run_one(
            "project",
            "INSERT INTO projects (id, organization_id, slug, name, created_at, disabled_at, limited_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                project.id.into(),
                project.organization_id.into(),
                (&project.slug).into(),
                (&project.name).into(),
                project.created_at.into(),
                project.disabled_at.into(),
                project.limited_at.into(),
            ],
        )
        .await
    }

    /// Disables a project, or enables one again.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn set_project_disabled(&mut self, id: Id<Project>, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.run_one("project", "UPDATE projects SET disabled_at = $2 WHERE id = $1", [id.into(), at.into()]).await
    }

    /// Gives a project another name.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn rename_project(&mut self, id: Id<Project>, name: &str) -> Result<(), StorageError> {
        let sql = "UPDATE projects SET name = $2 WHERE id = $1";
        self.run_one_touching(Touched::Nothing, "project", sql, [id.into(), name.into()]).await
    }

    /// Deletes a project with its grants and keys; clients that read for it lose their standing.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_project(&mut self, project: &Project, now: Timestamp) -> Result<(), StorageError> {
        self.insert_ended_grants(EndsWith::Project(project.id), now).await?;
        self.run(
            "DELETE FROM families WHERE grant_id IN (SELECT id FROM grants WHERE project_id = $1)",
            [project.id.into()],
        )
        .await?;
        self.run(
            "DELETE FROM notices WHERE grant_id IN (SELECT id FROM grants WHERE project_id = $1)",
            [project.id.into()],
        )
        .await?;
        self.run("DELETE FROM grants WHERE project_id = $1", [project.id.into()]).await?;
        self.run("DELETE FROM api_keys WHERE project_id = $1", [project.id.into()]).await?;
        self.run(
            "DELETE FROM access_tokens WHERE family_id IS NULL AND client_id IN (SELECT id FROM clients WHERE project_id = $1)",
            [project.id.into()],
        )
        .await?;
        self.run(
            "UPDATE clients SET organization_id = NULL, project_id = NULL, disabled_at = $2 WHERE project_id = $1",
            [project.id.into(), now.into()],
        )
        .await?;
        self.bump_policy().await?;
        self.retire("project", project.organization_id.as_str(), project.slug.as_str(), now).await?;
        self.run_one("project", "DELETE FROM projects WHERE id = $1", [project.id.into()]).await
    }
}
