//! What a transaction promises, on both databases.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use storage::{AsStorageError, StorageError};

use crate::harness::{Fresh, Gate, commit, gave_up, is_constraint, is_unavailable, things::user};

/// A flow's own error.
#[derive(Debug)]
enum Flow {
    Refused,
    Storage(StorageError),
}

impl From<StorageError> for Flow {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl AsStorageError for Flow {
    fn storage_error(&self) -> Option<&StorageError> {
        match self {
            Self::Refused => None,
            Self::Storage(error) => Some(error),
        }
    }
}

#[tokio::test]
async fn a_refusal_undoes_and_a_recorded_refusal_does_not() {
    let db = Fresh::new().await;
    let (ada, bob) = (user("ada@example.com"), user("bob@example.com"));
    let undone: Result<(), Flow> = commit!(db.store, [ada], tx => {
        tx.insert_user(&ada).await?;
        Err(Flow::Refused)
    });
    assert!(matches!(undone, Err(Flow::Refused)));
    let recorded: Result<Result<(), &str>, Flow> = commit!(db.store, [bob], tx => {
        tx.insert_user(&bob).await?;
        Ok(Err("refused"))
    });
    assert_eq!(recorded.unwrap(), Err("refused"));
    let mut read = db.store.read().await.unwrap();
    assert!(read.user(ada.id).await.unwrap().is_none() && read.user(bob.id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_conflict_begins_anew_three_times() {
    let db = Fresh::new().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let always: Result<(), StorageError> = commit!(db.store, [runs], tx => {
        let _ = tx;
        runs.fetch_add(1, Ordering::SeqCst);
        Err(StorageError::Conflict("test"))
    });
    assert!(gave_up(&always));
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    let once: Result<usize, StorageError> = commit!(db.store, [runs], tx => {
        let _ = tx;
        match runs.fetch_add(1, Ordering::SeqCst) {
            3 => Err(StorageError::Conflict("test")),
            runs => Ok(runs),
        }
    });
    assert_eq!(once.unwrap(), 4);
}

#[tokio::test]
async fn a_transaction_sees_its_own_writes_and_nobody_else_does_before_the_commit() {
    let db = Fresh::new().await;
    let (ada, gate) = (user("ada@example.com"), Gate::new());
    let store = db.store.clone();
    let writing = tokio::spawn({
        let (ada, gate) = (ada.clone(), gate.clone());
        async move {
            commit!(store, [ada, gate], tx => {
                tx.insert_user(&ada).await?;
                assert!(tx.user(ada.id).await?.is_some());
                gate.pass().await;
                Ok::<_, StorageError>(())
            })
        }
    });
    gate.reached().await;
    assert!(db.store.read().await.unwrap().user(ada.id).await.unwrap().is_none());
    gate.open();
    writing.await.unwrap().unwrap();
    assert!(db.store.read().await.unwrap().user(ada.id).await.unwrap().is_some());
}

#[tokio::test]
async fn who_goes_away_cannot_cancel_half_a_transaction() {
    let db = Fresh::new().await;
    let (ada, bob, gate) = (user("ada@example.com"), user("bob@example.com"), Gate::new());
    let store = db.store.clone();
    let asking = tokio::spawn({
        let (ada, bob, gate) = (ada.clone(), bob.clone(), gate.clone());
        async move {
            commit!(store, [ada, bob, gate], tx => {
                tx.insert_user(&ada).await?;
                gate.pass().await;
                tx.insert_user(&bob).await
            })
        }
    });
    gate.reached().await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    gate.open();
    let mut found = false;
    for _ in 0..200 {
        found = db.store.read().await.unwrap().user(bob.id).await.unwrap().is_some();
        if found {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(found && db.store.read().await.unwrap().user(ada.id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_panic_is_unavailable_undone_and_forgotten() {
    let db = Fresh::new().await;
    let (ada, bob) = (user("ada@example.com"), user("bob@example.com"));
    let panicked: Result<(), StorageError> = commit!(db.store, [ada], tx => {
        tx.insert_user(&ada).await?;
        panic!("on purpose");
    });
    assert!(is_unavailable(&panicked));
    commit!(db.store, [bob], tx => tx.insert_user(&bob).await).unwrap();
    let mut read = db.store.read().await.unwrap();
    assert!(read.user(ada.id).await.unwrap().is_none() && read.user(bob.id).await.unwrap().is_some());
}

/// PostgreSQL answers the COMMIT of a transaction in which a statement failed with a quiet ROLLBACK.
#[tokio::test]
async fn a_failed_statement_cannot_be_passed_over() {
    let db = Fresh::new().await;
    let (ada, twin) = (user("ada@example.com"), user("ada@example.com"));
    let answered: Result<&str, StorageError> = commit!(db.store, [ada, twin], tx => {
        tx.insert_user(&ada).await?;
        assert!(is_constraint(&tx.insert_user(&twin).await));
        Ok("done")
    });
    assert!(is_unavailable(&answered), "never an Ok for what was not kept");
    assert_eq!(db.count("users").await, 0);
    let bob = user("bob@example.com");
    commit!(db.store, [bob], tx => tx.insert_user(&bob).await).unwrap();
}
