//! The table of audit events.

use model::{AuditEvent, ClientId, Id};
use storage::StorageError;

use crate::harness::{Fresh, NOW, commit, things::audit_event};

#[tokio::test]
async fn an_entry_stands_or_falls_with_the_act() {
    let db = Fresh::new().await;
    let full = AuditEvent {
        user_id: Some(Id::new(NOW)),
        client_id: Some(ClientId::new("cli")),
        organization_id: Some(Id::new(NOW)),
        subject: Some("subject".to_owned()),
        address: Some("192.0.2.1".to_owned()),
        ..audit_event("grant.allowed", NOW)
    };
    commit!(db.store, [full], tx => tx.insert_audit_event(&full).await).unwrap();
    let undone: Result<(), StorageError> = commit!(db.store, [], tx => {
        tx.insert_audit_event(&audit_event("grant.allowed", NOW)).await?;
        Err(StorageError::Constraint("something else".to_owned()))
    });
    assert!(undone.is_err());
    assert_eq!(db.count("audit_events").await, 1);
    assert_eq!(
        db.count("audit_events WHERE action = 'grant.allowed' AND client_id = 'cli' AND address = '192.0.2.1'").await,
        1
    );
}
