//! The table of users.

use std::time::Duration;

use model::{Email, Id, Language, Timestamp, User, user::PasswordHash};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

pub(crate) fn user(row: &AnyRow) -> Result<User, StorageError> {
    let columns = Columns::of(row, "users");
    Ok(User {
        id: columns.id("id")?,
        email: columns.word("email", Email::parse)?,
        name: columns.optional_text("name")?,
        password_hash: columns.optional_text("password_hash")?.map(PasswordHash::new),
        email_verified_at: columns.optional_time("email_verified_at")?,
        created_at: columns.time("created_at")?,
        disabled_at: columns.optional_time("disabled_at")?,
        security_epoch: columns.count("security_epoch")?,
        erase_at: columns.optional_time("erase_at")?,
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

    /// Those whose time has come to be erased, 50 at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn users_to_erase(&mut self, now: Timestamp) -> Result<Vec<User>, StorageError> {
        let sql = "SELECT * FROM users WHERE erase_at <= $1 ORDER BY erase_at, id LIMIT 50";
        self.all(sql, [now.into()]).await?.iter().map(user).collect()
    }

    /// How long the slowest password hash takes that came from elsewhere and is still there; nothing if all are our own.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn slowest_imported_password(&mut self) -> Result<Option<Duration>, StorageError> {
        let sql = "SELECT imported_work FROM users WHERE imported_work IS NOT NULL ORDER BY imported_work DESC LIMIT 1";
        let row = self.one(sql, []).await?;
        row.map(|row| Columns::of(&row, "users").count("imported_work").map(Duration::from_micros)).transpose()
    }

    /// All users, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn users(&mut self) -> Result<Vec<User>, StorageError> {
        self.all("SELECT * FROM users ORDER BY created_at, id", []).await?.iter().map(user).collect()
    }

    /// The language in which a user was answered when they signed in last; English where that is not known, or not spoken
    /// any more.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn language_of(&mut self, id: Id<User>) -> Result<Language, StorageError> {
        let row = self.one("SELECT language FROM users WHERE id = $1", [id.into()]).await?;
        let tag = row.map(|row| Columns::of(&row, "users").optional_text("language")).transpose()?.flatten();
        Ok(tag.and_then(|tag| Language::of_tag(&tag)).unwrap_or_default())
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
            "INSERT INTO users (id, email, name, password_hash, email_verified_at, created_at, disabled_at, security_epoch, erase_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                user.id.into(),
                (&user.email).into(),
                user.name.as_ref().into(),
                user.password_hash.as_ref().map(PasswordHash::expose).into(),
                user.email_verified_at.into(),
                user.created_at.into(),
                user.disabled_at.into(),
                user.security_epoch.into(),
                user.erase_at.into(),
            ],
        )
        .await
    }

    /// Stores a new password hash, of our own making.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn set_password_hash(&mut self, id: Id<User>, hash: &PasswordHash) -> Result<(), StorageError> {
        let sql = "UPDATE users SET password_hash = $2, imported_work = NULL WHERE id = $1";
        self.run_one("user", sql, [id.into(), hash.expose().into()]).await
    }

    /// Notes that a user's password hash came from elsewhere, and how long comparing with it takes.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is no such user.
    pub async fn note_imported_password(&mut self, id: Id<User>, work: Duration) -> Result<(), StorageError> {
        let work = u64::try_from(work.as_micros()).unwrap_or(u64::MAX);
        self.run_one("user", "UPDATE users SET imported_work = $2 WHERE id = $1", [id.into(), work.into()]).await
    }

    /// Keeps an account as it is until the transaction ends: whoever would change what opens it waits. No if that has
    /// changed since `security_epoch`, or the account is disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn hold_user(&mut self, id: Id<User>, security_epoch: u64) -> Result<bool, StorageError> {
        let sql = "UPDATE users SET security_epoch = security_epoch \
             WHERE id = $1 AND security_epoch = $2 AND disabled_at IS NULL";
        Ok(self.run(sql, [id.into(), security_epoch.into()]).await? == 1)
    }

    /// Moves a user's security epoch on from `from`; what was begun under an older one comes to nothing.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if it is another, or there is no such user.
    pub async fn move_security_epoch(&mut self, id: Id<User>, from: u64) -> Result<(), StorageError> {
        let sql = "UPDATE users SET security_epoch = security_epoch + 1 WHERE id = $1 AND security_epoch = $2";
        self.run_one("user", sql, [id.into(), from.into()]).await
    }

    /// Notes that a user's address was proved to be theirs; the first proof counts.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn verify_email(&mut self, id: Id<User>, now: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE users SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL";
        self.run(sql, [id.into(), now.into()]).await.map(drop)
    }

    /// Gives a user another address, which was proved at `verified_at`.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the address is taken.
    pub async fn set_email(&mut self, id: Id<User>, email: &Email, verified_at: Timestamp) -> Result<(), StorageError> {
        let sql = "UPDATE users SET email = $2, email_verified_at = $3 WHERE id = $1";
        self.run_one("user", sql, [id.into(), email.into(), verified_at.into()]).await
    }

    /// Remembers the language in which a user is answered.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn set_language(&mut self, id: Id<User>, language: Language) -> Result<(), StorageError> {
        let sql = "UPDATE users SET language = $2 WHERE id = $1 AND coalesce(language, '') <> $2";
        self.run(sql, [id.into(), language.tag().into()]).await.map(drop)
    }

    /// Takes a user's password away.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn clear_password(&mut self, id: Id<User>) -> Result<(), StorageError> {
        self.run_one("user", "UPDATE users SET password_hash = NULL, imported_work = NULL WHERE id = $1", [id.into()])
            .await
    }

    /// Disables a user, or enables one again.
    ///
    /// # Errors
    /// Trouble of the database; [`StorageError::Conflict`] if there is none.
    pub async fn set_user_disabled(&mut self, id: Id<User>, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.run_one("user", "UPDATE users SET disabled_at = $2 WHERE id = $1", [id.into(), at.into()]).await
    }

    /// Sets when a user is to be erased, or that they stay after all. No if what opens the account has changed since
    /// `security_epoch`, or it is disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn set_erase_at(
        &mut self,
        id: Id<User>,
        security_epoch: u64,
        at: Option<Timestamp>,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE users SET erase_at = $3 WHERE id = $1 AND security_epoch = $2 AND disabled_at IS NULL";
        Ok(self.run(sql, [id.into(), security_epoch.into(), at.into()]).await? == 1)
    }
}
