//! The table of refresh-token families. Every write names the state that it found, and hits one row or is a conflict.

use model::{ClientId, Family, Id, Timestamp};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns, grants::revoked, live::Touched};

/// The family in a row; columns as in the table.
pub(crate) fn family(row: &AnyRow) -> Result<Family, StorageError> {
    let columns = Columns::of(row, "families");
    let corrupt = || columns.corrupt();
    Ok(Family {
        id: columns.id("id")?,
        grant_id: columns.id("grant_id")?,
        client_id: ClientId::new(columns.text("client_id")?),
        scope: columns.scope("scope")?,
        policy_version: columns.number("policy_version")?,
        generation: columns.count("generation")?,
        head_hash: columns.hash("head_hash")?,
        previous_hash: columns.optional_hash("previous_hash")?,
        retry_salt: columns.text("retry_salt")?,
        key_version: u16::try_from(columns.number("key_version")?).map_err(|_| corrupt())?,
        answered_at: columns.time("answered_at")?,
        head_seen_at: columns.optional_time("head_seen_at")?,
        repeated_at: columns.optional_time("repeated_at")?,
        repeat_streak: u32::try_from(columns.number("repeat_streak")?).map_err(|_| corrupt())?,
        idle_expires_at: columns.time("idle_expires_at")?,
        absolute_expires_at: columns.time("absolute_expires_at")?,
        session_id: columns.id("session_id")?,
        auth_time: columns.time("auth_time")?,
        amr: columns.text("amr")?,
        created_at: columns.time("created_at")?,
        revoked: revoked(&columns)?,
    })
}

/// The old state that a write of a family rests on (docs/families.md, the table of updates).
#[derive(Clone, Copy, Debug)]
pub enum FamilyCondition {
    /// Rotate, or the same pair: this generation.
    Generation(u64),
    /// Recover: this generation, unseen and answered then.
    Unseen {
        /// The generation.
        generation: u64,
        /// `answered_at`.
        answered_at: Timestamp,
    },
}

impl Read {
    /// One family, ended ones too.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn family(&mut self, id: Id<Family>) -> Result<Option<Family>, StorageError> {
        self.one("SELECT * FROM families WHERE id = $1", [id.into()]).await?.as_ref().map(family).transpose()
    }
}

impl Tx {
    /// Adds a family.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_family(&mut self, family: &Family) -> Result<(), StorageError> {
        self.run_one(
            "family",
            "INSERT INTO families (id, grant_id, client_id, scope, policy_version, generation, head_hash, previous_hash, retry_salt, key_version, \
             answered_at, head_seen_at, repeated_at, repeat_streak, idle_expires_at, absolute_expires_at, session_id, auth_time, amr, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
            [
                family.id.into(),
                family.grant_id.into(),
                (&family.client_id).into(),
                (&family.scope).into(),
                family.policy_version.into(),
                family.generation.into(),
                (&family.head_hash).into(),
                family.previous_hash.as_ref().into(),
                (&family.retry_salt).into(),
                family.key_version.into(),
                family.answered_at.into(),
                family.head_seen_at.into(),
                family.repeated_at.into(),
                family.repeat_streak.into(),
                family.idle_expires_at.into(),
                family.absolute_expires_at.into(),
                family.session_id.into(),
                family.auth_time.into(),
                (&family.amr).into(),
                family.created_at.into(),
            ],
        )
        .await
    }

    /// Writes what an answer changed, if the row is still in the state that the answer was decided on. Sight that was noted
    /// since then stays: it does not change what was decided, but it must not be forgotten.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it is not.
    pub async fn update_family(&mut self, family: &Family, condition: FamilyCondition) -> Result<(), StorageError> {
        let (generation, unseen_since) = match condition {
            FamilyCondition::Generation(generation) => (generation, None),
            FamilyCondition::Unseen { generation, answered_at } => (generation, Some(answered_at)),
        };
        self.run_one_touching(
            Touched::Tokens(vec![family.id.cast()]),
            "family",
            "UPDATE families SET scope = $2, policy_version = $3, generation = $4, head_hash = $5, previous_hash = $6, retry_salt = $7, \
             key_version = $8, answered_at = $9, head_seen_at = CASE WHEN generation = $4 THEN coalesce(head_seen_at, $10) ELSE $10 END, \
             repeated_at = $11, repeat_streak = $12, idle_expires_at = $13 \
             WHERE id = $1 AND revoked_at IS NULL AND generation = $14 \
             AND ($15 IS NULL OR (head_seen_at IS NULL AND answered_at = $15))",
            [
                family.id.into(),
                (&family.scope).into(),
                family.policy_version.into(),
                family.generation.into(),
                (&family.head_hash).into(),
                family.previous_hash.as_ref().into(),
                (&family.retry_salt).into(),
                family.key_version.into(),
                family.answered_at.into(),
                family.head_seen_at.into(),
                family.repeated_at.into(),
                family.repeat_streak.into(),
                family.idle_expires_at.into(),
                generation.into(),
                unseen_since.into(),
            ],
        )
        .await
    }

    /// Notes that the head of this generation was seen in use; whether this was the first time.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn see_family(&mut self, id: Id<Family>, generation: u64, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE families SET head_seen_at = $3 WHERE id = $1 AND generation = $2 AND head_seen_at IS NULL AND revoked_at IS NULL";
        let touched = Touched::Tokens(vec![id.cast()]);
        Ok(self.run_touching(touched, sql, [id.into(), generation.into(), now.into()]).await? == 1)
    }

    /// Ends a family and its access tokens; whether it was alive.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn revoke_family(&mut self, id: Id<Family>, reason: &str, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE families SET revoked_at = $2, revoked_reason = $3 WHERE id = $1 AND revoked_at IS NULL";
        let touched = Touched::Tokens(vec![id.cast()]);
        let ended = self.run_touching(touched.clone(), sql, [id.into(), now.into(), reason.into()]).await? == 1;
        self.run_touching(touched, "DELETE FROM access_tokens WHERE family_id = $1", [id.into()]).await?;
        Ok(ended)
    }
}
