//! API keys: kept as they were made, good only while what they rest on is in force, and counted across stores.

use model::{ApiKey, Id, KeyCap, KeyCaps, KeyPermit, KeySecret, Timestamp};
use storage::{CountedSpans, KeyUse, Lease, StorageError, Store};

use crate::harness::{
    Fresh, NOW, at, at_once, commit,
    things::{World, hash, membership, scope},
};

/// A key of this person's over this project.
pub fn key(world: &World) -> ApiKey {
    ApiKey {
        id: Id::new(NOW),
        user_id: Some(world.user.id),
        organization_id: world.organization.id,
        project_id: world.project.id,
        name: "ci".to_owned(),
        permits: vec![KeyPermit { resource_id: world.resource.id.clone(), scope: scope("issues:read") }],
        addresses: vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        caps: KeyCaps { minute: KeyCap::Uses(60), month: KeyCap::Unlimited },
        secret: KeySecret { hash: hash("one"), last_four: "1111".to_owned() },
        previous: None,
        created_at: NOW,
        issued_at: NOW,
        expires_at: at(1000),
        revoked: None,
    }
}

async fn put(store: &Store, world: &World) -> ApiKey {
    let key = key(world);
    commit!(store, [key], tx => tx.insert_api_key(&key).await).unwrap();
    key
}

async fn is_live(store: &Store, key: &ApiKey, now: Timestamp) -> bool {
    store.live_api_key(key.id, now).await.unwrap().is_some()
}

#[tokio::test]
async fn a_key_is_kept_as_it_was_made() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let key = put(&db.store, &world).await;
    let kept = db.store.read().await.unwrap().api_key(key.id).await.unwrap().unwrap();
    assert_eq!(format!("{kept:?}"), format!("{key:?}"));
    assert_eq!(kept.secret.hash, key.secret.hash);
    let own =
        ApiKey { id: Id::new(NOW), user_id: None, caps: KeyCaps::default(), addresses: Vec::new(), ..key.clone() };
    commit!(db.store, [own], tx => tx.insert_api_key(&own).await).unwrap();
    let kept = db.store.read().await.unwrap().api_key(own.id).await.unwrap().unwrap();
    assert_eq!(format!("{kept:?}"), format!("{own:?}"));
    let over = db.store.read().await.unwrap().api_keys_over(world.project.id, NOW).await.unwrap();
    assert_eq!(over.len(), 2);
    let of = db.store.read().await.unwrap().live_api_keys_of(world.user.id).await.unwrap();
    assert_eq!(of.iter().map(|one| one.id).collect::<Vec<_>>(), [key.id]);
    assert!(is_live(&db.store, &own, at(1)).await);
}

#[tokio::test]
async fn a_key_lives_no_longer_than_what_it_rests_on() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let key = put(&db.store, &world).await;
    assert!(is_live(&db.store, &key, at(999)).await && !is_live(&db.store, &key, at(1000)).await);
    let (user, organization, project) = (world.user.id, world.organization.id, world.project.id);
    for off in [Some(NOW), None] {
        let live = off.is_none();
        commit!(db.store, [], tx => tx.set_user_disabled(user, off).await).unwrap();
        assert_eq!(is_live(&db.store, &key, at(1)).await, live, "the person");
        commit!(db.store, [], tx => tx.set_user_disabled(user, None).await).unwrap();
        commit!(db.store, [], tx => tx.set_organization_disabled(organization, off).await).unwrap();
        assert_eq!(is_live(&db.store, &key, at(1)).await, live, "the organisation");
        commit!(db.store, [], tx => tx.set_organization_disabled(organization, None).await).unwrap();
        commit!(db.store, [], tx => tx.set_project_disabled(project, off).await).unwrap();
        assert_eq!(is_live(&db.store, &key, at(1)).await, live, "the project");
        commit!(db.store, [], tx => tx.set_project_disabled(project, None).await).unwrap();
    }
    commit!(db.store, [], tx => tx.delete_membership(organization, user).await).unwrap();
    assert!(!is_live(&db.store, &key, at(1)).await, "the membership");
    commit!(db.store, [world], tx => tx.put_membership(&membership(&world.organization, &world.user)).await).unwrap();
    assert!(is_live(&db.store, &key, at(1)).await);
    let id = key.id;
    assert!(commit!(db.store, [], tx => tx.revoke_api_key(id, "revoked", at(2)).await).unwrap());
    assert!(!is_live(&db.store, &key, at(3)).await);
    assert!(!commit!(db.store, [], tx => tx.revoke_api_key(id, "again", at(4)).await).unwrap());
    let kept = db.store.read().await.unwrap().api_key(id).await.unwrap().unwrap();
    assert_eq!(kept.revoked.unwrap().reason, "revoked");
}

#[tokio::test]
async fn of_two_rotations_at_once_one_finds_another_text() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let key = put(&db.store, &world).await;
    let rotate = |text: &'static str| {
        let key = key.clone();
        let next = KeySecret { hash: hash(text), last_four: text.to_owned() };
        let store = db.store.clone();
        async move { commit!(store, [key, next], tx => tx.rotate_api_key(&key, &next, at(60), at(2000), at(10)).await) }
    };
    let (two, three) = tokio::join!(rotate("two2"), rotate("thre"));
    assert!(two.is_ok() != three.is_ok(), "{two:?} {three:?}");
    let kept = db.store.live_api_key(key.id, at(11)).await.unwrap().unwrap();
    assert_eq!(kept.previous.as_ref().unwrap().secret, key.secret);
    assert!(kept.is_good(&hash("one"), at(59)) && !kept.is_good(&hash("one"), at(60)));
    assert_eq!((kept.issued_at, kept.expires_at), (at(10), at(2000)));
}

#[tokio::test]
async fn what_is_gone_takes_its_keys_along() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    put(&db.store, &world).await;
    commit!(db.store, [world], tx => tx.delete_resource(&world.resource.id, at(1)).await).unwrap();
    assert_eq!((db.count("api_keys").await, db.count("api_key_scopes").await), (1, 0));
    commit!(db.store, [world], tx => tx.delete_project(&world.project, at(1)).await).unwrap();
    assert_eq!((db.count("api_keys").await, db.count("api_key_counts").await), (0, 0));

    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    put(&db.store, &world).await;
    commit!(db.store, [world], tx => tx.delete_user(world.user.id).await).unwrap();
    assert_eq!(db.count("api_keys").await, 0);
}

fn spans(minute: u64) -> CountedSpans {
    CountedSpans { minute: at(minute * 60), month: NOW.month().0 }
}

#[tokio::test]
async fn blocks_are_put_aside_while_both_caps_have_room() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let id = put(&db.store, &world).await.id;
    let lease = |uses, minute, caps| {
        let lease = Lease { key_id: id, uses, spans: spans(minute), caps };
        let store = db.store.clone();
        async move { commit!(store, [lease], tx => tx.lease_api_key(&lease).await).unwrap() }
    };
    let first = lease(7, 0, (10, 20)).await.unwrap();
    assert_eq!((first.minute, first.month), (7, 7));
    assert!(lease(4, 0, (10, 20)).await.is_none(), "11 of 10 in the minute");
    assert_eq!(lease(3, 0, (10, 20)).await.unwrap().minute, 10);
    let next = lease(10, 1, (10, 20)).await.unwrap();
    assert_eq!((next.minute, next.month), (10, 20));
    assert!(lease(1, 2, (10, 20)).await.is_none(), "21 of 20 in the month");
    assert!(lease(1, 0, (20, 30)).await.is_some(), "a clock that lags counts in the minute that there is");
    let back = KeyUse { key_id: id, used_at: None, used_address: None, unneeded: Some((5, spans(1))) };
    commit!(db.store, [back], tx => tx.note_api_key_uses(std::slice::from_ref(&back)).await).unwrap();
    let counts = db.store.read().await.unwrap().api_key_counts(id).await.unwrap().unwrap();
    assert_eq!((counts.minute, counts.month, counts.spans), (6, 16, spans(1)));
    let late = KeyUse { unneeded: Some((5, spans(0))), ..back };
    commit!(db.store, [late], tx => tx.note_api_key_uses(std::slice::from_ref(&late)).await).unwrap();
    let counts = db.store.read().await.unwrap().api_key_counts(id).await.unwrap().unwrap();
    assert_eq!((counts.minute, counts.month), (6, 11), "its minute is over, its month is not");
}

#[tokio::test]
async fn no_two_put_the_same_use_aside() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let id = put(&db.store, &world).await.id;
    let leased: Vec<Result<bool, StorageError>> = at_once(&db.stores().await, 100, |store, _| async move {
        let lease = Lease { key_id: id, uses: 3, spans: spans(0), caps: (100, 1000) };
        commit!(store, [lease], tx => tx.lease_api_key(&lease).await).map(|counts| counts.is_some())
    })
    .await;
    let given = leased.into_iter().filter(|one| *one.as_ref().unwrap()).count();
    assert_eq!(given, 33, "99 of 100");
    let counts = db.store.read().await.unwrap().api_key_counts(id).await.unwrap().unwrap();
    assert_eq!((counts.minute, counts.month), (99, 99));
}

#[tokio::test]
async fn last_uses_only_move_on() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let id = put(&db.store, &world).await.id;
    let note = |seconds, address: Option<&str>| {
        let one =
            KeyUse { key_id: id, used_at: Some(at(seconds)), used_address: address.map(str::to_owned), unneeded: None };
        let store = db.store.clone();
        async move { commit!(store, [one], tx => tx.note_api_key_uses(std::slice::from_ref(&one)).await).unwrap() }
    };
    note(10, Some("192.0.2.1")).await;
    note(5, Some("192.0.2.2")).await;
    note(20, None).await;
    let counts = db.store.read().await.unwrap().api_key_counts(id).await.unwrap().unwrap();
    assert_eq!((counts.used_at, counts.used_address.as_deref()), (Some(at(20)), Some("192.0.2.1")));
}
