//! The sealer: puts whatever was committed under the next seal, within a second, one process at a time (decision 0043). It writes
//! a few statements for some hundred entries, in a transaction of its own; whoever acts waits for nothing of it.
//!
//! It goes on only behind a seal that the server's secret signed, so that whatever stands under a signature was sound when it was
//! made. Its first act is a seal under the current version of the secret, if the last one is under an older one.

use std::time::Duration;

use model::{AuditSeal, Timestamp, audit_chain::GENESIS};
use storage::{SEALED, StorageError};

use crate::{Authority, Error};

/// How often it looks: one statement, on a reader.
const LOOK: Duration = Duration::from_millis(500);
/// How long nobody else seals. A holder that is gone is succeeded within this time.
const LEASE: Duration = Duration::from_secs(2);
/// How often the log is told how far the chain has come.
const TOLD: Duration = Duration::from_secs(3600);
/// Trouble is not asked again at once.
const AFTER_TROUBLE: Duration = Duration::from_secs(5);

impl Authority {
    /// Seals until `stop` is ready, then what still waits. Trouble is logged, and what waits is sealed later.
    pub async fn sealer(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let (mut pause, mut told) = (LOOK, None);
        if let Err(error) = self.seal_some(self.now()).await {
            tracing::warn!(%error, "the audit trail waits for its seal");
        }
        loop {
            let is_last = tokio::select! {
                () = &mut stop => true,
                () = tokio::time::sleep(pause) => false,
            };
            let now = self.now();
            pause = match self.seal_and_tell(now, is_last, &mut told).await {
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::warn!(%error, "the audit trail waits for its seal");
                    AFTER_TROUBLE
                }
            };
            if is_last {
                return;
            }
        }
    }

    /// Whoever keeps the log elsewhere can hold a later chain against the heads that it told of.
    async fn seal_and_tell(
        &self,
        now: Timestamp,
        is_last: bool,
        told: &mut Option<(u64, Timestamp)>,
    ) -> Result<(), Error> {
        self.seal_entries(now).await?;
        if !is_last && told.is_some_and(|(_, at)| now.since(at) < TOLD) {
            return Ok(());
        }
        let mut read = self.parts.store.read().await?;
        let number = read.audit_chain().await?.position;
        if let Some(head) = read.audit_seals_from(number, 1).await?.first()
            && told.is_none_or(|(number, _)| number < head.number)
        {
            tracing::info!(head = format!("{}.{}", head.number, head.link), "the audit trail is sealed");
        }
        *told = Some((number, now));
        Ok(())
    }

    /// Seals what waits, if it is this process's turn. How many entries got their seal.
    ///
    /// # Errors
    /// Trouble of the database; what was sealed until then is sealed.
    pub async fn seal_entries(&self, now: Timestamp) -> Result<u64, Error> {
        let mut sealed = 0;
        loop {
            let chain = self.parts.store.read().await?.audit_chain().await?;
            let is_ours = chain.holder.as_deref() == Some(self.parts.feed.holder()) || chain.leased_until <= now;
            if !chain.waits || !is_ours {
                return Ok(sealed);
            }
            let some = self.seal_some(now).await?;
            self.parts.metrics.entries_sealed.inc_by(some);
            sealed += some;
            if some == 0 {
                return Ok(sealed);
            }
        }
    }

    async fn seal_some(&self, now: Timestamp) -> Result<u64, StorageError> {
        let (holder, secrets) = (self.parts.feed.holder().to_owned(), self.parts.secrets.clone());
        self.parts
            .store
            .transaction(move |tx| {
                let (holder, secrets) = (holder.clone(), secrets.clone());
                Box::pin(async move {
                    let Some(taken) = tx.take_unsealed(&holder, now, now.plus(LEASE)).await? else { return Ok(0) };
                    let previous = taken.previous.as_ref();
                    if previous.is_some_and(|seal| seal.is_signed(&secrets) != Some(true)) {
                        return Err(StorageError::Corrupt { table: "audit_seals", id: (taken.number - 1).to_string() });
                    }
                    let is_new_version = previous.is_some_and(|seal| seal.key_version != secrets.current());
                    if taken.entries.is_empty() && !is_new_version {
                        return Ok(0);
                    }
                    let many = u64::try_from(taken.entries.len()).unwrap_or(u64::MAX);
                    let last = taken.entries.iter().map(|entry| entry.at).max();
                    // Of a full seal only what is older than its last entry is known to be complete.
                    let complete = if many < u64::from(SEALED) { now } else { last.unwrap_or(now).min(now) };
                    let behind = (taken.number, previous.map_or(GENESIS, |seal| seal.link.as_str()));
                    tx.insert_audit_seal(&AuditSeal::over(behind, &taken.entries, complete, &secrets)).await?;
                    Ok(many)
                })
            })
            .await
    }
}
