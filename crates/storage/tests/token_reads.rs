//! Tokens that are asked for at the same time are read together, and each asker is told of its own.

use futures_util::future::join_all;
use model::Family;
use storage::{AccessToken, Behalf, Store};

use crate::harness::{
    Fresh, at, commit,
    things::{World, access_token, family, hash, own_token, revoke},
};

/// Families of one grant, each with a token of its own secret.
async fn put_families(store: &Store, world: &World, many: usize) -> Vec<(Family, AccessToken)> {
    let families: Vec<_> = (0..many)
        .map(|number| {
            let family = family(&world.grant);
            let token =
                AccessToken { hash: hash(&format!("access of {number}")), ..access_token(&family, &world.resource) };
            (family, token)
        })
        .collect();
    commit!(store, [families], tx => {
        for (family, token) in &families {
            tx.insert_family(family).await?;
            tx.insert_access_token(token).await?;
        }
        Ok::<_, storage::StorageError>(())
    })
    .unwrap();
    families
}

async fn put_clients_own(store: &Store, world: &World) -> AccessToken {
    let (robot, token) = own_token(world);
    commit!(store, [robot], tx => tx.insert_client(&robot).await).unwrap();
    let version = store.read().await.unwrap().policy_version().await.unwrap();
    assert!(store.issue_to_client(&robot, token.clone(), version).await.unwrap());
    token
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_who_ask_at_once_is_told_of_its_own() {
    let db = Fresh::reading_each_token().await;
    let world = World::put(&db.store).await;
    let families = put_families(&db.store, &world, 60).await;
    let own = put_clients_own(&db.store, &world).await;
    revoke(&db.store, &families[7].0).await.unwrap();
    for round in 0..5 {
        let asked = families.iter().enumerate().map(|(number, (family, token))| {
            let (store, own) = (&db.store, &own);
            async move {
                let seen = store.live_access_token(token.id, 1, &token.hash, at(round)).await.unwrap();
                match seen {
                    Some(seen) => assert!(number != 7 && seen.token.family_id == Some(family.id)),
                    None => assert_eq!(number, 7, "only that one was ended"),
                }
                let other = store.live_access_token(token.id, 1, &hash("another"), at(round)).await.unwrap();
                assert!(other.is_none(), "another secret");
                let own = store.live_access_token(own.id, 0, &own.hash, at(round)).await.unwrap().unwrap();
                assert!(matches!(own.behalf, Behalf::Client(_)));
            }
        });
        join_all(asked).await;
    }
}

/// Who gives up waiting leaves nobody else waiting.
#[tokio::test]
async fn those_who_go_away_do_not_hold_up_the_others() {
    let db = Fresh::reading_each_token().await;
    let world = World::put(&db.store).await;
    let families = put_families(&db.store, &world, 40).await;
    for _ in 0..20 {
        let waiting =
            join_all(families.iter().map(|(_, token)| db.store.live_access_token(token.id, 1, &token.hash, at(1))));
        // Begun, and dropped at its first wait.
        assert!(futures_util::FutureExt::now_or_never(waiting).is_none());
        let (_, token) = &families[3];
        let answer = db.store.live_access_token(token.id, 1, &token.hash, at(1));
        let answer = tokio::time::timeout(std::time::Duration::from_secs(20), answer).await.expect("an answer");
        assert!(answer.unwrap().is_some());
    }
}

/// A runtime that ends takes the command along that it had begun; the next asker begins another.
#[test]
fn a_command_that_is_cut_off_is_not_waited_for() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lasting = runtime();
    lasting.block_on(async {
        let db = Fresh::reading_each_token().await;
        let world = World::put(&db.store).await;
        let family = world.put_family(&db.store).await;
        for _ in 0..20 {
            let (store, id, secret) = (db.store.clone(), family.id, hash("access 1"));
            let asked = std::thread::spawn(move || {
                runtime().block_on(async {
                    let asking = store.live_access_token(id.cast(), 1, &secret, at(1));
                    drop(tokio::time::timeout(std::time::Duration::ZERO, asking).await);
                });
            });
            asked.join().unwrap();
            let secret = hash("access 1");
            let asking = db.store.live_access_token(family.id.cast(), 1, &secret, at(1));
            let answer = tokio::time::timeout(std::time::Duration::from_secs(20), asking).await.expect("an answer");
            assert!(answer.unwrap().is_some());
        }
    });
}
