//! Organisations, their projects and their members, a page at a time.

use model::{Id, Organization, Project, User};

use super::{AtVersion, Page, eyes, versioned};
use crate::{
    Read, StorageError,
    columns::Columns,
    memberships::{Member, member, members},
    organizations::organization,
    projects::project,
};

/// A member and the version of the membership.
pub type ListedMember = AtVersion<Member>;

impl Read {
    /// Organisations, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_organizations(
        &mut self,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Organization>>, StorageError> {
        let sql = "SELECT * FROM organizations WHERE id > $1 ORDER BY id LIMIT $2";
        versioned(&self.all(sql, [page.behind(), page.limit.into()]).await?, organization)
    }

    /// The organisations that a person belongs to, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_organizations_of(
        &mut self,
        user_id: Id<User>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Organization>>, StorageError> {
        let sql = "SELECT o.* FROM memberships m JOIN organizations o ON o.id = m.organization_id \
             WHERE m.user_id = $1 AND m.organization_id > $2 ORDER BY m.organization_id LIMIT $3";
        versioned(&self.all(sql, [user_id.into(), page.behind(), page.limit.into()]).await?, organization)
    }

    /// One of the organisations that a person belongs to, as a list.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organization_of_member_alone(
        &mut self,
        user_id: Id<User>,
        id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Organization>>, StorageError> {
        let sql = "SELECT o.* FROM memberships m JOIN organizations o ON o.id = m.organization_id \
             WHERE m.user_id = $1 AND m.organization_id = $2 AND m.organization_id > $3";
        versioned(&self.all(sql, [user_id.into(), id.into(), page.behind()]).await?, organization)
    }

    /// An organisation's projects, oldest first; to somebody who does not see every one, those that are open to them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_projects(
        &mut self,
        organization_id: Id<Organization>,
        seen_by: Option<Id<User>>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Project>>, StorageError> {
        let sql = "SELECT p.* FROM projects p WHERE p.organization_id = $1 AND p.id > $3 AND (p.limited_at IS NULL OR $2 = '' \
             OR EXISTS (SELECT 1 FROM project_members l WHERE l.project_id = p.id AND l.user_id = $2)) ORDER BY p.id LIMIT $4";
        let values = [organization_id.into(), eyes(seen_by), page.behind(), page.limit.into()];
        versioned(&self.all(sql, values).await?, project)
    }

    /// An organisation's members, those who have been here longest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_members(
        &mut self,
        organization_id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<ListedMember>, StorageError> {
        let sql = members!("WHERE m.organization_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3");
        let rows = self.all(sql, [organization_id.into(), page.behind(), page.limit.into()]).await?;
        let listed = |row| {
            let version = Columns::of(row, "memberships").number("member_version")?;
            Ok(AtVersion { thing: member(row)?, version })
        };
        rows.iter().map(listed).collect()
    }
}
