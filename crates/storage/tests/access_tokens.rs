//! The table of access tokens.

use model::{Family, Id};
use storage::{AccessToken, Behalf, FamilyCondition, StorageError};

use crate::harness::{
    Fresh, NOW, at, commit,
    things::{World, access_token, hash, own_token, scope, stored, works},
};

#[tokio::test]
async fn a_live_token_says_on_whose_behalf_it_acts() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let mut read = db.store.read().await.unwrap();
    let seen = read.live_access_token(family.id.cast(), 1, &hash("access 1"), at(899)).await.unwrap().unwrap();
    assert_eq!(
        (seen.token.scope, seen.token.family_id, seen.token.expires_at),
        (scope("issues:read"), Some(family.id), at(900))
    );
    let Behalf::Person { grant_id, user_id, kind, generation, head_seen, used_at } = seen.behalf else {
        panic!("a person's")
    };
    assert_eq!((grant_id, user_id, kind), (world.grant.id, world.user.id, world.grant.kind.clone()));
    assert_eq!((generation, head_seen, used_at), (1, false, None));
    assert!(
        read.live_access_token(family.id.cast(), 1, &hash("access 1"), at(900)).await.unwrap().is_none(),
        "expired"
    );
    assert!(
        read.live_access_token(family.id.cast(), 1, &hash("access 2"), at(1)).await.unwrap().is_none(),
        "another secret"
    );
    assert!(
        read.live_access_token(family.id.cast(), 2, &hash("access 1"), at(1)).await.unwrap().is_none(),
        "another generation"
    );
    assert!(
        read.live_access_token(family.id.cast(), 0, &hash("access 1"), at(1)).await.unwrap().is_none(),
        "not a client's own"
    );
    assert!(read.access_token(family.id.cast(), 1, &hash("access 1")).await.unwrap().is_some());
}

/// Between reading a token and noting its use, its generation may be superseded by a recovery, or its family ended.
#[tokio::test]
async fn what_was_superseded_meanwhile_was_not_used() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let token = access_token(&family, &world.resource);
    let see = async || commit!(db.store, [token], tx => tx.see_access_token(&token, at(1)).await).unwrap();
    assert!(see().await, "the first use");
    assert!(see().await, "and any other");
    let next = Family {
        generation: 2,
        previous_hash: Some(family.head_hash.clone()),
        head_hash: hash("head 2"),
        ..family.clone()
    };
    commit!(db.store, [next], tx => {
        tx.update_family(&next, FamilyCondition::Generation(1)).await?;
        tx.delete_access_tokens_of(next.id, 1).await
    })
    .unwrap();
    assert!(!see().await);
    let kept = stored(&db.store, &next).await;
    assert_eq!(kept.head_seen_at, None, "nothing was seen");
}

#[tokio::test]
async fn a_family_past_its_absolute_end_has_no_live_tokens() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    db.statement(&format!("UPDATE families SET absolute_expires_at = {}", at(10).as_micros())).await.unwrap();
    assert!(works(&db.store, &family, 1, at(9)).await);
    assert!(!works(&db.store, &family, 1, at(10)).await);
}

#[tokio::test]
async fn the_same_token_twice_is_one_and_generations_go_separately() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let of = |generation, secret: &str, expires| AccessToken {
        generation,
        hash: hash(secret),
        expires_at: at(expires),
        ..access_token(&family, &world.resource)
    };
    let tokens = [of(1, "access 1", 900), of(1, "narrowed", 950), of(2, "access 2", 990), of(3, "access 3", 990)];
    let expiries = commit!(db.store, [family, tokens], tx => {
        for one in &tokens {
            tx.insert_access_token(one).await?;
        }
        let expiries = [tx.access_expiry(family.id, 1).await?, tx.access_expiry(family.id, 4).await?];
        tx.delete_access_tokens_below(family.id, 2).await?;
        tx.delete_access_tokens_of(family.id, 3).await?;
        Ok::<_, StorageError>(expiries)
    });
    assert_eq!(expiries.unwrap(), [Some(at(950)), None]);
    assert_eq!(db.count("access_tokens").await, 1);
    assert!(works(&db.store, &family, 2, at(1)).await);
}

#[tokio::test]
async fn a_clients_own_token_lives_as_long_as_its_standing() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let (robot, token) = own_token(&world);
    let home = robot.home.unwrap();
    commit!(db.store, [robot], tx => tx.insert_client(&robot).await).unwrap();
    let version = db.store.read().await.unwrap().policy_version().await.unwrap();
    assert!(!db.store.issue_to_client(&robot, token.clone(), version - 1).await.unwrap(), "an old view of the client");
    assert!(db.store.issue_to_client(&robot, token.clone(), version).await.unwrap());
    let live =
        async || db.store.read().await.unwrap().live_access_token(token.id, 0, &token.hash, at(1)).await.unwrap();
    assert!(matches!(live().await.unwrap().behalf, Behalf::Client(of) if of == home));

    let (project, id) = (world.project.id, robot.id.clone());
    commit!(db.store, [project], tx => tx.set_project_disabled(project, Some(NOW)).await).unwrap();
    assert!(live().await.is_none(), "its project is disabled");
    let version = db.store.read().await.unwrap().policy_version().await.unwrap();
    assert!(
        !db.store.issue_to_client(&robot, AccessToken { id: Id::new(at(1)), ..token.clone() }, version).await.unwrap()
    );
    commit!(db.store, [project, id], tx => {
        tx.set_project_disabled(project, None).await?;
        tx.set_client_disabled(&id, Some(NOW)).await
    })
    .unwrap();
    assert!(live().await.is_none(), "it is disabled itself");
    commit!(db.store, [id, token], tx => {
        tx.set_client_disabled(&id, None).await?;
        tx.delete_access_token(token.id, &hash("other")).await
    })
    .unwrap();
    assert!(live().await.is_some());
    commit!(db.store, [token], tx => tx.delete_access_token(token.id, &token.hash).await).unwrap();
    assert!(live().await.is_none());
}

#[tokio::test]
async fn a_familys_token_is_not_deleted_as_if_it_stood_alone() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    commit!(db.store, [family], tx => tx.delete_access_token(family.id.cast(), &hash("access 1")).await).unwrap();
    assert!(works(&db.store, &family, 1, at(1)).await);
}
