//! The table of versions: what proves that a process's memory of clients, resources and keys is still true.

use crate::{Read, StorageError, Tx, columns::Columns};

impl Read {
    /// The present policy version.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn policy_version(&mut self) -> Result<i64, StorageError> {
        let row = self.one("SELECT value FROM versions WHERE name = 'policy'", []).await?;
        row.ok_or_else(|| StorageError::Corrupt { table: "versions", id: "policy".to_owned() })
            .and_then(|row| Columns::of(&row, "versions").number("value"))
    }
}

impl Tx {
    /// Says that a client, a resource or a key was changed; belongs into the transaction of the change.
    pub(crate) async fn bump_policy(&mut self) -> Result<(), StorageError> {
        self.run_one("policy version", "UPDATE versions SET value = value + 1 WHERE name = 'policy'", []).await
    }
}
