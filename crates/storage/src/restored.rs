//! A database that was put back from a backup: whatever it takes for alive although it may have been used, withdrawn or lost since.

use model::Timestamp;

use crate::{StorageError, Tx};

/// No reader can have heard of so many events since the backup.
const JUMP: u64 = 1_000_000_000;

/// What began before the restoration and proves something once: it may have proved it already, since the backup. Families stay;
/// a token that is newer than its row ends its own (`rolled_back`).
const ENDED: &[&str] = &[
    "DELETE FROM device_codes WHERE family_id IS NULL",
    "DELETE FROM authorizations WHERE spent_at IS NULL",
    "DELETE FROM upstream_logins",
    "DELETE FROM ceremonies",
    "DELETE FROM half_sign_ins",
    "DELETE FROM proofs",
    "DELETE FROM sessions",
    "DELETE FROM mails WHERE settled_at IS NULL",
    "UPDATE users SET security_epoch = security_epoch + 1",
    "UPDATE versions SET value = value + 1000",
];

impl Tx {
    /// Refuses what was handed out before, once and for all: codes, device codes, links in mails, sessions, and sign-ins that are
    /// under way. Whoever listens to events hears that what it knows may be wrong: their order goes on beyond any place that was
    /// ever given.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn begin_anew(&mut self, now: Timestamp) -> Result<(), StorageError> {
        const FEED: &str = "UPDATE feeds SET position = (SELECT f.position FROM feeds f WHERE f.name = 'events') + $1, \
             forgotten = (SELECT f.position FROM feeds f WHERE f.name = 'events') + $1, holder = NULL, leased_until = $2 \
             WHERE name IN ('events', 'webhooks')";
        const LEASE: &str = "UPDATE feeds SET holder = NULL, leased_until = $1 WHERE name = 'audit'";
        for sql in ENDED {
            self.run(sql, []).await?;
        }
        self.run(FEED, [JUMP.into(), now.into()]).await?;
        self.run_one("feed", LEASE, [now.into()]).await
    }
}
