//! The one order in which events are told.

use std::{sync::Arc, time::Duration};

use model::{AuditEvent, Event, EventKind};
use storage::{StorageError, Store};

use crate::harness::{
    Fresh, Gate, NOW, at, at_once, commit,
    things::{World, audit_event},
};

async fn write(store: &Store, action: &'static str) {
    commit!(store, [], tx => tx.insert_audit_event(&audit_event(action, NOW)).await).unwrap();
}

async fn place(store: &Store, holder: &'static str, seconds: u64) -> Result<Option<u64>, StorageError> {
    commit!(store, [], tx => tx.place_events(holder, at(seconds), at(seconds + 5)).await)
}

async fn told(store: &Store, after: u64) -> Vec<Event> {
    store.read().await.unwrap().events_after(after, 1000).await.unwrap()
}

fn places(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.position).collect()
}

#[tokio::test]
async fn only_what_is_others_business_gets_a_place_and_only_once() {
    let db = Fresh::new().await;
    for action in ["grant.allowed", "session.started", "grant.revoked", "grant.used"] {
        write(&db.store, action).await;
    }
    assert!(db.store.read().await.unwrap().feed().await.unwrap().waits);
    assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(2));
    assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(0));
    let events = told(&db.store, 0).await;
    assert_eq!(places(&events), [1, 2]);
    assert!(events.iter().any(|event| event.is(EventKind::GrantCreated)));
    assert_eq!(places(&told(&db.store, 1).await), [2]);
    let feed = db.store.read().await.unwrap().feed().await.unwrap();
    assert_eq!((feed.position, feed.forgotten, feed.waits), (2, 0, false));
}

#[tokio::test]
async fn one_holder_gives_places_until_its_lease_is_over() {
    let db = Fresh::new().await;
    write(&db.store, "user.disabled").await;
    assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(1));
    write(&db.store, "user.disabled").await;
    assert_eq!(place(&db.store, "other", 4).await.unwrap(), None, "it is another's");
    assert_eq!(place(&db.store, "one", 4).await.unwrap(), Some(1), "its own");
    write(&db.store, "user.disabled").await;
    assert_eq!(place(&db.store, "other", 9).await.unwrap(), Some(1), "nobody's any more");
    assert_eq!(place(&db.store, "one", 10).await.unwrap(), None);
    assert_eq!(places(&told(&db.store, 0).await), [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_commits_late_is_told_late_and_never_passed_over() {
    let db = Fresh::new().await;
    if !db.is_postgres() {
        // One writer: nothing commits beside anything else.
        return;
    }
    let gate = Gate::new();
    let late = {
        let (store, gate) = (db.store.clone(), gate.clone());
        tokio::spawn(async move {
            commit!(store, [gate], tx => {
                tx.insert_audit_event(&audit_event("user.disabled", NOW)).await?;
                gate.pass().await;
                Ok::<_, StorageError>(())
            })
        })
    };
    gate.reached().await;
    write(&db.store, "key.revoked").await;
    assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(1));
    assert!(told(&db.store, 0).await[0].is(EventKind::KeyRevoked));
    gate.open();
    late.await.unwrap().unwrap();
    assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(1));
    let events = told(&db.store, 1).await;
    assert_eq!((places(&events), events[0].is(EventKind::UserDisabled)), (vec![2], true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_write_and_many_who_place_comes_one_order_without_gaps() {
    let db = Fresh::new().await;
    let stores = db.stores().await;
    let writing = at_once(&stores, 200, |store, number| async move {
        if number % 10 == 0 {
            // Whoever places wants the lease of the others again and again.
            let holder = if number % 20 == 0 { "one" } else { "other" };
            let _ = place(&store, holder, 10 * number as u64).await.unwrap();
        }
        write(&store, "grant.revoked").await;
    });
    assert_eq!(writing.await.len(), 200);
    while place(&db.store, "last", 100_000).await.unwrap() != Some(0) {}
    let events = told(&db.store, 0).await;
    assert_eq!(places(&events), (1..=200).collect::<Vec<u64>>());
}

#[tokio::test]
async fn an_act_that_is_undone_announces_nothing_and_one_that_stands_does() {
    let db = Fresh::new().await;
    let undone: Result<(), StorageError> = commit!(db.store, [], tx => {
        tx.insert_audit_event(&audit_event("grant.revoked", NOW)).await?;
        Err(StorageError::Constraint("something else".to_owned()))
    });
    assert!(undone.is_err());
    write(&db.store, "session.started").await;
    let silence = tokio::time::timeout(Duration::from_millis(50), db.store.announced()).await;
    assert!(silence.is_err(), "nobody is woken for nothing");
    write(&db.store, "grant.revoked").await;
    tokio::time::timeout(Duration::from_secs(20), db.store.announced()).await.expect("whoever tells is woken");
}

#[tokio::test]
async fn an_event_says_whom_it_is_about() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let event = AuditEvent::of_grant("grant.revoked", &world.grant, NOW);
    commit!(db.store, [event], tx => tx.insert_audit_event(&event).await).unwrap();
    assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(1));
    let events = told(&db.store, 0).await;
    let event = &events[0];
    assert_eq!(event.grant_id, Some(world.grant.id));
    assert_eq!(event.subject, Some(world.user.id.to_string()));
    assert_eq!((event.project_id, event.organization_id), (Some(world.project.id), Some(world.organization.id)));
    assert_eq!(event.resource_id.as_ref(), Some(&world.resource.id));
    let resources = db.store.read().await.unwrap().resources_of(world.user.id).await.unwrap();
    assert_eq!(resources, [world.resource.id]);
}

#[tokio::test]
async fn every_grant_that_goes_with_something_else_is_told() {
    for what in ["client", "project", "resource"] {
        let db = Fresh::new().await;
        let world = Arc::new(World::put(&db.store).await);
        commit!(db.store, [world], tx => match what {
            "client" => tx.delete_client(&world.client.id, NOW).await,
            "project" => tx.delete_project(&world.project, NOW).await,
            _ => tx.delete_resource(&world.resource.id, NOW).await,
        })
        .unwrap();
        assert_eq!(place(&db.store, "one", 0).await.unwrap(), Some(1), "{what}");
        let events = told(&db.store, 0).await;
        assert!(events[0].is(EventKind::GrantRevoked) && events[0].grant_id == Some(world.grant.id), "{what}");
    }
}

#[tokio::test]
async fn what_is_forgotten_is_told_no_more_and_stays_in_the_trail() {
    let db = Fresh::new().await;
    for seconds in [0, 10, 20] {
        commit!(db.store, [], tx => tx.insert_audit_event(&audit_event("key.created", at(seconds))).await).unwrap();
    }
    assert_eq!(place(&db.store, "one", 30).await.unwrap(), Some(3));
    for _ in 0..2 {
        commit!(db.store, [], tx => tx.forget_events(at(10)).await).unwrap();
        assert_eq!(db.store.read().await.unwrap().feed().await.unwrap().forgotten, 2);
    }
    assert_eq!(db.count("audit_events").await, 3);
}
