//! Many at once: over one store, and on PostgreSQL over two stores on the same schema.

use model::{Family, Grant, Id};
use storage::{FamilyCondition, StorageError, Store};

use crate::harness::{
    Fresh, at, at_once, commit, gave_up, is_constraint,
    things::{World, hash, rotation, stored, works},
};

fn hits<T>(answers: &[Result<Option<T>, StorageError>]) -> usize {
    answers.iter().filter(|answer| answer.as_ref().unwrap().is_some()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_redemptions_of_one_code_one_succeeds() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let code = world.put_code(&db.store).await;
    let answers = at_once(&db.stores().await, 64, |store, _| {
        let redemption = world.redemption(&code);
        async move { store.redeem(redemption).await }
    })
    .await;
    assert_eq!(hits(&answers), 1);
    assert_eq!((db.count("families").await, db.count("access_tokens").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_rotations_of_one_head_one_succeeds() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let stores = db.stores().await;
    for round in 1..=5 {
        let now = stored(&db.store, &family).await;
        let answers = at_once(&stores, 64, |store, _| {
            let rotation = rotation(&now, round * 60);
            async move { store.rotate(rotation).await }
        })
        .await;
        assert_eq!(hits(&answers), 1, "round {round}");
        assert_eq!(stored(&db.store, &family).await.generation, round + 1);
        assert_eq!(db.count("access_tokens").await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_revoke_is_answered_no_token_works_whatever_rotated_beside_it() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let stores = db.stores().await;
    for round in 0..60 {
        let family = world.put_family(&db.store).await;
        let rotating = {
            let (store, rotation) = (stores[0].clone(), rotation(&family, 60));
            tokio::spawn(async move { store.rotate(rotation).await })
        };
        let revoking = {
            let (store, id) = (stores[stores.len() - 1].clone(), family.id);
            tokio::spawn(async move { commit!(store, [id], tx => tx.revoke_family(id, "revoked", at(61)).await) })
        };
        assert!(revoking.await.unwrap().unwrap());
        assert!(
            !works(&db.store, &family, 1, at(62)).await && !works(&db.store, &family, 2, at(62)).await,
            "round {round}"
        );
        rotating.await.unwrap().unwrap();
        assert!(
            !works(&db.store, &family, 1, at(62)).await && !works(&db.store, &family, 2, at(62)).await,
            "round {round}"
        );
        assert!(stored(&db.store, &family).await.revoked.is_some());
    }
    assert_eq!(db.count("access_tokens").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_a_grant_is_taken_back_no_redemption_beside_it_gives_a_token_that_works() {
    let db = Fresh::new().await;
    let stores = db.stores().await;
    let world = World::put(&db.store).await;
    for round in 0..40 {
        let grant = Grant { id: Id::new(at(round)), ..world.grant.clone() };
        let id = if round == 0 { world.grant.id } else { grant.id };
        if round > 0 {
            commit!(db.store, [grant], tx => tx.insert_grant(&grant).await).unwrap();
        }
        let world = World { grant: Grant { id, ..grant }, ..world.clone() };
        let code = world.put_code(&db.store).await;
        let redemption = world.redemption(&code);
        let family = Family { id: redemption.code.family_id, ..crate::harness::things::family(&world.grant) };
        let redeeming = {
            let store = stores[0].clone();
            tokio::spawn(async move { store.redeem(redemption).await })
        };
        let revoking = {
            let store = stores[stores.len() - 1].clone();
            tokio::spawn(async move { commit!(store, [id], tx => tx.revoke_grant(id, "disconnected", at(1)).await) })
        };
        assert!(revoking.await.unwrap().unwrap());
        assert!(!works(&db.store, &family, 1, at(2)).await, "round {round}");
        redeeming.await.unwrap().unwrap();
        assert!(!works(&db.store, &family, 1, at(2)).await, "round {round}");
        if let Some(left) = db.store.read().await.unwrap().family(family.id).await.unwrap() {
            assert!(db.store.rotate(rotation(&left, 60)).await.unwrap().is_none(), "round {round}");
            assert!(left.revoked.is_some(), "round {round}: a family that nobody can use lives on");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant_that_ends_with_its_last_family_leaves_none_behind() {
    let db = Fresh::new().await;
    let stores = db.stores().await;
    let world = World::put(&db.store).await;
    for round in 0..40 {
        let grant = Grant { id: if round == 0 { world.grant.id } else { Id::new(at(round)) }, ..world.grant.clone() };
        if round > 0 {
            commit!(db.store, [grant], tx => tx.insert_grant(&grant).await).unwrap();
        }
        let world = World { grant, ..world.clone() };
        let (last, code) = (world.put_family(&db.store).await, world.put_code(&db.store).await);
        let redemption = world.redemption(&code);
        let begun = redemption.code.family_id;
        let redeeming = {
            let store = stores[0].clone();
            tokio::spawn(async move { store.redeem(redemption).await })
        };
        let ending = {
            let store = stores[stores.len() - 1].clone();
            tokio::spawn(async move {
                commit!(store, [last], tx => {
                    tx.revoke_family(last.id, "revoked_by_client", at(1)).await?;
                    tx.revoke_grant_without_families(&last, "revoked_by_client", at(1)).await
                })
            })
        };
        let ended = ending.await.unwrap().unwrap();
        let redeemed = redeeming.await.unwrap().unwrap().is_some();
        assert_ne!(ended, redeemed, "round {round}: either the grant ended, or the code began another family");
        let family = db.store.read().await.unwrap().family(begun).await.unwrap();
        assert_eq!(family.is_some_and(|family| family.revoked.is_none()), redeemed, "round {round}");
        let id = world.grant.id;
        commit!(db.store, [id], tx => tx.revoke_grant(id, "disconnected", at(2)).await).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_inserts_of_one_grant_one_succeeds() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let answers = at_once(&db.stores().await, 64, |store, _| {
        let grant = world.identity_grant();
        async move { commit!(store, [grant], tx => tx.insert_grant(&grant).await) }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| answer.is_ok() || is_constraint(answer)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_recoveries_at_once_one_succeeds() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    db.store.rotate(rotation(&family, 60)).await.unwrap().unwrap();
    let unseen = stored(&db.store, &family).await;
    let answers = at_once(&db.stores().await, 16, |store, number| {
        let recovered = Family {
            generation: 3,
            head_hash: hash(&format!("recovered {number}")),
            answered_at: at(200),
            ..unseen.clone()
        };
        let condition = FamilyCondition::Unseen { generation: 2, answered_at: unseen.answered_at };
        async move { commit!(store, [recovered], tx => tx.update_family(&recovered, condition).await) }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| answer.is_ok() || gave_up(answer)));
    assert_eq!(stored(&db.store, &family).await.generation, 3);
}

/// FT-25: a recovery and the sight of what it would supersede never both succeed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sight_and_recovery_exclude_one_another() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let stores = db.stores().await;
    for round in 0..40 {
        let family = world.put_family(&db.store).await;
        db.store.rotate(rotation(&family, 60)).await.unwrap().unwrap();
        let unseen = stored(&db.store, &family).await;
        let recovered = Family { generation: 3, head_hash: hash("recovered"), answered_at: at(200), ..unseen.clone() };
        let condition = FamilyCondition::Unseen { generation: 2, answered_at: unseen.answered_at };
        let id = family.id;
        let recovering = {
            let store = stores[0].clone();
            tokio::spawn(
                async move { commit!(store, [recovered], tx => tx.update_family(&recovered, condition).await) },
            )
        };
        let seeing = {
            let store = stores[stores.len() - 1].clone();
            tokio::spawn(async move { commit!(store, [id], tx => tx.see_family(id, 2, at(199)).await) })
        };
        let (recovered, seen) = (recovering.await.unwrap().is_ok(), seeing.await.unwrap().unwrap());
        assert!(recovered != seen, "round {round}: recovered {recovered}, seen {seen}");
    }
}

/// Read, decide, write: no write is lost, whoever else does the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_write_that_was_answered_counts() {
    async fn advance(store: Store, id: Id<Family>) -> Result<(), StorageError> {
        commit!(store, [id], tx => {
            let family = tx.family(id).await?.ok_or(StorageError::Conflict("family"))?;
            let next = Family {
                generation: family.generation + 1,
                previous_hash: Some(family.head_hash.clone()),
                head_hash: hash(&format!("head {}", family.generation + 1)),
                ..family.clone()
            };
            tx.update_family(&next, FamilyCondition::Generation(family.generation)).await
        })
    }
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let answers = at_once(&db.stores().await, 48, |store, _| advance(store, family.id)).await;
    let succeeded = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(succeeded > 0 && answers.iter().all(|answer| answer.is_ok() || gave_up(answer)));
    assert_eq!(stored(&db.store, &family).await.generation, 1 + succeeded as u64);
}
