//! The table of assertions that were used (RFC 7523 §3, `jti`).

use model::Timestamp;

use crate::{StorageError, Tx};

impl Tx {
    /// Uses an assertion's `jti`; false if it was used before.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn use_assertion(
        &mut self,
        issuer: &str,
        jti: &str,
        expires_at: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO used_assertions (issuer, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        Ok(self.run(sql, [issuer.into(), jti.into(), expires_at.into()]).await? == 1)
    }
}
