//! The table of memberships.

use model::{Id, Membership, NamedRole, Organization, Permissions, Role, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, live::Touched, organizations::organization, users::user};

pub(crate) fn membership(row: &AnyRow) -> Result<Membership, StorageError> {
    let columns = Columns::of(row, "memberships");
    Ok(Membership {
        organization_id: columns.id("organization_id")?,
        user_id: columns.id("user_id")?,
        role: columns.word("role", Role::parse)?,
        role_id: columns.optional_id("role_id")?,
        created_at: columns.time("created_at")?,
    })
}

/// A member of an organisation, with their account and what they may on top of their role.
#[derive(Clone, Debug)]
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// Whose.
    pub user: User,
    /// The name of the organisation's own role that they have.
    pub named: Option<String>,
    /// What that role permits.
    pub permissions: Permissions,
}

fn permissions(columns: &Columns<'_>) -> Result<Permissions, StorageError> {
    let words = columns.optional_text("permissions")?.unwrap_or_default();
    Permissions::parse(&words).ok_or_else(|| columns.corrupt())
}

pub(crate) fn member(row: &AnyRow) -> Result<Member, StorageError> {
    let columns = Columns::of(row, "memberships");
    let membership = Membership {
        organization_id: columns.id("organization_id")?,
        user_id: columns.id("user_id")?,
        role: columns.word("role", Role::parse)?,
        role_id: columns.optional_id("role_id")?,
        created_at: columns.time("member_since")?,
    };
    let (named, permissions) = (columns.optional_text("role_name")?, permissions(&columns)?);
    Ok(Member { membership, user: user(row)?, named, permissions })
}

/// The members that `$where` says.
macro_rules! members {
    ($where:literal) => {
        concat!(
            "SELECT u.*, m.organization_id AS organization_id, m.user_id AS user_id, m.role AS role, m.role_id AS role_id, \
             m.created_at AS member_since, m.version AS member_version, r.name AS role_name, r.permissions AS permissions FROM memberships m \
             JOIN users u ON u.id = m.user_id LEFT JOIN roles r ON r.id = m.role_id ",
            $where
        )
    };
}

pub(crate) use members;

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
    pub async fn members_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<Member>, StorageError> {
        let rows =
            self.all(members!("WHERE m.organization_id = $1 ORDER BY u.email"), [organization_id.into()]).await?;
        rows.iter().map(member).collect()
    }

    /// One of an organisation's members.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn member(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<Option<Member>, StorageError> {
        let sql = members!("WHERE m.organization_id = $1 AND m.user_id = $2");
        self.one(sql, [organization_id.into(), user_id.into()]).await?.as_ref().map(member).transpose()
    }

    /// The members who have one of an organisation's own roles.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn members_with(&mut self, role_id: Id<NamedRole>) -> Result<Vec<Member>, StorageError> {
        let rows = self.all(members!("WHERE m.role_id = $1 ORDER BY u.email"), [role_id.into()]).await?;
        rows.iter().map(member).collect()
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

    /// An organisation with the role of this member, who is neither disabled nor leaves, and what an own role of the
    /// organisation permits them on top.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organization_of_member(
        &mut self,
        organization_id: Id<Organization>,
        user_id: Id<User>,
    ) -> Result<Option<(Organization, Role, Permissions)>, StorageError> {
        let sql = "SELECT o.*, m.role AS role, r.permissions AS permissions FROM organizations o \
             JOIN memberships m ON m.organization_id = o.id AND m.user_id = $2 \
             JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL AND u.erase_at IS NULL \
             LEFT JOIN roles r ON r.id = m.role_id WHERE o.id = $1";
        let found = self.one(sql, [organization_id.into(), user_id.into()]).await?;
        let of = |row| {
            let columns = Columns::of(row, "memberships");
            Ok((organization(row)?, columns.word("role", Role::parse)?, permissions(&columns)?))
        };
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

    /// Keeps all memberships of an organisation as they are until the transaction ends: whoever is about to let an app in, or to
    /// make a key, by one of them waits, or is waited for.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_memberships(&mut self, organization_id: Id<Organization>) -> Result<(), StorageError> {
        let sql = "UPDATE memberships SET role = role WHERE organization_id = $1";
        self.run_touching(Touched::Nothing, sql, [organization_id.into()]).await.map(drop)
    }

    /// Adds a member, or changes a member's role.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn put_membership(&mut self, membership: &Membership) -> Result<(), StorageError> {
        self.run_one(
            "membership",
            "INSERT INTO memberships (organization_id, user_id, role, role_id, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role, role_id = excluded.role_id",
            [
                membership.organization_id.into(),
                membership.user_id.into(),
                membership.role.as_str().into(),
                membership.role_id.into(),
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
