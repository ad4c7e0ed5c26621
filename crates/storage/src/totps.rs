//! The table of authenticator apps.

use model::{Id, SecondFactors, Timestamp, Totp, User};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

fn totp(row: &AnyRow) -> Result<Totp, StorageError> {
    let columns = Columns::of(row, "totps");
    Ok(Totp {
        user_id: columns.id("user_id")?,
        confirmed: columns.optional_text("sealed_seed")?.zip(columns.optional_time("confirmed_at")?),
        last_step: columns.count("last_step")?,
        pending: columns.optional_text("pending_seed")?.zip(columns.optional_time("pending_until")?),
    })
}

impl Read {
    /// A user's authenticator app, in force or not.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn totp(&mut self, user_id: Id<User>) -> Result<Option<Totp>, StorageError> {
        self.one("SELECT * FROM totps WHERE user_id = $1", [user_id.into()]).await?.as_ref().map(totp).transpose()
    }

    /// How many second factors of each kind a user has.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn second_factors(&mut self, user_id: Id<User>) -> Result<SecondFactors, StorageError> {
        let sql = "SELECT (SELECT count(*) FROM totps WHERE user_id = $1 AND sealed_seed IS NOT NULL) AS apps, \
             (SELECT count(*) FROM passkeys WHERE user_id = $1 AND suspect_at IS NULL) AS passkeys, \
             (SELECT count(*) FROM recovery_codes WHERE user_id = $1 AND spent_at IS NULL) AS recovery_codes";
        let Some(row) = self.one(sql, [user_id.into()]).await? else { return Ok(SecondFactors::default()) };
        let columns = Columns::of(&row, "totps");
        Ok(SecondFactors {
            apps: columns.count("apps")?,
            passkeys: columns.count("passkeys")?,
            recovery_codes: columns.count("recovery_codes")?,
        })
    }
}

impl Tx {
    /// Keeps a seed that waits for its first code, in place of another that does; one in force stays.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn begin_totp(
        &mut self,
        user_id: Id<User>,
        sealed_seed: &str,
        until: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO totps (user_id, last_step, pending_seed, pending_until) VALUES ($1, 0, $2, $3) \
             ON CONFLICT (user_id) DO UPDATE SET pending_seed = excluded.pending_seed, pending_until = excluded.pending_until";
        self.run_one("totp", sql, [user_id.into(), sealed_seed.into(), until.into()]).await
    }

    /// Puts the seed that waits in force; its first code was that of `step`. No if another waits by now, or none.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn confirm_totp(
        &mut self,
        user_id: Id<User>,
        sealed_seed: &str,
        step: u64,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE totps SET sealed_seed = pending_seed, confirmed_at = $4, last_step = $3, pending_seed = NULL, \
             pending_until = NULL WHERE user_id = $1 AND pending_seed = $2 AND pending_until > $4";
        Ok(self.run(sql, [user_id.into(), sealed_seed.into(), step.into(), now.into()]).await? == 1)
    }

    /// Uses up a step of the seed in force, and all before it. No if it was used up already, or the seed is another.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn spend_totp_step(
        &mut self,
        user_id: Id<User>,
        sealed_seed: &str,
        step: u64,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE totps SET last_step = $3 WHERE user_id = $1 AND sealed_seed = $2 AND last_step < $3";
        Ok(self.run(sql, [user_id.into(), sealed_seed.into(), step.into()]).await? == 1)
    }

    /// Stores the seed in force as it was sealed anew.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn reseal_totp(&mut self, user_id: Id<User>, old: &str, new: &str) -> Result<(), StorageError> {
        let sql = "UPDATE totps SET sealed_seed = $3 WHERE user_id = $1 AND sealed_seed = $2";
        self.run(sql, [user_id.into(), old.into(), new.into()]).await.map(drop)
    }

    /// Forgets seeds that waited too long, where another is in force, 500 at the most; how many.
    ///
    /// # Errors
    /// Trouble of the database.
    pub(crate) async fn forget_pending_totps(&mut self, now: Timestamp) -> Result<u64, StorageError> {
        let sql = "UPDATE totps SET pending_seed = NULL, pending_until = NULL WHERE user_id IN \
             (SELECT user_id FROM totps WHERE sealed_seed IS NOT NULL AND pending_until <= $1 LIMIT 500)";
        self.run(sql, [now.into()]).await
    }

    /// Takes a user's authenticator app away; whether there was one in force.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_totp(&mut self, user_id: Id<User>) -> Result<bool, StorageError> {
        let sql = "DELETE FROM totps WHERE user_id = $1 AND sealed_seed IS NOT NULL";
        Ok(self.run(sql, [user_id.into()]).await? == 1)
    }

    /// Takes away what a user demands only since this moment; recovery codes too, if nothing is left that they stand in for.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_second_factors_since(
        &mut self,
        user_id: Id<User>,
        since: Timestamp,
    ) -> Result<(), StorageError> {
        let values = || [user_id.into(), since.into()];
        self.run("DELETE FROM totps WHERE user_id = $1 AND coalesce(confirmed_at, $2) >= $2", values()).await?;
        self.run("DELETE FROM passkeys WHERE user_id = $1 AND created_at >= $2", values()).await?;
        if self.second_factors(user_id).await?.is_demanded() {
            return Ok(());
        }
        self.delete_recovery_codes(user_id).await
    }

    /// Takes all second factors of a user away: app, passkeys and recovery codes.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_second_factors(&mut self, user_id: Id<User>) -> Result<(), StorageError> {
        self.run("DELETE FROM totps WHERE user_id = $1", [user_id.into()]).await?;
        self.run("DELETE FROM passkeys WHERE user_id = $1", [user_id.into()]).await?;
        self.delete_recovery_codes(user_id).await
    }
}
