//! The janitor: writes down last uses, ends grants that nothing lives of any more, erases who left, and removes what nobody can
//! use. Small
//! transactions, so that nobody waits for it.

use std::time::Duration;

use model::{AuditEvent, Timestamp};
use storage::{AsStorageError, Kept, LastUse, Purged, StorageError, Tx};

use crate::{Authority, Error, audit};

/// How often last uses are written.
const EVERY: Duration = Duration::from_secs(30);
/// Every so many of these rounds it cleans as well; that looks at whole tables.
const CLEAN_EVERY: u32 = 10;
/// A grant whose code was never redeemed ends after this.
const NEVER_USED: Duration = Duration::from_secs(24 * 3600);
/// So many uses are written in one transaction.
const USES: usize = 200;
/// So many grants are ended in one transaction.
const GRANTS: usize = 50;
/// A rehearsal stops after so many steps; others wait while it writes.
const REHEARSED: usize = 20;
/// A round stops after so many steps; the next goes on.
const STEPS: usize = 1_000;

/// How a rehearsal ends: what it did is undone.
enum Rehearsed {
    Counted(Purged, bool),
    Trouble(StorageError),
}

impl From<StorageError> for Rehearsed {
    fn from(error: StorageError) -> Self {
        Self::Trouble(error)
    }
}

impl AsStorageError for Rehearsed {
    fn storage_error(&self) -> Option<&StorageError> {
        match self {
            Self::Trouble(error) => Some(error),
            Self::Counted(..) => None,
        }
    }
}

impl Authority {
    /// Works until `stop` is ready, then writes down what still waits. Trouble is logged, and tried again in the next round.
    pub async fn janitor(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut round: u32 = 0;
        loop {
            tokio::select! {
                () = &mut stop => break,
                () = tokio::time::sleep(EVERY) => {}
            }
            round = round.wrapping_add(1);
            let done = if round.is_multiple_of(CLEAN_EVERY) {
                self.clean_and_log().await
            } else {
                self.write_last_uses().await
            };
            if let Err(error) = done {
                tracing::warn!(%error, "the janitor was interrupted");
            }
        }
        for written in [self.write_last_uses().await, self.write_key_uses(true).await] {
            if let Err(error) = written {
                tracing::warn!(%error, "last uses were lost");
            }
        }
    }

    /// One whole round: last uses are written, lapsed grants ended, and all that has expired is removed. How many rows went.
    ///
    /// # Errors
    /// Trouble of the database; what was done until then stands.
    pub async fn run_janitor_once(&self, now: Timestamp) -> Result<Purged, Error> {
        let round = self.round(now).await;
        self.parts.metrics.janitor_round(round.is_ok());
        round
    }

    async fn round(&self, now: Timestamp) -> Result<Purged, Error> {
        self.write_last_uses().await?;
        self.end_lapsed_grants(now).await?;
        let mut purged = Purged::default();
        purged.note("signing_keys", self.remove_signing_keys(now).await?);
        purged.note("users", self.erase_who_left(now).await?);
        self.forget_events(now).await?;
        purged.note("backups", u64::try_from(self.parts.settings.backup.prune(now)).unwrap_or(u64::MAX));
        self.parts.metrics.removed(&purged);
        purged.add(self.purge(now).await?);
        Ok(purged)
    }

    async fn clean_and_log(&self) -> Result<(), Error> {
        let purged = self.run_janitor_once(self.now()).await?;
        if purged.rows > 0 {
            let of = purged.removed.iter().filter(|(_, rows)| **rows > 0);
            let of: Vec<String> = of.map(|(table, rows)| format!("{table} {rows}")).collect();
            tracing::info!(rows = purged.rows, of = of.join(", "), "what had expired was removed");
        }
        Ok(())
    }

    /// Writes down what waits in memory of API keys; of blocks whose minute is over, or of all.
    async fn write_key_uses(&self, all: bool) -> Result<(), Error> {
        let uses = self.parts.meters.take(self.now(), all);
        for (written, some) in uses.chunks(USES).enumerate() {
            let chunk = some.to_vec();
            let noted: Result<(), StorageError> = self
                .parts
                .store
                .transaction(move |tx| {
                    let chunk = chunk.clone();
                    Box::pin(async move { tx.note_api_key_uses(&chunk).await })
                })
                .await;
            if let Err(error) = noted {
                self.parts.meters.put_back(uses.get(written * USES..).unwrap_or_default());
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Writes down what waits in memory.
    pub(crate) async fn write_last_uses(&self) -> Result<(), Error> {
        self.write_key_uses(false).await?;
        let uses = self.parts.last_uses.take();
        for (written, some) in uses.chunks(USES).enumerate() {
            if let Err(error) = self.touch_grants(some.to_vec()).await {
                for last in uses.iter().skip(written * USES) {
                    self.parts.last_uses.note(last.grant_id, None, &last.address, last.at);
                }
                return Err(error.into());
            }
        }
        Ok(())
    }

    async fn touch_grants(&self, uses: Vec<LastUse>) -> Result<(), StorageError> {
        self.parts
            .store
            .transaction(move |tx| {
                let uses = uses.clone();
                Box::pin(async move { tx.touch_grants(&uses).await })
            })
            .await
    }

    /// They are looked for on a reader, and looked at again in the transaction that ends them.
    async fn end_lapsed_grants(&self, now: Timestamp) -> Result<(), StorageError> {
        for _ in 0..STEPS {
            let lapsed = self.parts.store.read().await?.lapsed_grants(now.minus(NEVER_USED), now).await?;
            if lapsed.is_empty() {
                return Ok(());
            }
            for some in lapsed.chunks(GRANTS) {
                let some = some.to_vec();
                let end = self.parts.store.transaction(move |tx| {
                    let some = some.clone();
                    Box::pin(async move {
                        for id in some {
                            let ended = tx.end_lapsed_grant(id, now).await?;
                            if let (true, Some(grant)) = (ended, tx.grant(id).await?) {
                                tx.insert_audit_event(&AuditEvent::of_grant("grant.lapsed", &grant, now)).await?;
                            }
                        }
                        Ok::<(), StorageError>(())
                    })
                });
                end.await?;
            }
        }
        Ok(())
    }

    async fn purge_step(&self, now: Timestamp) -> Result<Purged, StorageError> {
        let authority = self.clone();
        self.parts
            .store
            .transaction(move |tx| {
                let authority = authority.clone();
                Box::pin(async move { authority.purge_in(tx, now).await })
            })
            .await
    }

    async fn purge_in(&self, tx: &mut Tx, now: Timestamp) -> Result<Purged, StorageError> {
        let (parts, retention) = (&self.parts, self.parts.settings.retention);
        let kept = Kept {
            unused_registration: parts.settings.registration.unused_expiry,
            ended: retention.ended,
            mails: retention.mails,
        };
        let mut purged = tx.purge(&kept, now).await?;
        purged.add(audit::purge(tx, (parts.feed.holder(), &parts.secrets), retention, now).await?);
        Ok(purged)
    }

    /// What the next round would remove, were it now: all of it is done and undone in one transaction, so far as a round goes
    /// that is not endless. Whether there is more.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn rehearse_purge(&self, now: Timestamp) -> Result<(Purged, bool), Error> {
        let authority = self.clone();
        let rehearsed: Result<(), Rehearsed> = self
            .parts
            .store
            .transaction(move |tx| {
                let authority = authority.clone();
                Box::pin(async move {
                    let mut all = Purged::default();
                    for _ in 0..REHEARSED {
                        let step = authority.purge_in(tx, now).await?;
                        if step.rows == 0 {
                            return Err(Rehearsed::Counted(all, false));
                        }
                        all.add(step);
                    }
                    Err(Rehearsed::Counted(all, true))
                })
            })
            .await;
        let (mut purged, more) = match rehearsed {
            Err(Rehearsed::Counted(purged, more)) => (purged, more),
            Err(Rehearsed::Trouble(error)) => return Err(error.into()),
            Ok(()) => (Purged::default(), false),
        };
        let due = self.parts.store.read().await?.users_to_erase(now).await?.len();
        purged.note("users", u64::try_from(due).unwrap_or(u64::MAX));
        purged.note("backups", u64::try_from(self.parts.settings.backup.surplus(now).len()).unwrap_or(u64::MAX));
        Ok((purged, more))
    }

    async fn purge(&self, now: Timestamp) -> Result<Purged, StorageError> {
        let mut all = Purged::default();
        for _ in 0..STEPS {
            let step = self.purge_step(now).await?;
            if step.rows == 0 {
                break;
            }
            self.parts.metrics.removed(&step);
            all.add(step);
        }
        if all.rows > 0 {
            // Clients may be among what went.
            self.parts.known.forget();
        }
        Ok(all)
    }
}
