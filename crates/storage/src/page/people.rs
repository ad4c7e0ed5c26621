//! Roles, invitations and the lists of limited projects, a page at a time.

use model::{Id, Invitation, NamedRole, Organization, Project, Timestamp, User};

use super::{AtVersion, Page, versioned};
use crate::{Read, StorageError, columns::Columns, invitations::invitation, roles::role, users::user};

impl Read {
    /// The roles that an organisation names itself, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_roles(
        &mut self,
        organization_id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<NamedRole>>, StorageError> {
        let sql = "SELECT * FROM roles WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        versioned(&self.all(sql, [organization_id.into(), page.behind(), page.limit.into()]).await?, role)
    }

    /// The invitations of an organisation, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_invitations(
        &mut self,
        organization_id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Invitation>>, StorageError> {
        let sql = "SELECT * FROM invitations WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        versioned(&self.all(sql, [organization_id.into(), page.behind(), page.limit.into()]).await?, invitation)
    }

    /// Who is on a project's list, and since when, those who came first first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_project_members(
        &mut self,
        project_id: Id<Project>,
        page: Page<'_>,
    ) -> Result<Vec<(User, Timestamp)>, StorageError> {
        let sql = "SELECT u.*, l.created_at AS listed_at FROM project_members l JOIN users u ON u.id = l.user_id \
             WHERE l.project_id = $1 AND l.user_id > $2 ORDER BY l.user_id LIMIT $3";
        let rows = self.all(sql, [project_id.into(), page.behind(), page.limit.into()]).await?;
        rows.iter().map(|row| Ok((user(row)?, Columns::of(row, "project_members").time("listed_at")?))).collect()
    }
}
