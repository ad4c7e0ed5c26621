//! The table of audit events. It is only ever appended to.

use model::{AuditEvent, Id};

use crate::{StorageError, Tx};

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
