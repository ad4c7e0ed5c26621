//! Webhooks: each event is put on its way once, and each delivery has one bearer at a time.

use model::{Event, Id, Webhook, WebhookEnd};
use storage::{StorageError, Store};

use crate::harness::{
    Fresh, NOW, at, at_once, commit, is_unavailable,
    things::{World, audit_event},
};

fn body(event: &Event) -> String {
    format!("{{\"type\":\"{}\"}}", event.kind)
}

async fn put(store: &Store, world: &World) -> Webhook {
    let webhook = Webhook {
        id: Id::new(NOW),
        organization_id: world.organization.id,
        url: "https://app.example.com/hook".to_owned(),
        kinds: Vec::new(),
        sealed_secret: "1.sealed".to_owned(),
        previous: None,
        created_at: NOW,
        failing_since: None,
        failures: 0,
        disabled: None,
    };
    commit!(store, [webhook], tx => tx.insert_webhook(&webhook).await).unwrap();
    webhook
}

async fn happen(store: &Store, times: u64) {
    for _ in 0..times {
        commit!(store, [], tx => tx.insert_audit_event(&audit_event("signing_keys.rotated", NOW)).await).unwrap();
    }
    commit!(store, [], tx => tx.place_events("one", NOW, NOW).await).unwrap();
}

async fn put_on_their_way(store: &Store) -> Result<usize, StorageError> {
    commit!(store, [], tx => tx.put_events_on_their_way(body, NOW).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_look_each_event_is_put_on_its_way_once_and_borne_by_one() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let webhook = put(&db.store, &world).await;
    happen(&db.store, 30).await;
    assert!(db.store.read().await.unwrap().webhooks_wait().await.unwrap());
    let stores = db.stores().await;
    let put = at_once(&stores, 16, |store, _| async move { put_on_their_way(&store).await }).await;
    // Whoever met another again and again gave up; nothing was lost by that.
    assert!(put.iter().all(|one| one.is_ok() || is_unavailable(one)), "{put:?}");
    while put_on_their_way(&db.store).await.unwrap() > 0 {}
    assert_eq!(db.count("webhook_deliveries").await, 30);
    let claimed = at_once(&stores, 60, |store, _| async move {
        commit!(store, [], tx => tx.claim_webhook_delivery(at(1), at(61)).await).unwrap()
    })
    .await;
    let mut ids: Vec<_> = claimed.iter().flatten().map(|delivery| delivery.id).collect();
    let taken = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), taken, "one bearer each");
    let first = claimed.into_iter().flatten().next().expect("one was claimed");
    assert_eq!(
        (first.webhook_id, first.attempts, first.body.as_str()),
        (webhook.id, 1, "{\"type\":\"signing_key.rotated\"}")
    );
}

#[tokio::test]
async fn a_delivery_is_settled_by_who_holds_it_and_what_fails_pauses_its_address() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let webhook = put(&db.store, &world).await;
    happen(&db.store, 2).await;
    assert_eq!(put_on_their_way(&db.store).await.unwrap(), 2);
    let claim = async |seconds: u64| {
        commit!(db.store, [], tx => tx.claim_webhook_delivery(at(seconds), at(seconds + 60)).await).unwrap()
    };
    let first = claim(1).await.unwrap();
    let late = first.clone();
    let again = claim(1).await.expect("the other one");
    assert_ne!(first.id, again.id);
    assert!(claim(2).await.is_none());
    // Its bearer has died; another one takes it up, and the first one comes too late.
    let second = claim(70).await.unwrap();
    assert_eq!((second.id, second.attempts), (first.id, 2));
    commit!(db.store, [late], tx => tx.settle_webhook_delivery(&late, 200, at(71)).await).unwrap();
    let stored = db.store.read().await.unwrap().webhook_delivery(first.id).await.unwrap().unwrap();
    assert!(stored.settled.is_none());
    commit!(db.store, [second], tx => {
        tx.postpone_webhook_delivery(&second, (Some(500), "answered 500"), Some(at(100)), at(300), at(72)).await
    })
    .unwrap();
    let failing = db.store.read().await.unwrap().webhook(webhook.id).await.unwrap().unwrap();
    assert_eq!((failing.failures, failing.failing_since), (1, Some(at(72))));
    assert!(claim(299).await.is_none(), "its address is left alone");
    let other = claim(301).await.unwrap();
    commit!(db.store, [other], tx => tx.settle_webhook_delivery(&other, 204, at(302)).await).unwrap();
    let well = db.store.read().await.unwrap().webhook(webhook.id).await.unwrap().unwrap();
    assert_eq!((well.failures, well.failing_since), (0, None));
    let id = webhook.id;
    commit!(db.store, [id], tx => tx.set_webhook_disabled(id, Some((at(303), WebhookEnd::Operator)), at(303)).await)
        .unwrap();
    assert!(claim(400).await.is_none(), "nothing is sent there any more");
    commit!(db.store, [id], tx => tx.delete_webhook(id).await).unwrap();
    assert_eq!(db.count("webhook_deliveries").await, 0);
}
