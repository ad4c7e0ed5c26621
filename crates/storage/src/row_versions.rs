//! The version of what people change (C-28): whoever writes says which one they saw, and learns if it is another by now.
//!
//! Owns the counting. Does not own which act changes what (`identity`), nor the version of policy that hot flows prove
//! (`versions`).

use model::{ApiKey, ClientId, Id, Invitation, NamedRole, Organization, Project, ResourceId, User, Webhook};

use crate::{Read, StorageError, Tx, columns::Columns, columns::Value, live::Touched};

/// A row that has a version.
#[derive(Clone, Debug)]
pub enum Versioned {
    /// An organisation.
    Organization(Id<Organization>),
    /// A project.
    Project(Id<Project>),
    /// Somebody's membership.
    Membership(Id<Organization>, Id<User>),
    /// A client.
    Client(ClientId),
    /// A resource server.
    Resource(ResourceId),
    /// A webhook.
    Webhook(Id<Webhook>),
    /// An API key.
    ApiKey(Id<ApiKey>),
    /// A person.
    User(Id<User>),
    /// A role that an organisation names itself.
    Role(Id<NamedRole>),
    /// An invitation.
    Invitation(Id<Invitation>),
}

/// How a table's version is read, and moved if it is the one that was expected.
struct Texts {
    read: &'static str,
    moved: &'static str,
}

macro_rules! texts {
    ($table:literal) => {
        texts!($table, "id = $1 AND '' = $2")
    };
    ($table:literal, $key:literal) => {
        Texts {
            read: concat!("SELECT version FROM ", $table, " WHERE ", $key),
            moved: concat!(
                "UPDATE ",
                $table,
                " SET version = version + 1 WHERE ",
                $key,
                " AND version = coalesce($3, version) RETURNING version"
            ),
        }
    };
}

impl Versioned {
    const fn texts(&self) -> Texts {
        match self {
            Self::Organization(_) => texts!("organizations"),
            Self::Project(_) => texts!("projects"),
            Self::Membership(..) => texts!("memberships", "organization_id = $1 AND user_id = $2"),
            Self::Client(_) => texts!("clients"),
            Self::Resource(_) => texts!("resources"),
            Self::Webhook(_) => texts!("webhooks"),
            Self::ApiKey(_) => texts!("api_keys"),
            Self::User(_) => texts!("users"),
            Self::Role(_) => texts!("roles"),
            Self::Invitation(_) => texts!("invitations"),
        }
    }

    fn key(&self) -> [Value; 2] {
        let one = |value: Value| [value, "".into()];
        match self {
            Self::Organization(id) => one((*id).into()),
            Self::Project(id) => one((*id).into()),
            Self::Membership(organization_id, user_id) => [(*organization_id).into(), (*user_id).into()],
            Self::Client(id) => one(id.into()),
            Self::Resource(id) => one(id.into()),
            Self::Webhook(id) => one((*id).into()),
            Self::ApiKey(id) => one((*id).into()),
            Self::User(id) => one((*id).into()),
            Self::Role(id) => one((*id).into()),
            Self::Invitation(id) => one((*id).into()),
        }
    }
}

impl Read {
    /// The version of this row; nothing if it is not there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn version_of(&mut self, row: &Versioned) -> Result<Option<i64>, StorageError> {
        let found = self.one(row.texts().read, row.key()).await?;
        found.as_ref().map(version).transpose()
    }
}

impl Tx {
    /// Moves the version on, if it is `expected` or nothing is: the new one. Whoever would change the row too waits until this
    /// transaction ends. Nothing has changed if it is another version, or the row is not there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn move_version(&mut self, row: &Versioned, expected: Option<i64>) -> Result<Option<i64>, StorageError> {
        let [first, second] = row.key();
        // A version alone ends nothing that is remembered.
        let moved = self.all_touching(Touched::Nothing, row.texts().moved, [first, second, expected.into()]).await?;
        moved.first().map(version).transpose()
    }
}

pub(crate) fn version(row: &sqlx::any::AnyRow) -> Result<i64, StorageError> {
    let columns = Columns::of(row, "versions");
    columns.optional_number("version")?.ok_or_else(|| columns.corrupt())
}
