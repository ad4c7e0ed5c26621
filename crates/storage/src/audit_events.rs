//! The table of audit events. It is only ever appended to.

use model::{AuditEvent, Id, Timestamp, User};

use crate::{Read, StorageError, Tx, columns::Columns};

/// An entry as it is read back: by then its action may be one that this release does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEvent {
    /// When.
    pub at: Timestamp,
    /// What, as `area.act`.
    pub action: String,
    /// From which address.
    pub address: Option<String>,
}

impl Read {
    /// What happened to a person's account, newest first, 20 entries at the most.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn recent_events_of(&mut self, user_id: Id<User>) -> Result<Vec<PastEvent>, StorageError> {
        let sql = "SELECT id, at, action, address FROM audit_events WHERE user_id = $1 ORDER BY id DESC LIMIT 20";
        let rows = self.all(sql, [user_id.into()]).await?;
        let event = |row| {
            let columns = Columns::of(row, "audit_events");
            Ok(PastEvent {
                at: columns.time("at")?,
                action: columns.text("action")?,
                address: columns.optional_text("address")?,
            })
        };
        rows.iter().map(event).collect()
    }
}

impl Tx {
    /// Appends an entry; belongs into the transaction of the act.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_audit_event(&mut self, event: &AuditEvent) -> Result<(), StorageError> {
        self.run_one(
            "audit event",
            "INSERT INTO audit_events (id, at, action, user_id, client_id, organization_id, subject, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                Id::<AuditEvent>::new(event.at).into(),
                event.at.into(),
                event.action.into(),
                event.user_id.into(),
                event.client_id.as_ref().into(),
                event.organization_id.into(),
                event.subject.as_ref().into(),
                event.address.as_ref().into(),
            ],
        )
        .await
    }
}
