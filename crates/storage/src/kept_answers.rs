//! The table of answers that are given again to whoever sends the same request with the same key.

use model::{Id, SecretHash, Timestamp, User};

use crate::{Read, StorageError, Tx, columns::Columns};

/// What is kept of a request under a key.
#[derive(Clone, Debug)]
pub struct KeptAnswer {
    /// What was asked, as a hash.
    pub fingerprint: String,
    /// What was answered, sealed; nothing while the request is under way, or if the server died over it.
    pub sealed: Option<String>,
}

impl Read {
    /// What is kept under this key of a person.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn kept_answer(
        &mut self,
        user_id: Id<User>,
        key: &SecretHash,
    ) -> Result<Option<KeptAnswer>, StorageError> {
        let sql =
            "SELECT key_hash AS id, fingerprint, sealed_answer FROM kept_answers WHERE user_id = $1 AND key_hash = $2";
        let row = self.one(sql, [user_id.into(), key.into()]).await?;
        let kept = |row| {
            let columns = Columns::of(row, "kept_answers");
            Ok(KeptAnswer {
                fingerprint: columns.text("fingerprint")?,
                sealed: columns.optional_text("sealed_answer")?,
            })
        };
        row.as_ref().map(kept).transpose()
    }
}

impl Tx {
    /// Claims a key for a request; no if it is claimed already. One whose time is over is free again.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if the person is not there.
    pub async fn claim_answer(
        &mut self,
        user_id: Id<User>,
        key: &SecretHash,
        fingerprint: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let over = "DELETE FROM kept_answers WHERE user_id = $1 AND key_hash = $2 AND expires_at <= $3";
        self.run(over, [user_id.into(), key.into(), now.into()]).await?;
        let sql = "INSERT INTO kept_answers (user_id, key_hash, fingerprint, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let values = [user_id.into(), key.into(), fingerprint.into(), now.into(), until.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Keeps the answer to the request that claimed this key.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn keep_answer(&mut self, user_id: Id<User>, key: &SecretHash, sealed: &str) -> Result<(), StorageError> {
        let sql =
            "UPDATE kept_answers SET sealed_answer = $3 WHERE user_id = $1 AND key_hash = $2 AND sealed_answer IS NULL";
        self.run(sql, [user_id.into(), key.into(), sealed.into()]).await.map(drop)
    }

    /// Gives a claimed key back: nothing came of its request.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn release_answer(&mut self, user_id: Id<User>, key: &SecretHash) -> Result<(), StorageError> {
        let sql = "DELETE FROM kept_answers WHERE user_id = $1 AND key_hash = $2 AND sealed_answer IS NULL";
        self.run(sql, [user_id.into(), key.into()]).await.map(drop)
    }
}
