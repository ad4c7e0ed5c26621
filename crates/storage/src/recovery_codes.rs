//! The table of recovery codes.

use model::{Id, RecoveryCode, SecretHash, Timestamp, User};

use crate::{Read, StorageError, Tx, columns::Columns};

impl Read {
    /// A user's recovery codes that were not used.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn recovery_codes(&mut self, user_id: Id<User>) -> Result<Vec<RecoveryCode>, StorageError> {
        let sql = "SELECT tag, key_version FROM recovery_codes WHERE user_id = $1 AND spent_at IS NULL";
        let rows = self.all(sql, [user_id.into()]).await?;
        let code = |row| {
            let columns = Columns::of(row, "recovery_codes");
            let key_version = u16::try_from(columns.number("key_version")?).map_err(|_| columns.corrupt())?;
            Ok(RecoveryCode { key_version, tag: columns.hash("tag")? })
        };
        rows.iter().map(code).collect()
    }
}

impl Tx {
    /// Gives a user these codes in place of all others.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn replace_recovery_codes(
        &mut self,
        user_id: Id<User>,
        codes: &[RecoveryCode],
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.delete_recovery_codes(user_id).await?;
        let sql = "INSERT INTO recovery_codes (user_id, tag, key_version, created_at) VALUES ($1, $2, $3, $4)";
        for code in codes {
            let values = [user_id.into(), (&code.tag).into(), code.key_version.into(), now.into()];
            self.run_one("recovery code", sql, values).await?;
        }
        Ok(())
    }

    /// Uses a code up. No if it was used already, or is not there.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn spend_recovery_code(
        &mut self,
        user_id: Id<User>,
        tag: &SecretHash,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE recovery_codes SET spent_at = $3 WHERE user_id = $1 AND tag = $2 AND spent_at IS NULL";
        Ok(self.run(sql, [user_id.into(), tag.into(), now.into()]).await? == 1)
    }

    /// Takes all codes of a user away.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_recovery_codes(&mut self, user_id: Id<User>) -> Result<(), StorageError> {
        self.run("DELETE FROM recovery_codes WHERE user_id = $1", [user_id.into()]).await.map(drop)
    }
}
