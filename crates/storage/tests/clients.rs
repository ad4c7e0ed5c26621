//! The table of clients, and the policy version that moves with them.

use model::{
    Client, ClientId, ClientOrigin,
    client::{Fetched, Home},
};

use crate::harness::{
    Fresh, NOW, at, commit, gave_up, is_constraint,
    things::{World, client, hash},
};

#[tokio::test]
async fn a_client_is_read_back_with_its_metadata() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let home = Home { organization_id: world.organization.id, project_id: world.project.id };
    let robot = Client {
        first_party: true,
        secret_hash: Some(hash("secret")),
        home: Some(home),
        nonce_instead_of_pkce: true,
        ..client("robot")
    };
    commit!(db.store, [robot], tx => tx.insert_client(&robot).await).unwrap();
    let mut read = db.store.read().await.unwrap();
    let found = read.client(&robot.id).await.unwrap().unwrap();
    assert_eq!(found.metadata, robot.metadata);
    assert_eq!((found.home, found.first_party, found.nonce_instead_of_pkce), (Some(home), true, true));
    assert_eq!((found.secret_hash, found.document, found.origin), (Some(hash("secret")), None, ClientOrigin::Operator));
    assert!(read.policy_version().await.unwrap() >= world.policy_version);
}

#[tokio::test]
async fn what_no_client_may_be_is_refused() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let home = Home { organization_id: world.organization.id, project_id: world.project.id };
    let fetched = Fetched { at: NOW, fresh_until: at(60) };
    let wrong = [
        Client { origin: ClientOrigin::Registration, first_party: true, ..client("first-party by itself") },
        Client { origin: ClientOrigin::Registration, home: Some(home), ..client("at home by itself") },
        Client { origin: ClientOrigin::Document, ..client("a document never fetched") },
        Client {
            origin: ClientOrigin::Document,
            document: Some(fetched),
            secret_hash: Some(hash("s")),
            ..client("a document with a secret")
        },
    ];
    for one in wrong {
        assert!(is_constraint(&commit!(db.store, [one], tx => tx.insert_client(&one).await)), "{}", one.id);
    }
}

#[tokio::test]
async fn an_id_is_given_once_even_after_the_client_is_gone() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let again = client("cli");
    assert!(is_constraint(&commit!(db.store, [again], tx => tx.insert_client(&again).await)));
    let id = again.id.clone();
    commit!(db.store, [id], tx => tx.delete_client(&id, NOW).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [again], tx => tx.insert_client(&again).await)), "retired");
    assert!(gave_up(&commit!(db.store, [id], tx => tx.delete_client(&id, NOW).await)), "deleted twice");
    let mut read = db.store.read().await.unwrap();
    assert!(read.family(family.id).await.unwrap().is_none());
    assert!(read.grant(world.grant.id).await.unwrap().is_none());
    assert!(read.policy_version().await.unwrap() > world.policy_version);
}

#[tokio::test]
async fn writing_over_a_client_keeps_when_it_came_and_that_it_is_disabled() {
    let db = Fresh::new().await;
    let first = client("cli");
    let later = Client { name: "Renamed".to_owned(), created_at: at(50), ..client("cli") };
    let versions = commit!(db.store, [first, later], tx => {
        tx.put_client(&first).await?;
        tx.touch_client(&first.id, at(7)).await?;
        tx.set_client_disabled(&first.id, Some(at(9))).await?;
        let before = tx.policy_version().await?;
        tx.put_client(&later).await?;
        Ok::<_, storage::StorageError>((before, tx.policy_version().await?))
    })
    .unwrap();
    let found = db.store.read().await.unwrap().client(&first.id).await.unwrap().unwrap();
    assert_eq!(
        (found.name.as_str(), found.created_at, found.used_at, found.disabled_at),
        ("Renamed", NOW, Some(at(7)), Some(at(9)))
    );
    assert!(versions.1 > versions.0, "other processes must learn of it");
}

#[tokio::test]
async fn a_registration_is_found_again_by_its_fingerprint_unless_disabled() {
    let db = Fresh::new().await;
    for (id, second) in [("old", 1), ("new", 3), ("middle", 2)] {
        let one = Client {
            origin: ClientOrigin::Registration,
            fingerprint: Some("same".to_owned()),
            created_at: at(second),
            ..client(id)
        };
        commit!(db.store, [one], tx => tx.insert_client(&one).await).unwrap();
    }
    let found = db.store.read().await.unwrap().client_by_fingerprint("same").await.unwrap().unwrap();
    assert_eq!(found.id, ClientId::new("new"));
    commit!(db.store, [], tx => tx.set_client_disabled(&ClientId::new("new"), Some(NOW)).await).unwrap();
    let found = db.store.read().await.unwrap().client_by_fingerprint("same").await.unwrap().unwrap();
    assert_eq!(found.id, ClientId::new("middle"));
}
