//! The table of half sign-ins: whoever has proved one thing and must prove another.

use model::{HalfSignIn, Id, Purpose, SecretHash, Timestamp};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, demands::ways};

fn half_sign_in(row: &AnyRow) -> Result<HalfSignIn, StorageError> {
    let columns = Columns::of(row, "half_sign_ins");
    Ok(HalfSignIn {
        id: columns.id("id")?,
        browser_hash: columns.hash("browser_hash")?,
        user_id: columns.id("user_id")?,
        security_epoch: columns.count("security_epoch")?,
        amr: columns.text("amr")?,
        ways: ways(&columns)?,
        purpose: columns.word("purpose", Purpose::parse)?,
        session_id: columns.optional_id("session_id")?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
    })
}

impl Read {
    /// What waits in this browser, if it is worth something yet.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn half_sign_in(
        &mut self,
        browser_hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<HalfSignIn>, StorageError> {
        let sql = "SELECT h.* FROM half_sign_ins h JOIN users u ON u.id = h.user_id AND u.disabled_at IS NULL \
             AND u.security_epoch = h.security_epoch WHERE h.browser_hash = $1 AND h.expires_at > $2";
        self.one(sql, [browser_hash.into(), now.into()]).await?.as_ref().map(half_sign_in).transpose()
    }
}

impl Tx {
    /// Keeps a half sign-in, in place of another of its browser.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn put_half_sign_in(&mut self, half: &HalfSignIn) -> Result<(), StorageError> {
        let sql = "INSERT INTO half_sign_ins (id, browser_hash, user_id, security_epoch, amr, purpose, session_id, created_at, \
             expires_at, ways) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (browser_hash) DO UPDATE SET id = excluded.id, \
             user_id = excluded.user_id, security_epoch = excluded.security_epoch, amr = excluded.amr, \
             purpose = excluded.purpose, session_id = excluded.session_id, created_at = excluded.created_at, \
             expires_at = excluded.expires_at, ways = excluded.ways";
        let values = [
            half.id.into(),
            (&half.browser_hash).into(),
            half.user_id.into(),
            half.security_epoch.into(),
            (&half.amr).into(),
            half.purpose.as_str().into(),
            half.session_id.into(),
            half.created_at.into(),
            half.expires_at.into(),
            half.ways.to_string().into(),
        ];
        self.run_one("half sign-in", sql, values).await
    }

    /// Ends a half sign-in, to be completed. No if it was completed already or has expired.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn take_half_sign_in(&mut self, id: Id<HalfSignIn>, now: Timestamp) -> Result<bool, StorageError> {
        Ok(self.run("DELETE FROM half_sign_ins WHERE id = $1 AND expires_at > $2", [id.into(), now.into()]).await? == 1)
    }
}
