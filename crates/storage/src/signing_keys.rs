//! The table of signing keys.

use model::{SigningKey, Timestamp};
use protocol::SigningAlgorithm;
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn key(row: &AnyRow) -> Result<SigningKey, StorageError> {
    let columns = Columns::of(row, "signing_keys");
    Ok(SigningKey {
        id: columns.text("id")?,
        algorithm: columns.word("algorithm", SigningAlgorithm::parse)?,
        public_jwk: columns.text("public_jwk")?,
        sealed_private_key: columns.text("sealed_private_key")?,
        created_at: columns.time("created_at")?,
        signing_at: columns.time("signing_at")?,
        retired_at: columns.optional_time("retired_at")?,
    })
}

impl Read {
    /// All signing keys, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StorageError> {
        self.all("SELECT * FROM signing_keys ORDER BY created_at, id", []).await?.iter().map(key).collect()
    }
}

impl Tx {
    /// Takes the row that every change of keys writes, so that nobody changes them between what is read next and this
    /// transaction's end.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn lock_signing_keys(&mut self) -> Result<(), StorageError> {
        self.bump_policy().await
    }

    /// Adds a key.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_signing_key(&mut self, key: &SigningKey) -> Result<(), StorageError> {
        self.run_one(
            "signing key",
            "INSERT INTO signing_keys (id, algorithm, public_jwk, sealed_private_key, created_at, signing_at, retired_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                (&key.id).into(),
                key.algorithm.as_str().into(),
                (&key.public_jwk).into(),
                (&key.sealed_private_key).into(),
                key.created_at.into(),
                key.signing_at.into(),
                key.retired_at.into(),
            ],
        )
        .await?;
        self.bump_policy().await
    }

    /// Says from when on the other keys of this algorithm no longer sign.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn retire_signing_keys(
        &mut self,
        algorithm: SigningAlgorithm,
        except: &str,
        at: Timestamp,
    ) -> Result<(), StorageError> {
        self.run(
            "UPDATE signing_keys SET retired_at = $3 WHERE algorithm = $1 AND id <> $2 AND (retired_at IS NULL OR retired_at > $3)",
            [algorithm.as_str().into(), except.into(), at.into()],
        )
        .await?;
        self.bump_policy().await
    }

    /// Stores a private part that was sealed anew under another version of the server's secret.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn reseal_signing_key(&mut self, id: &str, sealed: &str) -> Result<(), StorageError> {
        let sql = "UPDATE signing_keys SET sealed_private_key = $2 WHERE id = $1";
        self.run_one("signing key", sql, [id.into(), sealed.into()]).await?;
        self.bump_policy().await
    }

    /// Deletes the keys that signed for the last time at `retired_by` or before; how many there were.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_signing_keys(&mut self, retired_by: Timestamp) -> Result<u64, StorageError> {
        let deleted = self.run("DELETE FROM signing_keys WHERE retired_at <= $1", [retired_by.into()]).await?;
        if deleted > 0 {
            self.bump_policy().await?;
        }
        Ok(deleted)
    }
}
