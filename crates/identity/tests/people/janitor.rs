//! The janitor: what nothing lives of any more ends, what nobody can use goes.

use serde_json::json;

use crate::{
    harness::World,
    stand::{DAY, MINUTE, PASSWORD, Stand},
};

#[tokio::test]
async fn last_uses_are_written_by_the_minute_and_when_it_stops() {
    let world = World::new().await;
    let user = world.person.user.id;
    let pair = world.connect("demo-cli").await;
    let used = || async {
        let view = world.authority.connections(user, world.authority.now()).await.unwrap();
        let grant = &view.live[0].held.grant;
        grant.used_at.zip(grant.used_address.clone())
    };
    assert!(world.works(&pair.access).await);
    let first = world.authority.now();
    world.authority.run_janitor_once(first).await.unwrap();
    assert_eq!(used().await, Some((first, "192.0.2.1".to_owned())));
    world.advance(61);
    assert!(world.works(&pair.access).await);
    world.authority.clone().janitor(std::future::ready(())).await;
    assert_eq!(used().await.map(|(at, _)| at), Some(world.authority.now()));
}

#[tokio::test]
async fn a_grant_ends_when_its_last_family_has_expired() {
    let stand = Stand::new().await;
    stand.acme().await;
    let (one, two) = (stand.member("one@example.com", "member").await, stand.member("two@example.com", "member").await);
    let (idle, _) = stand.connect(one).await;
    let (old, family) = stand.connect(two).await;
    let mut kept = stand.authority.store().read().await.unwrap().family(family).await.unwrap().unwrap();
    kept.idle_expires_at = stand.now().plus(365 * DAY);
    stand
        .write(move |tx| {
            let kept = kept.clone();
            Box::pin(async move { tx.update_family(&kept, storage::FamilyCondition::Generation(1)).await })
        })
        .await;
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!((stand.ended(idle).await, stand.ended(old).await), (None, None));
    stand.clock.advance(30 * DAY);
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!((stand.ended(idle).await.as_deref(), stand.ended(old).await), (Some("unused"), None));
    let read = stand.authority.connections(one, stand.now()).await.unwrap();
    assert_eq!((read.live.len(), read.ended.len()), (0, 1));
    stand.clock.advance(335 * DAY);
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!(stand.ended(old).await.as_deref(), Some("expired"));
    assert!(
        stand.authority.store().read().await.unwrap().grant(idle).await.unwrap().is_none(),
        "gone 30 days after it ended"
    );
}

#[tokio::test]
async fn a_grant_that_was_never_used_ends_after_a_day() {
    let stand = Stand::new().await;
    stand.acme().await;
    let user = stand.member("one@example.com", "member").await;
    let grant = stand.grant(user).await;
    let id = grant.id;
    stand
        .write(move |tx| {
            let grant = grant.clone();
            Box::pin(async move { tx.insert_grant(&grant).await })
        })
        .await;
    stand.clock.advance(DAY - MINUTE);
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!(stand.ended(id).await, None);
    stand.clock.advance(MINUTE);
    stand.authority.run_janitor_once(stand.now()).await.unwrap();
    assert_eq!(stand.ended(id).await.as_deref(), Some("unused"));
}

#[tokio::test]
async fn what_has_expired_goes_and_nothing_else() {
    let stand = Stand::new().await;
    let user = stand.user("one@example.com").await;
    let old = stand.sign_in("one@example.com", PASSWORD).await.unwrap();
    stand.clock.advance(7 * DAY);
    let new = stand.sign_in("one@example.com", PASSWORD).await.unwrap();
    stand.clock.advance(7 * DAY);
    assert!(stand.authority.run_janitor_once(stand.now()).await.unwrap().rows >= 1);
    assert_eq!(stand.authority.run_janitor_once(stand.now()).await.unwrap().rows, 0, "it did all in one round");
    let mut read = stand.authority.store().read().await.unwrap();
    let before = stand.now().minus(8 * DAY);
    assert!(read.live_session(old.session.id, before).await.unwrap().is_none(), "the row itself is gone");
    assert!(read.live_session(new.session.id, stand.now()).await.unwrap().is_some());
    assert!(read.user(user).await.unwrap().is_some());
    drop(read);
    assert_eq!(stand.act(json!({"user_list": {}})).await["users"].as_array().unwrap().len(), 1);
}
