//! The table of personal API tokens.

use std::time::Duration;

use model::{ApiToken, Id, Timestamp, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, demands::shown, grants::revoked};

/// A use within this time of the last one that was written is not written again.
const COARSE: Duration = Duration::from_secs(60);

fn api_token(row: &AnyRow) -> Result<ApiToken, StorageError> {
    let columns = Columns::of(row, "api_tokens");
    Ok(ApiToken {
        id: columns.id("id")?,
        user_id: columns.id("user_id")?,
        name: columns.text("name")?,
        hash: columns.hash("hash")?,
        last_four: columns.text("last_four")?,
        shown: shown(&columns)?,
        writes: columns.optional_time("writes_at")?.is_some(),
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        used_at: columns.optional_time("used_at")?,
        used_address: columns.optional_text("used_address")?,
        revoked: revoked(&columns)?,
    })
}

impl Read {
    /// The token with this id if it is in force at `now`, and its person is not disabled.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn live_api_token(&mut self, id: Id<ApiToken>, now: Timestamp) -> Result<Option<ApiToken>, StorageError> {
        let sql = "SELECT t.* FROM api_tokens t JOIN users u ON u.id = t.user_id AND u.disabled_at IS NULL AND u.erase_at IS NULL \
             WHERE t.id = $1 AND t.revoked_at IS NULL AND t.expires_at > $2";
        self.one(sql, [id.into(), now.into()]).await?.as_ref().map(api_token).transpose()
    }

    /// A person's tokens that are in force or ended since `ended_since`, newest first, 200 at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn api_tokens_of(
        &mut self,
        user_id: Id<User>,
        ended_since: Timestamp,
    ) -> Result<Vec<ApiToken>, StorageError> {
        let sql = "SELECT * FROM api_tokens WHERE user_id = $1 AND (revoked_at IS NULL OR revoked_at > $2) AND expires_at > $2 \
             ORDER BY id DESC LIMIT 200";
        self.all(sql, [user_id.into(), ended_since.into()]).await?.iter().map(api_token).collect()
    }
}

impl Tx {
    /// Adds a token.
    ///
    /// # Errors
    /// [`StorageError::Constraint`] if its person is not there.
    pub async fn insert_api_token(&mut self, token: &ApiToken) -> Result<(), StorageError> {
        self.run_one(
            "api token",
            "INSERT INTO api_tokens (id, user_id, name, hash, last_four, writes_at, created_at, expires_at, two_factors_at, ways) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                token.id.into(),
                token.user_id.into(),
                (&token.name).into(),
                (&token.hash).into(),
                (&token.last_four).into(),
                token.writes.then_some(token.created_at).into(),
                token.created_at.into(),
                token.expires_at.into(),
                token.shown.two_factors.then_some(token.created_at).into(),
                token.shown.ways.to_string().into(),
            ],
        )
        .await
    }

    /// Takes one of a person's tokens back; whether there was such a one that nobody had.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_api_token_of(
        &mut self,
        user_id: Id<User>,
        id: Id<ApiToken>,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE api_tokens SET revoked_at = $3, revoked_reason = $4 WHERE user_id = $1 AND id = $2 AND revoked_at IS NULL";
        let values = [user_id.into(), id.into(), now.into(), reason.into()];
        Ok(self.run(sql, values).await? == 1)
    }

    /// Takes all of a person's tokens back, and says which those were.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_api_tokens_of(
        &mut self,
        user_id: Id<User>,
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<Id<ApiToken>>, StorageError> {
        let sql = "UPDATE api_tokens SET revoked_at = $2, revoked_reason = $3 WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 RETURNING id";
        let rows = self.all(sql, [user_id.into(), now.into(), reason.into()]).await?;
        rows.iter().map(|row| Columns::of(row, "api_tokens").id("id")).collect()
    }

    /// Notes a use, to the minute.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn note_api_token_use(
        &mut self,
        id: Id<ApiToken>,
        address: &str,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE api_tokens SET used_at = $2, used_address = $3 WHERE id = $1 AND coalesce(used_at, 0) <= $4";
        let values = [id.into(), now.into(), address.into(), now.minus(COARSE).into()];
        self.run(sql, values).await.map(drop)
    }
}
