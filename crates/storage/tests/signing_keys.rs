//! The table of signing keys.

use model::SigningKey;
use protocol::SigningAlgorithm;

use crate::harness::{Fresh, at, commit, gave_up};

fn key(id: &str, algorithm: SigningAlgorithm, second: u64) -> SigningKey {
    let sealed_private_key = "sealed".to_owned();
    SigningKey {
        id: id.to_owned(),
        algorithm,
        public_jwk: "{}".to_owned(),
        sealed_private_key,
        created_at: at(second),
        signing_at: at(second + 60),
        retired_at: None,
    }
}

#[tokio::test]
async fn a_new_key_retires_the_others_of_its_algorithm() {
    let db = Fresh::new().await;
    let keys = [
        key("a", SigningAlgorithm::ES256, 1),
        key("r", SigningAlgorithm::RS256, 2),
        key("b", SigningAlgorithm::ES256, 3),
    ];
    let versions = commit!(db.store, [keys], tx => {
        let before = tx.policy_version().await?;
        for one in &keys {
            tx.insert_signing_key(one).await?;
        }
        tx.retire_signing_keys(SigningAlgorithm::ES256, "b", at(63)).await?;
        // Said again later, it does not prolong.
        tx.retire_signing_keys(SigningAlgorithm::ES256, "b", at(99)).await?;
        Ok::<_, storage::StorageError>((before, tx.policy_version().await?))
    })
    .unwrap();
    let found = db.store.read().await.unwrap().signing_keys().await.unwrap();
    let retired: Vec<_> = found.iter().map(|one| (one.id.as_str(), one.retired_at)).collect();
    assert_eq!(retired, [("a", Some(at(63))), ("r", None), ("b", None)]);
    assert!(versions.1 > versions.0);
}

#[tokio::test]
async fn a_key_is_sealed_anew() {
    let db = Fresh::new().await;
    let one = key("a", SigningAlgorithm::EdDSA, 1);
    commit!(db.store, [one], tx => {
        tx.insert_signing_key(&one).await?;
        tx.reseal_signing_key("a", "sealed again").await
    })
    .unwrap();
    let found = db.store.read().await.unwrap().signing_keys().await.unwrap();
    assert_eq!((found[0].sealed_private_key.as_str(), found[0].algorithm), ("sealed again", SigningAlgorithm::EdDSA));
    assert!(gave_up(&commit!(db.store, [], tx => tx.reseal_signing_key("b", "x").await)));
}
