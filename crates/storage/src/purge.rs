//! The janitor's work: what has expired goes, a bounded number of rows at a time.

use std::{collections::BTreeMap, time::Duration};

use model::Timestamp;

use crate::{StorageError, Tx};

/// How much went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Rows in all.
    pub rows: u64,
    /// Rows of each table that was looked through.
    pub removed: BTreeMap<&'static str, u64>,
}

impl Purged {
    /// Adds what another step removed.
    pub fn add(&mut self, step: Self) {
        for (table, rows) in step.removed {
            self.note(table, rows);
        }
    }

    /// Adds rows of one table.
    pub fn note(&mut self, table: &'static str, rows: u64) {
        self.rows += rows;
        *self.removed.entry(table).or_default() += rows;
    }
}

/// How long a spent or decided authorization is kept, so that a replayed code is still recognised.
const AUTHORIZATION_KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long what is over is kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// A client that registered itself may wait so long for its first grant.
    pub unused_registration: Duration,
    /// An ended family or grant: it is shown under "recently disconnected"; an API key and an invitation likewise.
    pub ended: Duration,
    /// What became of a mail.
    pub mails: Duration,
}

const COUNTER_KEPT: Duration = Duration::from_secs(24 * 3600);

impl Tx {
    /// Deletes what nobody can use any more. A client with a grant in force is never touched.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn purge(&mut self, kept: &Kept, now: Timestamp) -> Result<Purged, StorageError> {
        let mut purged = Purged::default();
        let expired: [(&'static str, Timestamp); 18] = [
            (
                "DELETE FROM access_tokens WHERE (id, generation, hash) IN (SELECT id, generation, hash FROM access_tokens WHERE family_id IS NULL AND expires_at <= $1 LIMIT 500)",
                now,
            ),
            ("DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT 500)", now),
            (
                "DELETE FROM authorizations WHERE id IN (SELECT id FROM authorizations WHERE expires_at <= $1 LIMIT 500)",
                now.minus(AUTHORIZATION_KEPT),
            ),
            (
                "DELETE FROM device_codes WHERE id IN (SELECT id FROM device_codes WHERE family_id IS NULL AND expires_at <= $1 LIMIT 500)",
                now.minus(AUTHORIZATION_KEPT),
            ),
            (
                "DELETE FROM upstream_logins WHERE id IN (SELECT id FROM upstream_logins WHERE expires_at <= $1 LIMIT 500)",
                now.minus(AUTHORIZATION_KEPT),
            ),
            (
                "DELETE FROM used_assertions WHERE (issuer, jti) IN (SELECT issuer, jti FROM used_assertions WHERE expires_at <= $1 LIMIT 500)",
                now,
            ),
            (
                "DELETE FROM attempts WHERE subject IN (SELECT subject FROM attempts WHERE window_started_at <= $1 LIMIT 500)",
                now.minus(COUNTER_KEPT),
            ),
            (
                "DELETE FROM proofs WHERE id IN (SELECT id FROM proofs WHERE expires_at <= $1 LIMIT 500)",
                now.minus(AUTHORIZATION_KEPT),
            ),
            ("DELETE FROM ceremonies WHERE id IN (SELECT id FROM ceremonies WHERE expires_at <= $1 LIMIT 500)", now),
            (
                "DELETE FROM half_sign_ins WHERE id IN (SELECT id FROM half_sign_ins WHERE expires_at <= $1 LIMIT 500)",
                now,
            ),
            (
                "DELETE FROM totps WHERE user_id IN (SELECT user_id FROM totps WHERE sealed_seed IS NULL AND pending_until <= $1 LIMIT 500)",
                now,
            ),
            (
                "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE settled_at <= $1 LIMIT 500)",
                now.minus(kept.mails),
            ),
            (
                "DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE expires_at <= $1 OR revoked_at <= $1 LIMIT 200)",
                now.minus(kept.ended),
            ),
            (
                "DELETE FROM api_tokens WHERE id IN (SELECT id FROM api_tokens WHERE expires_at <= $1 OR revoked_at <= $1 LIMIT 200)",
                now.minus(kept.ended),
            ),
            (
                "DELETE FROM kept_answers WHERE (user_id, key_hash) IN (SELECT user_id, key_hash FROM kept_answers WHERE expires_at <= $1 LIMIT 500)",
                now,
            ),
            (
                "DELETE FROM families WHERE id IN (SELECT id FROM families WHERE absolute_expires_at <= $1 OR idle_expires_at <= $1 OR revoked_at <= $1 LIMIT 200)",
                now.minus(kept.ended),
            ),
            (
                "DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE expires_at <= $1 LIMIT 500)",
                now.minus(kept.ended),
            ),
            (
                "DELETE FROM notices WHERE id IN (SELECT n.id FROM notices n JOIN grants g ON g.id = n.grant_id WHERE g.revoked_at <= $1 LIMIT 200)",
                now.minus(kept.ended),
            ),
        ];
        for (sql, before) in expired {
            purged.note(table_of(sql), self.run(sql, [before.into()]).await?);
        }
        purged.note("totps", self.forget_pending_totps(now).await?);
        let grants = self
            .run(
                "DELETE FROM grants WHERE id IN (SELECT g.id FROM grants g WHERE g.revoked_at <= $1 \
                 AND NOT EXISTS (SELECT 1 FROM families f WHERE f.grant_id = g.id) \
                 AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.grant_id = g.id) LIMIT 200)",
                [now.minus(kept.ended).into()],
            )
            .await?;
        purged.note("grants", grants);
        let clients = self
            .run(
                "DELETE FROM clients WHERE id IN (SELECT c.id FROM clients c WHERE c.origin IN ('registration', 'document') \
                 AND coalesce(c.used_at, c.created_at) <= $1 \
                 AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id) LIMIT 200)",
                [now.minus(kept.unused_registration).into()],
            )
            .await?;
        if clients > 0 {
            self.bump_policy().await?;
        }
        purged.note("clients", clients);
        Ok(purged)
    }
}

/// The table that a `DELETE FROM table …` empties.
fn table_of(sql: &'static str) -> &'static str {
    sql.split_whitespace().nth(2).unwrap_or_default()
}
