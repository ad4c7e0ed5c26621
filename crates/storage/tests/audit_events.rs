//! The table of audit events.

use model::{AuditEvent, ClientId, Id};
use storage::StorageError;

use crate::harness::{Fresh, NOW, at, commit, things::audit_event};

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

#[tokio::test]
async fn a_person_reads_what_happened_lately_and_no_answer_that_a_program_lost() {
    let db = Fresh::new().await;
    let person = Id::new(NOW);
    commit!(db.store, [person], tx => {
        for second in 0..30 {
            let noise = if second % 2 == 0 { "refresh.retried" } else { "refresh.recovered" };
            tx.insert_audit_event(&AuditEvent { user_id: Some(person), ..audit_event("session.started", at(second)) }).await?;
            tx.insert_audit_event(&AuditEvent { user_id: Some(person), ..audit_event(noise, at(second)) }).await?;
            tx.insert_audit_event(&audit_event("session.started", at(second))).await?;
        }
        Ok::<_, StorageError>(())
    })
    .unwrap();
    let told = db.store.read().await.unwrap().recent_events_of(person).await.unwrap();
    let expected: Vec<_> = (10..30).rev().map(|second| ("session.started".to_owned(), at(second))).collect();
    assert_eq!(told.into_iter().map(|event| (event.action, event.at)).collect::<Vec<_>>(), expected);
}
