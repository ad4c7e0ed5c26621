//! The table of families.

use model::Family;
use storage::{FamilyCondition, StorageError};

use crate::harness::{
    Fresh, NOW, at, commit, gave_up, is_constraint,
    things::{World, family, hash, revoke, stored, works},
};

fn rotated(family: &Family) -> Family {
    Family {
        generation: family.generation + 1,
        previous_hash: Some(family.head_hash.clone()),
        head_hash: hash(&format!("head {}", family.generation + 1)),
        answered_at: at(60),
        repeated_at: None,
        ..family.clone()
    }
}

#[tokio::test]
async fn a_family_is_read_back() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let full = Family {
        generation: 7,
        previous_hash: Some(hash("head 6")),
        head_seen_at: Some(at(1)),
        repeated_at: Some(at(2)),
        repeat_streak: 3,
        key_version: u16::MAX,
        ..family(&world.grant)
    };
    commit!(db.store, [full], tx => tx.insert_family(&full).await).unwrap();
    let found = stored(&db.store, &full).await;
    assert_eq!(format!("{found:?}"), format!("{full:?}"));
    assert_eq!((found.head_hash, found.previous_hash), (full.head_hash, full.previous_hash));
}

#[tokio::test]
async fn impossible_families_are_refused() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let sound = family(&world.grant);
    let wrong = [
        ("a predecessor in generation 1", Family { previous_hash: Some(hash("p")), ..sound.clone() }),
        ("no predecessor later", Family { generation: 2, ..sound.clone() }),
        (
            "its own predecessor",
            Family { generation: 2, previous_hash: Some(sound.head_hash.clone()), ..sound.clone() },
        ),
        ("generation 0", Family { generation: 0, ..sound.clone() }),
        ("no grant", Family { grant_id: model::Id::new(NOW), ..sound.clone() }),
    ];
    for (what, one) in wrong {
        assert!(is_constraint(&commit!(db.store, [one], tx => tx.insert_family(&one).await)), "{what}");
    }
    let sound = world.put_family(&db.store).await;
    for sql in ["revoked_at = 1", "repeat_streak = -1", "generation = 2"] {
        assert!(is_constraint(&db.statement(&format!("UPDATE families SET {sql}")).await), "{sql}");
    }
    assert!(stored(&db.store, &sound).await.revoked.is_none());
}

#[tokio::test]
async fn a_write_rests_on_the_generation_that_was_read() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let first = world.put_family(&db.store).await;
    let second = rotated(&first);
    commit!(db.store, [second], tx => tx.update_family(&second, FamilyCondition::Generation(1)).await).unwrap();
    assert!(gave_up(
        &commit!(db.store, [second], tx => tx.update_family(&second, FamilyCondition::Generation(1)).await)
    ));
    revoke(&db.store, &first).await.unwrap();
    let third = rotated(&second);
    assert!(
        gave_up(&commit!(db.store, [third], tx => tx.update_family(&third, FamilyCondition::Generation(2)).await)),
        "a family that has ended"
    );
    assert_eq!(stored(&db.store, &first).await.generation, 2);
}

#[tokio::test]
async fn a_recovery_rests_on_an_unseen_head_answered_then() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let first = world.put_family(&db.store).await;
    let second = rotated(&first);
    commit!(db.store, [second], tx => tx.update_family(&second, FamilyCondition::Generation(1)).await).unwrap();
    let recovered = Family { generation: 3, head_hash: hash("recovered"), answered_at: at(200), ..second.clone() };
    let unseen = |answered_at| FamilyCondition::Unseen { generation: 2, answered_at };
    let (early, right) = (unseen(at(59)), unseen(at(60)));
    assert!(
        gave_up(&commit!(db.store, [recovered], tx => tx.update_family(&recovered, early).await)),
        "answered again meanwhile"
    );
    commit!(db.store, [second], tx => tx.see_family(second.id, 2, at(100)).await).unwrap();
    assert!(
        gave_up(&commit!(db.store, [recovered], tx => tx.update_family(&recovered, right).await)),
        "seen meanwhile"
    );
    assert!(db.statement("UPDATE families SET head_seen_at = NULL").await.is_ok());
    commit!(db.store, [recovered], tx => tx.update_family(&recovered, right).await).unwrap();
    assert_eq!(stored(&db.store, &first).await.head_hash, hash("recovered"));
}

#[tokio::test]
async fn sight_is_noted_once_for_the_present_generation() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let noted = commit!(db.store, [family], tx => {
        let wrong = tx.see_family(family.id, 2, at(1)).await?;
        Ok::<_, StorageError>([wrong, tx.see_family(family.id, 1, at(2)).await?, tx.see_family(family.id, 1, at(3)).await?])
    });
    assert_eq!(noted.unwrap(), [false, true, false]);
    assert_eq!(stored(&db.store, &family).await.head_seen_at, Some(at(2)));
}

/// The same pair was handed out again by somebody who had read the row before the head was seen.
#[tokio::test]
async fn sight_outlasts_a_write_that_was_decided_before_it() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let first = world.put_family(&db.store).await;
    let second = rotated(&first);
    commit!(db.store, [second], tx => tx.update_family(&second, FamilyCondition::Generation(1)).await).unwrap();
    let again = Family { answered_at: at(70), repeated_at: Some(at(70)), repeat_streak: 1, ..second.clone() };
    commit!(db.store, [second], tx => tx.see_family(second.id, 2, at(65)).await).unwrap();
    commit!(db.store, [again], tx => tx.update_family(&again, FamilyCondition::Generation(2)).await).unwrap();
    let found = stored(&db.store, &first).await;
    assert_eq!((found.head_seen_at, found.answered_at), (Some(at(65)), at(70)));
    let third = rotated(&found);
    let third = Family { head_seen_at: None, ..third };
    commit!(db.store, [third], tx => tx.update_family(&third, FamilyCondition::Generation(2)).await).unwrap();
    assert_eq!(stored(&db.store, &first).await.head_seen_at, None, "a new head begins unseen");
}

#[tokio::test]
async fn an_end_is_final_and_takes_the_access_tokens() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    assert!(works(&db.store, &family, 1, at(1)).await);
    assert!(revoke(&db.store, &family).await.unwrap());
    assert!(!revoke(&db.store, &family).await.unwrap());
    assert!(!works(&db.store, &family, 1, at(1)).await);
    assert!(
        !commit!(db.store, [family], tx => tx.see_family(family.id, 1, at(1)).await).unwrap(),
        "nothing is seen of it"
    );
    let end = stored(&db.store, &family).await.revoked.unwrap();
    assert_eq!((end.at, end.reason.as_str()), (at(100), "revoked"));
}
