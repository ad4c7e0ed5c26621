//! The table of used assertions.

use crate::harness::{Fresh, at, at_once, commit};

#[tokio::test]
async fn an_assertion_is_used_once_for_each_issuer() {
    let db = Fresh::new().await;
    let used = commit!(db.store, [], tx => {
        let mut used = Vec::new();
        for (issuer, jti) in [("a", "1"), ("a", "1"), ("b", "1"), ("a", "2")] {
            used.push(tx.use_assertion(issuer, jti, at(60)).await?);
        }
        Ok::<_, storage::StorageError>(used)
    });
    assert_eq!(used.unwrap(), [true, false, true, true]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_is_the_first() {
    let db = Fresh::new().await;
    let used = at_once(&db.stores().await, 32, |store, _| async move {
        commit!(store, [], tx => tx.use_assertion("a", "1", at(60)).await)
    })
    .await;
    assert_eq!(used.iter().filter(|one| *one.as_ref().unwrap()).count(), 1);
}
