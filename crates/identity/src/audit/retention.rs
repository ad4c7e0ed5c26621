//! How long the trail is kept: whole seals go from its beginning, and a signed checkpoint stays; what it says of an organisation that
//! was deleted goes sooner.

use model::{AuditCheckpoint, ServerSecrets, Timestamp};
use storage::{Purged, StorageError, Tx};

use crate::RetentionSettings;

/// So many seals go in one transaction.
const SEALS: u32 = 4;

/// One step, in the transaction of the janitor's other steps; `holder` is this process.
pub(crate) async fn purge(
    tx: &mut Tx,
    (holder, secrets): (&str, &ServerSecrets),
    kept: RetentionSettings,
    now: Timestamp,
) -> Result<Purged, StorageError> {
    let mut purged = Purged::default();
    purged.note("audit_events", tx.purge_audit_of_removed(now.minus(kept.deleted_organizations)).await?);
    let by = now.minus(kept.audit);
    // Asked again under the lock: another process may have been here meanwhile.
    if tx.audit_seal_until(by, SEALS).await?.is_some()
        && tx.hold_audit_chain(holder, now).await?
        && let Some(last) = tx.audit_seal_until(by, SEALS).await?
    {
        let left = AuditCheckpoint::over(&last, now, secrets);
        purged.note("audit_events", tx.purge_audit_until(&left).await?);
    }
    Ok(purged)
}
