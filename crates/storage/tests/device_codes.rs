//! Device codes: entered once, spent once, and shown to their person for as long as what came of them lives.

use std::time::Duration;

use model::{Authorization, ClientId, DeviceCode, Id, Timestamp};
use protocol::{AuthorizationRequest, Params};
use storage::{StorageError, Store};

use crate::harness::{
    Fresh, NOW, at, at_once, commit, gave_up, is_constraint,
    things::{World, hash},
};

pub fn device_code(client: &str, user_code: &str) -> DeviceCode {
    let params = Params::parse("scope=issues:read").unwrap();
    DeviceCode {
        id: Id::new(NOW),
        client_id: ClientId::new(client),
        request: AuthorizationRequest::of_device(client.to_owned(), &params).unwrap(),
        device_hash: hash("device"),
        user_code_tag: hash(user_code),
        key_version: 1,
        address: "192.0.2.7".to_owned(),
        user_agent: "acme/1".to_owned(),
        created_at: NOW,
        expires_at: at(600),
        pace: Duration::from_secs(5),
        polled_at: None,
        authorization_id: None,
        ended_at: None,
        family_id: None,
    }
}

async fn put(store: &Store, one: &DeviceCode) -> Result<(), StorageError> {
    let one = one.clone();
    commit!(store, [one], tx => tx.insert_device_code(&one).await)
}

async fn claim(store: &Store, one: &DeviceCode, by: Id<Authorization>, now: Timestamp) -> bool {
    let id = one.id;
    commit!(store, [id, by, now], tx => tx.claim_device_code(id, by, now).await).unwrap()
}

async fn stored(store: &Store, one: &DeviceCode) -> DeviceCode {
    store.read().await.unwrap().device_code(one.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_device_code_is_read_back_and_found_by_what_its_person_types() {
    let db = Fresh::new().await;
    let one = device_code("app", "BCDFGHJK");
    put(&db.store, &one).await.unwrap();
    assert_eq!(format!("{:?}", stored(&db.store, &one).await), format!("{one:?}"));
    let mut read = db.store.read().await.unwrap();
    assert_eq!(read.device_code_by_tag(&hash("BCDFGHJK"), at(599)).await.unwrap().unwrap().id, one.id);
    assert!(read.device_code_by_tag(&hash("BCDFGHJK"), at(600)).await.unwrap().is_none(), "too late");
    assert!(read.device_code_by_tag(&hash("BCDFGHJL"), NOW).await.unwrap().is_none());
    drop(read);
    assert!(is_constraint(&put(&db.store, &device_code("app", "BCDFGHJK")).await), "two wait with one user code");
    let id = one.id;
    commit!(db.store, [id], tx => tx.end_device_code(id, None, at(5)).await).unwrap();
    put(&db.store, &device_code("app", "BCDFGHJK")).await.unwrap();
    let again = commit!(db.store, [id], tx => tx.end_device_code(id, None, at(6)).await);
    assert!(gave_up(&again), "it has ended");
    assert!(!claim(&db.store, &one, Id::new(NOW), at(6)).await, "nobody enters what has ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_32_browsers_at_once_one_has_it() {
    let db = Fresh::new().await;
    let one = device_code("app", "BCDFGHJK");
    put(&db.store, &one).await.unwrap();
    assert!(!claim(&db.store, &one, Id::new(NOW), at(600)).await, "too late");
    let claimed = at_once(&db.stores().await, 32, |store, _| {
        let one = one.clone();
        async move { claim(&store, &one, Id::new(NOW), at(1)).await }
    })
    .await;
    assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1);
}

#[tokio::test]
async fn the_pace_is_kept_and_a_device_is_shown_until_its_family_ends() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let (family, authorization) = (world.put_family(&db.store).await, world.put_code(&db.store).await);
    let one = device_code(world.client.id.as_str(), "BCDFGHJK");
    put(&db.store, &one).await.unwrap();
    let (polled, due) = one.clone().polled(at(1)).0.polled(at(2));
    assert!(!due);
    commit!(db.store, [polled], tx => tx.note_poll(&polled).await).unwrap();
    let kept = stored(&db.store, &one).await;
    assert_eq!((kept.pace.as_secs(), kept.polled_at), (10, Some(at(2))));

    assert!(claim(&db.store, &one, authorization.id, at(3)).await);
    let (id, family_id) = (one.id, family.id);
    commit!(db.store, [id, family_id], tx => tx.end_device_code(id, Some(family_id), at(4)).await).unwrap();
    let devices = db.store.read().await.unwrap().devices_of(world.user.id).await.unwrap();
    assert_eq!(devices.iter().map(|(grant, device)| (*grant, device.id)).collect::<Vec<_>>(), [(world.grant.id, id)]);
    commit!(db.store, [family_id], tx => tx.revoke_family(family_id, "x", at(5)).await).unwrap();
    assert!(db.store.read().await.unwrap().devices_of(world.user.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_authorization_of_a_device_is_spent_once_and_never_as_a_code() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let mut authorization = crate::harness::things::authorization(&world.client);
    (authorization.redirect_uri, authorization.device_code_id) = (None, Some(Id::new(NOW)));
    let consent = crate::harness::things::consent(&world.grant);
    commit!(db.store, [authorization, consent], tx => {
        tx.insert_authorization(&authorization).await?;
        tx.allow_authorization(authorization.id, &consent, None).await
    })
    .unwrap();
    let mut as_code = world.redemption(&authorization);
    (as_code.code.redirect_uri, as_code.code.code_challenge) = (None, None);
    assert!(db.store.redeem(as_code).await.unwrap().is_none(), "the hot way does not know devices");
    let id = authorization.id;
    let family_id = world.put_family(&db.store).await.id;
    commit!(db.store, [id, family_id], tx => tx.spend_authorization(id, family_id, at(1)).await).unwrap();
    let again = commit!(db.store, [id, family_id], tx => tx.spend_authorization(id, family_id, at(1)).await);
    assert!(gave_up(&again));
}
