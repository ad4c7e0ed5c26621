//! Organisations, their projects and their members, a page at a time.

use model::{Email, Id, Membership, Organization, Project, User};

use super::{AtVersion, Page, versioned};
use crate::{
    Read, StorageError, columns::Columns, memberships::membership, organizations::organization, projects::project,
};

/// A member with what people recognise them by.
#[derive(Clone, Debug)]
pub struct ListedMember {
    /// The membership.
    pub membership: Membership,
    /// Their address.
    pub email: Email,
    /// What they are called.
    pub name: Option<String>,
}

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

    /// An organisation's projects, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_projects(
        &mut self,
        organization_id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Project>>, StorageError> {
        let sql = "SELECT * FROM projects WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        versioned(&self.all(sql, [organization_id.into(), page.behind(), page.limit.into()]).await?, project)
    }

    /// An organisation's members, those who have been here longest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_members(
        &mut self,
        organization_id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<ListedMember>>, StorageError> {
        let sql = "SELECT m.*, u.email, u.name FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3";
        let rows = self.all(sql, [organization_id.into(), page.behind(), page.limit.into()]).await?;
        versioned(&rows, |row| {
            let columns = Columns::of(row, "memberships");
            let (email, name) = (columns.word("email", Email::parse)?, columns.optional_text("name")?);
            Ok(ListedMember { membership: membership(row)?, email, name })
        })
    }
}
