//! The table of memberships.

use model::{Id, Membership, Organization, Role, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn membership(row: &AnyRow) -> Result<Membership, StorageError> {
    let columns = Columns::of(row, "memberships");
    Ok(Membership {
        organization_id: columns.id("organization_id")?,
        user_id: columns.id("user_id")?,
        role: columns.word("role", Role::parse)?,
        created_at: columns.time("created_at")?,
    })
}

impl Read {
    /// Whether and as what a user belongs to an organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn membership(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<Option<Membership>, StorageError> {
        let sql = "SELECT * FROM memberships WHERE organization_id = $1 AND user_id = $2";
        self.one(sql, [organization_id.into(), user_id.into()]).await?.as_ref().map(membership).transpose()
    }

    /// An organisation's members.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn memberships_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<Membership>, StorageError> {
        let sql = "SELECT * FROM memberships WHERE organization_id = $1 ORDER BY user_id";
        self.all(sql, [organization_id.into()]).await?.iter().map(membership).collect()
    }
}

impl Tx {
    /// Adds a member, or changes a member's role.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn put_membership(&mut self, membership: &Membership) -> Result<(), StorageError> {
        self.run_one(
            "membership",
            "INSERT INTO memberships (organization_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role",
            [
                membership.organization_id.into(),
                membership.user_id.into(),
                membership.role.as_str().into(),
                membership.created_at.into(),
            ],
        )
        .await
    }

    /// Removes a member; whether there was one. The grants over the organisation's projects end with it (`live_grants`).
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_membership(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<bool, StorageError> {
        let sql = "DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2";
        Ok(self.run(sql, [organization_id.into(), user_id.into()]).await? == 1)
    }
}
