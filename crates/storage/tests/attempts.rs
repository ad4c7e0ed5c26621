//! The table of attempts.

use std::time::Duration;

use storage::StorageError;

use crate::harness::{Fresh, NOW, at, at_once, commit};

const WINDOW: Duration = Duration::from_secs(60);

#[tokio::test]
async fn attempts_are_counted_in_fixed_windows() {
    let db = Fresh::new().await;
    let counts = commit!(db.store, [], tx => {
        let mut counts = Vec::new();
        for second in [0, 10, 59, 60, 61, 300] {
            counts.push(tx.count_attempt("ada", WINDOW, at(second)).await?);
        }
        counts.push(tx.count_attempt("bob", WINDOW, at(300)).await?);
        Ok::<_, StorageError>(counts)
    });
    assert_eq!(counts.unwrap(), [1, 2, 3, 1, 2, 1, 1], "a window begins with its first attempt and does not slide");
    assert_eq!(db.store.read().await.unwrap().attempts_since("ada").await.unwrap(), Some(at(300)));
    assert_eq!(db.store.read().await.unwrap().attempts_since("eve").await.unwrap(), None);
}

#[tokio::test]
async fn one_is_taken_back_and_all_are_forgotten() {
    let db = Fresh::new().await;
    let counts = commit!(db.store, [], tx => {
        for _ in 0..3 {
            tx.count_attempt("ada", WINDOW, NOW).await?;
        }
        tx.uncount_attempt("ada").await?;
        let taken_back = tx.count_attempt("ada", WINDOW, NOW).await?;
        tx.forget_attempts("ada").await?;
        tx.uncount_attempt("ada").await?;
        Ok::<_, StorageError>((taken_back, tx.count_attempt("ada", WINDOW, NOW).await?))
    });
    assert_eq!(counts.unwrap(), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_attempt_slips_through_beside_another() {
    let db = Fresh::new().await;
    let counted = at_once(&db.stores().await, 48, |store, _| async move {
        commit!(store, [], tx => tx.count_attempt("ada", WINDOW, NOW).await)
    })
    .await;
    let mut counts: Vec<u64> = counted.into_iter().map(Result::unwrap).collect();
    counts.sort_unstable();
    assert_eq!(counts, (1..=48).collect::<Vec<u64>>());
}
