//! Group commit: jobs that share a commit and what they owe one another. Only SQLite has it; the same promises hold on
//! PostgreSQL, where each job has a transaction of its own, so everything but the shared fate is checked there too.

use std::time::{Duration, Instant};

use model::User;
use storage::{StorageError, Store};
use tokio::task::JoinHandle;

use crate::harness::{Fresh, Gate, commit, is_constraint, is_unavailable, things::user};

type Asked = JoinHandle<Result<(), StorageError>>;

/// Holds the writer until the gate is opened, so that what is asked meanwhile becomes one batch.
async fn hold(store: &Store) -> (Gate, Asked) {
    let gate = Gate::new();
    let holding = tokio::spawn({
        let (store, gate) = (store.clone(), gate.clone());
        async move {
            commit!(store, [gate], tx => {
                let _ = tx;
                gate.pass().await;
                Ok::<_, StorageError>(())
            })
        }
    });
    gate.reached().await;
    (gate, holding)
}

/// Asks for a user to be added, and gives the question time to reach the queue.
async fn ask(store: &Store, one: &User) -> Asked {
    let (store, one) = (store.clone(), one.clone());
    let asked = tokio::spawn(async move { commit!(store, [one], tx => tx.insert_user(&one).await) });
    tokio::time::sleep(Duration::from_millis(20)).await;
    asked
}

async fn exists(store: &Store, one: &User) -> bool {
    store.read().await.unwrap().user(one.id).await.unwrap().is_some()
}

#[tokio::test]
async fn a_refused_job_does_not_harm_its_neighbours() {
    let db = Fresh::new().await;
    let (gate, holding) = hold(&db.store).await;
    let mut asked = Vec::new();
    for number in 0..12 {
        // Each third one takes its neighbour's address.
        let one = user(&format!("u{}@example.com", if number % 3 == 2 { number - 1 } else { number }));
        asked.push((ask(&db.store, &one).await, one));
    }
    gate.open();
    holding.await.unwrap().unwrap();
    for (number, (answer, one)) in asked.into_iter().enumerate() {
        let answer = answer.await.unwrap();
        assert_eq!(exists(&db.store, &one).await, answer.is_ok(), "number {number}");
        assert_eq!(is_constraint(&answer), number % 3 == 2, "number {number}: {answer:?}");
    }
}

#[tokio::test]
async fn a_refusals_answer_waits_for_the_commit_of_its_batch() {
    let db = Fresh::new().await;
    if db.is_postgres() {
        return;
    }
    let (gate, holding) = hold(&db.store).await;
    let first = ask(&db.store, &user("ada@example.com")).await;
    let refused = ask(&db.store, &user("ada@example.com")).await;
    let last = Gate::new();
    let slow = tokio::spawn({
        let (store, last) = (db.store.clone(), last.clone());
        async move {
            commit!(store, [last], tx => {
                let _ = tx;
                last.pass().await;
                Ok::<_, StorageError>(())
            })
        }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    gate.open();
    holding.await.unwrap().unwrap();
    last.reached().await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!first.is_finished() && !refused.is_finished(), "both were decided, neither is durable");
    last.open();
    slow.await.unwrap().unwrap();
    first.await.unwrap().unwrap();
    assert!(is_constraint(&refused.await.unwrap()));
}

#[tokio::test]
async fn a_refusal_that_rested_on_what_was_undone_is_not_told() {
    let db = Fresh::new().await;
    if db.is_postgres() {
        return;
    }
    let (gate, holding) = hold(&db.store).await;
    let (ada, twin) = (user("ada@example.com"), user("ada@example.com"));
    let first = ask(&db.store, &ada).await;
    let refused = ask(&db.store, &twin).await;
    let panicking = tokio::spawn({
        let store = db.store.clone();
        async move {
            let panicked: Result<(), StorageError> = commit!(store, [], tx => {
                let _ = tx;
                panic!("on purpose")
            });
            panicked
        }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    gate.open();
    holding.await.unwrap().unwrap();
    assert!(is_unavailable(&panicking.await.unwrap()));
    let (first, refused) = (first.await.unwrap(), refused.await.unwrap());
    assert_eq!(first.is_ok(), exists(&db.store, &ada).await);
    if first.is_err() {
        assert!(is_unavailable(&refused), "the address is free: {refused:?}");
    }
    ask(&db.store, &user("bob@example.com")).await.await.unwrap().unwrap();
}

#[tokio::test]
async fn neighbours_of_a_panic_are_told_the_truth_and_the_store_goes_on() {
    let db = Fresh::new().await;
    let (gate, holding) = hold(&db.store).await;
    let before: Vec<User> = (0..5).map(|number| user(&format!("before{number}@example.com"))).collect();
    let after: Vec<User> = (0..5).map(|number| user(&format!("after{number}@example.com"))).collect();
    let mut asked = Vec::new();
    for one in &before {
        asked.push((ask(&db.store, one).await, one));
    }
    let mad = user("mad@example.com");
    let panicking = tokio::spawn({
        let (store, mad) = (db.store.clone(), mad.clone());
        async move {
            let panicked: Result<(), StorageError> = commit!(store, [mad], tx => {
                tx.insert_user(&mad).await?;
                panic!("on purpose")
            });
            panicked
        }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    for one in &after {
        asked.push((ask(&db.store, one).await, one));
    }
    gate.open();
    holding.await.unwrap().unwrap();
    assert!(is_unavailable(&panicking.await.unwrap()));
    assert!(!exists(&db.store, &mad).await);
    for (answer, one) in asked {
        let answer = answer.await.unwrap();
        assert!(answer.is_ok() || is_unavailable(&answer));
        assert_eq!(exists(&db.store, one).await, answer.is_ok());
    }
    ask(&db.store, &mad).await.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_locked_database_is_unavailable_within_seconds_and_works_again() {
    let db = Fresh::new().await;
    let mut raw = db.raw().await;
    let lock = if db.is_postgres() { "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE" } else { "BEGIN EXCLUSIVE" };
    sqlx::raw_sql(lock).execute(&mut raw).await.unwrap();
    let (ada, begun) = (user("ada@example.com"), Instant::now());
    let refused = ask(&db.store, &ada).await.await.unwrap();
    assert!(is_unavailable(&refused), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    sqlx::raw_sql("ROLLBACK").execute(&mut raw).await.unwrap();
    ask(&db.store, &ada).await.await.unwrap().unwrap();
    assert!(exists(&db.store, &ada).await);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_begun() {
    let db = Fresh::new().await;
    if db.is_postgres() {
        return;
    }
    let (gate, holding) = hold(&db.store).await;
    let (gone, stays) = (user("gone@example.com"), user("stays@example.com"));
    let leaving = ask(&db.store, &gone).await;
    let staying = ask(&db.store, &stays).await;
    leaving.abort();
    drop(leaving.await);
    gate.open();
    holding.await.unwrap().unwrap();
    staying.await.unwrap().unwrap();
    assert!(!exists(&db.store, &gone).await);
}

#[tokio::test]
async fn closing_finishes_what_waits() {
    let db = Fresh::new().await;
    let (gate, holding) = hold(&db.store).await;
    let ada = user("ada@example.com");
    let asked = ask(&db.store, &ada).await;
    let closing = tokio::spawn({
        let store = db.store.clone();
        async move { store.close().await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    gate.open();
    holding.await.unwrap().unwrap();
    asked.await.unwrap().unwrap();
    closing.await.unwrap();
    let db = db.reopen().await;
    assert!(exists(&db.store, &ada).await);
}
