//! The table of users.

use model::{Email, Id, Timestamp, User, user::PasswordHash};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn user(row: &AnyRow) -> Result<User, StorageError> {
    let columns = Columns::of(row, "users");
    Ok(User {
        id: columns.id("id")?,
        email: columns.word("email", Email::parse)?,
        name: columns.optional_text("name")?,
        password_hash: columns.optional_text("password_hash")?.map(PasswordHash::new),
        email_verified_at: columns.optional_time("email_verified_at")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.optional_time("disabled_at")?,
    })
}

impl Read {
    /// One user.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn user(&mut self, id: Id<User>) -> Result<Option<User>, StorageError> {
        self.one("SELECT * FROM users WHERE id = $1", [id.into()]).await?.as_ref().map(user).transpose()
    }

    /// The user with this address.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn user_by_email(&mut self, email: &Email) -> Result<Option<User>, StorageError> {
        self.one("SELECT * FROM users WHERE email = $1", [email.into()]).await?.as_ref().map(user).transpose()
    }

    /// All users, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn users(&mut self) -> Result<Vec<User>, StorageError> {
        self.all("SELECT * FROM users ORDER BY created_at, id", []).await?.iter().map(user).collect()
    }
}

impl Tx {
    /// Adds a user.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the address is taken.
    pub async fn insert_user(&mut self, user: &User) -> Result<(), StorageError> {
        self.run_one(
            "user",
            "INSERT INTO users (id, email, name, password_hash, email_verified_at, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                user.id.into(),
                (&user.email).into(),
                user.name.as_ref().into(),
                user.password_hash.as_ref().map(PasswordHash::expose).into(),
                user.email_verified_at.into(),
                user.created_at.into(),
                user.disabled_at.into(),
            ],
        )
        .await
    }

    /// Stores a new password hash.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn set_password_hash(&mut self, id: Id<User>, hash: &PasswordHash) -> Result<(), StorageError> {
        self.run_one("user", "UPDATE users SET password_hash = $2 WHERE id = $1", [id.into(), hash.expose().into()])
            .await
    }

    /// Disables a user, or enables one again.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn set_user_disabled(&mut self, id: Id<User>, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.run_one("user", "UPDATE users SET disabled_at = $2 WHERE id = $1", [id.into(), at.into()]).await
    }

    /// Deletes a user with sessions, memberships, grants and all that stood on them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_user(&mut self, id: Id<User>) -> Result<(), StorageError> {
        self.run("DELETE FROM families WHERE grant_id IN (SELECT id FROM grants WHERE user_id = $1)", [id.into()])
            .await?;
        self.run("DELETE FROM notices WHERE user_id = $1", [id.into()]).await?;
        self.run("DELETE FROM grants WHERE user_id = $1", [id.into()]).await?;
        self.run("DELETE FROM sessions WHERE user_id = $1", [id.into()]).await?;
        self.run("DELETE FROM memberships WHERE user_id = $1", [id.into()]).await?;
        self.run_one("user", "DELETE FROM users WHERE id = $1", [id.into()]).await
    }
}
