//! The table of memberships.

use model::{Id, Membership, Organization, Role, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, live::Touched, organizations::organization, users::user};

pub(crate) fn membership(row: &AnyRow) -> Result<Membership, StorageError> {
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

    /// An organisation's members with their accounts, by address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn members_of(
        &mut self,
        organization_id: Id<Organization>,
    ) -> Result<Vec<(Membership, User)>, StorageError> {
        let sql = "SELECT u.*, m.organization_id AS organization_id, m.user_id AS user_id, m.role AS role, \
             m.created_at AS member_since FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.organization_id = $1 ORDER BY u.email";
        let rows = self.all(sql, [organization_id.into()]).await?;
        let of = |row| {
            let columns = Columns::of(row, "memberships");
            let membership = Membership {
                organization_id: columns.id("organization_id")?,
                user_id: columns.id("user_id")?,
                role: columns.word("role", Role::parse)?,
                created_at: columns.time("member_since")?,
            };
            Ok((membership, user(row)?))
        };
        rows.iter().map(of).collect()
    }

    /// Whether somebody else owns it too, who is neither disabled nor leaves.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn has_other_owner(
        &mut self,
        organization_id: Id<Organization>,
        but: Id<User>,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT m.user_id FROM memberships m \
             JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL AND u.erase_at IS NULL \
             WHERE m.organization_id = $1 AND m.user_id <> $2 AND m.role = 'owner' LIMIT 1";
        Ok(self.one(sql, [organization_id.into(), but.into()]).await?.is_some())
    }

    /// The organisations that a user owns and nobody else does; an owner who leaves counts as none.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn owned_alone(&mut self, user_id: Id<User>) -> Result<Vec<Organization>, StorageError> {
        let sql = "SELECT o.* FROM organizations o \
             JOIN memberships m ON m.organization_id = o.id AND m.user_id = $1 AND m.role = 'owner' \
             WHERE NOT EXISTS (SELECT 1 FROM memberships other JOIN users u ON u.id = other.user_id AND u.erase_at IS NULL \
                 WHERE other.organization_id = o.id AND other.user_id <> $1 AND other.role = 'owner') ORDER BY o.name, o.id";
        self.all(sql, [user_id.into()]).await?.iter().map(organization).collect()
    }

    /// The organisations that a user belongs to, with their role there, by name.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations_of(&mut self, user_id: Id<User>) -> Result<Vec<(Organization, Role)>, StorageError> {
        let sql = "SELECT o.*, m.role AS role FROM organizations o \
             JOIN memberships m ON m.organization_id = o.id AND m.user_id = $1 ORDER BY o.name, o.id";
        let rows = self.all(sql, [user_id.into()]).await?;
        let of = |row| Ok((organization(row)?, Columns::of(row, "memberships").word("role", Role::parse)?));
        rows.iter().map(of).collect()
    }

    /// An organisation with the role of this member, who is neither disabled nor leaves.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organization_of_member(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<Option<(Organization, Role)>, StorageError> {
        let sql = "SELECT o.*, m.role AS role FROM organizations o \
             JOIN memberships m ON m.organization_id = o.id AND m.user_id = $2 \
             JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL AND u.erase_at IS NULL WHERE o.id = $1";
        let found = self.one(sql, [organization_id.into(), user_id.into()]).await?;
        let of = |row| Ok((organization(row)?, Columns::of(row, "memberships").word("role", Role::parse)?));
        found.as_ref().map(of).transpose()
    }

    /// An organisation's other members, by address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn other_members(
        &mut self,
        organization_id: Id<Organization>,
        but: Id<User>,
    ) -> Result<Vec<User>, StorageError> {
        let sql = "SELECT u.* FROM users u JOIN memberships m ON m.user_id = u.id \
             WHERE m.organization_id = $1 AND u.id <> $2 AND u.disabled_at IS NULL AND u.erase_at IS NULL ORDER BY u.email";
        self.all(sql, [organization_id.into(), but.into()]).await?.iter().map(user).collect()
    }
}

impl Tx {
    /// Keeps the organisations that a user owns as they are until the transaction ends: whoever else holds them waits.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_organizations_of(&mut self, user_id: Id<User>) -> Result<(), StorageError> {
        let sql = "UPDATE organizations SET slug = slug \
             WHERE id IN (SELECT organization_id FROM memberships WHERE user_id = $1 AND role = 'owner')";
        self.run(sql, [user_id.into()]).await.map(drop)
    }

    /// Holds an organisation until the transaction ends: whoever else holds it waits. Whether it is there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_organization(&mut self, id: Id<Organization>) -> Result<bool, StorageError> {
        let sql = "UPDATE organizations SET slug = slug WHERE id = $1";
        Ok(self.run_touching(Touched::Nothing, sql, [id.into()]).await? == 1)
    }

    /// Keeps a membership as it is until the transaction ends, and says as what; none if there is none.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_membership(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<Option<Role>, StorageError> {
        let sql = "UPDATE memberships SET role = role WHERE organization_id = $1 AND user_id = $2";
        self.run_touching(Touched::Nothing, sql, [organization_id.into(), user_id.into()]).await?;
        Ok(self.membership(organization_id, user_id).await?.map(|membership| membership.role))
    }

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
