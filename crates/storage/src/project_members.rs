//! Projects that are open to some members only: the table of who is on their lists. No token asks here: what somebody holds over
//! a project ends in the transaction that takes them off, and is given only while their membership is held.

use model::{Grant, Id, Organization, Project, Timestamp, User};

use crate::{Read, StorageError, Tx, columns::Columns, grants::grant, live::Touched, projects::project, users::user};

impl Read {
    /// The projects of an organisation that are open to one of its members who sees no limited ones by role, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn projects_open_to(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<Vec<Project>, StorageError> {
        let sql = "SELECT p.* FROM projects p WHERE p.organization_id = $1 AND (p.limited_at IS NULL OR EXISTS (\
             SELECT 1 FROM project_members l WHERE l.project_id = p.id AND l.user_id = $2)) ORDER BY p.created_at, p.id";
        self.all(sql, [organization_id.into(), user_id.into()]).await?.iter().map(project).collect()
    }

    /// Whether somebody is on a project's list.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn is_on_project(&mut self, project_id: Id<Project>, user_id: Id<User>) -> Result<bool, StorageError> {
        let sql = "SELECT user_id FROM project_members WHERE project_id = $1 AND user_id = $2";
        Ok(self.one(sql, [project_id.into(), user_id.into()]).await?.is_some())
    }

    /// Who is on a project's list, and since when, by address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn project_members(&mut self, project_id: Id<Project>) -> Result<Vec<(User, Timestamp)>, StorageError> {
        let sql = "SELECT u.*, l.created_at AS listed_at FROM project_members l JOIN users u ON u.id = l.user_id \
             WHERE l.project_id = $1 ORDER BY u.email";
        let rows = self.all(sql, [project_id.into()]).await?;
        rows.iter().map(|row| Ok((user(row)?, Columns::of(row, "project_members").time("listed_at")?))).collect()
    }

    /// The grants over a project, not taken back, of people who neither see every project by their role nor are on its list.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn grants_of_outsiders(&mut self, project_id: Id<Project>) -> Result<Vec<Grant>, StorageError> {
        let sql = "SELECT g.* FROM grants g WHERE g.project_id = $1 AND g.revoked_at IS NULL AND NOT EXISTS (\
             SELECT 1 FROM memberships m WHERE m.organization_id = g.organization_id AND m.user_id = g.user_id \
             AND (m.role IN ('owner', 'admin') OR EXISTS (\
                 SELECT 1 FROM project_members l WHERE l.project_id = g.project_id AND l.user_id = g.user_id))) ORDER BY g.id";
        self.all(sql, [project_id.into()]).await?.iter().map(grant).collect()
    }
}

impl Tx {
    /// Opens a project to all members, or limits it to those on its list from `at` on.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn set_project_limited(&mut self, id: Id<Project>, at: Option<Timestamp>) -> Result<(), StorageError> {
        let sql = "UPDATE projects SET limited_at = $2 WHERE id = $1";
        self.run_one_touching(Touched::Nothing, "project", sql, [id.into(), at.into()]).await
    }

    /// Puts a member on a project's list; whether they were not on it.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if they are no member of its organisation.
    pub async fn put_on_project(
        &mut self,
        project: &Project,
        user_id: Id<User>,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO project_members (project_id, organization_id, user_id, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (project_id, user_id) DO NOTHING";
        let values = [project.id.into(), project.organization_id.into(), user_id.into(), now.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Takes somebody off a project's list; whether they were on it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn take_off_project(&mut self, project_id: Id<Project>, user_id: Id<User>) -> Result<bool, StorageError> {
        let sql = "DELETE FROM project_members WHERE project_id = $1 AND user_id = $2";
        Ok(self.run(sql, [project_id.into(), user_id.into()]).await? == 1)
    }
}
