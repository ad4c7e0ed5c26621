//! The table of roles that organisations name themselves. Who has one stands in `memberships`.

use model::{Id, NamedRole, Organization, Permissions, Slug};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

pub(crate) fn role(row: &AnyRow) -> Result<NamedRole, StorageError> {
    let columns = Columns::of(row, "roles");
    Ok(NamedRole {
        id: columns.id("id")?,
        organization_id: columns.id("organization_id")?,
        slug: columns.word("slug", Slug::parse)?,
        name: columns.text("name")?,
        permissions: columns.word("permissions", Permissions::parse)?,
        created_at: columns.time("created_at")?,
    })
}

impl Read {
    /// An organisation's own roles, by name.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn roles_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<NamedRole>, StorageError> {
        let sql = "SELECT * FROM roles WHERE organization_id = $1 ORDER BY name, id";
        self.all(sql, [organization_id.into()]).await?.iter().map(role).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn role(&mut self, id: Id<NamedRole>) -> Result<Option<NamedRole>, StorageError> {
        self.one("SELECT * FROM roles WHERE id = $1", [id.into()]).await?.as_ref().map(role).transpose()
    }

    /// The one with this slug in an organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn role_by_slug(
        &mut self,
        organization_id: Id<Organization>,
        slug: &Slug,
    ) -> Result<Option<NamedRole>, StorageError> {
        let sql = "SELECT * FROM roles WHERE organization_id = $1 AND slug = $2";
        self.one(sql, [organization_id.into(), slug.into()]).await?.as_ref().map(role).transpose()
    }
}

impl Tx {
    /// Adds a role.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the slug is taken in this organisation.
    pub async fn insert_role(&mut self, role: &NamedRole) -> Result<(), StorageError> {
        self.run_one(
            "role",
            "INSERT INTO roles (id, organization_id, slug, name, permissions, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                role.id.into(),
                role.organization_id.into(),
                (&role.slug).into(),
                (&role.name).into(),
                role.permissions.to_string().into(),
                role.created_at.into(),
            ],
        )
        .await
    }

    /// Changes what a role is called and permits.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn update_role(&mut self, role: &NamedRole) -> Result<(), StorageError> {
        let sql = "UPDATE roles SET name = $2, permissions = $3 WHERE id = $1";
        self.run_one("role", sql, [role.id.into(), (&role.name).into(), role.permissions.to_string().into()]).await
    }

    /// Deletes a role; whoever had it is a plain member, and whoever was invited with it will be.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn delete_role(&mut self, id: Id<NamedRole>) -> Result<(), StorageError> {
        self.run("UPDATE memberships SET role_id = NULL WHERE role_id = $1", [id.into()]).await?;
        self.run("UPDATE invitations SET role_id = NULL, version = version + 1 WHERE role_id = $1", [id.into()])
            .await?;
        self.run_one("role", "DELETE FROM roles WHERE id = $1", [id.into()]).await
    }
}
