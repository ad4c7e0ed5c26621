//! The table of audit events.

use model::{AuditEvent, ClientId, Id};
use storage::{StorageError, TrailFilter, TrailOf};

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

#[tokio::test]
async fn from_where_somebody_else_acted_is_not_told_to_whom_it_concerns() {
    let db = Fresh::new().await;
    let (person, owner) = (Id::new(NOW), Id::new(at(1)));
    let by = |by: Option<Id<model::User>>, address: &str, second| AuditEvent {
        user_id: Some(person),
        by: by.map(|id| id.to_string()),
        address: Some(address.to_owned()),
        ..audit_event("member.changed", at(second))
    };
    let events = [by(None, "192.0.2.1", 1), by(Some(person), "192.0.2.2", 2), by(Some(owner), "198.51.100.9", 3)];
    let events = events.into_iter().chain([by(None, "203.0.113.5", 4).by_operator()]).collect::<Vec<_>>();
    commit!(db.store, [events], tx => {
        for event in &events {
            tx.insert_audit_event(event).await?;
        }
        Ok::<_, StorageError>(())
    })
    .unwrap();
    let mut read = db.store.read().await.unwrap();
    let addresses = [None, None, Some("192.0.2.2"), Some("192.0.2.1")].map(|one| one.map(str::to_owned));
    let told = read.recent_events_of(person).await.unwrap();
    assert_eq!(told.into_iter().map(|event| event.address).collect::<Vec<_>>(), addresses);
    let trail = read.trail(&TrailFilter::all(TrailOf::Person(person)), 10).await.unwrap();
    assert_eq!(trail.into_iter().map(|one| one.entry.address).collect::<Vec<_>>(), addresses);
    // The owner reads from where they acted themselves, and whoever runs the server all of it.
    let trail = read.trail(&TrailFilter::all(TrailOf::Person(owner)), 10).await.unwrap();
    assert_eq!(trail[0].entry.address.as_deref(), Some("198.51.100.9"));
    let trail = read.trail(&TrailFilter::all(TrailOf::Server), 10).await.unwrap();
    assert_eq!(trail.iter().filter(|one| one.entry.address.is_some()).count(), 4);
    let held = read.held_of(person).await.unwrap();
    assert!(!format!("{held:?}").contains("198.51.100.9"), "the download");
}
