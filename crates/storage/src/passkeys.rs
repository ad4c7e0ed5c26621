//! The table of passkeys.

use model::{Id, Passkey, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn passkey(row: &AnyRow) -> Result<Passkey, StorageError> {
    let columns = Columns::of(row, "passkeys");
    Ok(Passkey {
        id: columns.id("id")?,
        user_id: columns.id("user_id")?,
        credential_id: columns.text("credential_id")?,
        credential: columns.text("credential")?,
        version: columns.count("version")?,
        name: columns.text("name")?,
        created_at: columns.time("created_at")?,
        used_at: columns.optional_time("used_at")?,
        suspect_at: columns.optional_time("suspect_at")?,
    })
}

impl Read {
    /// A user's passkeys, oldest first, those that are not accepted too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn passkeys_of(&mut self, user_id: Id<User>) -> Result<Vec<Passkey>, StorageError> {
        let sql = "SELECT * FROM passkeys WHERE user_id = $1 ORDER BY created_at, id";
        self.all(sql, [user_id.into()]).await?.iter().map(passkey).collect()
    }

    /// The passkey that an authenticator calls by this id.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn passkey_by_credential(&mut self, credential_id: &str) -> Result<Option<Passkey>, StorageError> {
        let sql = "SELECT * FROM passkeys WHERE credential_id = $1";
        self.one(sql, [credential_id.into()]).await?.as_ref().map(passkey).transpose()
    }
}

impl Tx {
    /// Adds a passkey.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if some account has it already.
    pub async fn insert_passkey(&mut self, passkey: &Passkey) -> Result<(), StorageError> {
        let sql = "INSERT INTO passkeys (id, user_id, credential_id, credential, version, name, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [
            passkey.id.into(),
            passkey.user_id.into(),
            (&passkey.credential_id).into(),
            (&passkey.credential).into(),
            passkey.version.into(),
            (&passkey.name).into(),
            passkey.created_at.into(),
        ];
        self.run_one("passkey", sql, values).await
    }

    /// Notes that a passkey was used and what its authenticator said. No if it is gone, not accepted any more, or was used
    /// since `version`.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn use_passkey(
        &mut self,
        id: Id<Passkey>,
        version: u64,
        credential: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE passkeys SET credential = $3, version = version + 1, used_at = $4 \
             WHERE id = $1 AND version = $2 AND suspect_at IS NULL";
        Ok(self.run(sql, [id.into(), version.into(), credential.into(), now.into()]).await? == 1)
    }

    /// Accepts a passkey no more; whether it was accepted until now.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn suspect_passkey(&mut self, id: Id<Passkey>, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE passkeys SET suspect_at = $2, version = version + 1 WHERE id = $1 AND suspect_at IS NULL";
        Ok(self.run(sql, [id.into(), now.into()]).await? == 1)
    }

    /// Gives a user's passkey another name; whether it is theirs.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn name_passkey(&mut self, user_id: Id<User>, id: Id<Passkey>, name: &str) -> Result<bool, StorageError> {
        let sql = "UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2";
        Ok(self.run(sql, [user_id.into(), id.into(), name.into()]).await? == 1)
    }

    /// Takes a user's passkey away; whether it was theirs.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_passkey(&mut self, user_id: Id<User>, id: Id<Passkey>) -> Result<bool, StorageError> {
        Ok(self.run("DELETE FROM passkeys WHERE user_id = $1 AND id = $2", [user_id.into(), id.into()]).await? == 1)
    }
}
