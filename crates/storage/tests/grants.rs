//! The table of grants.

use model::{Grant, Id, User};
use storage::{LastUse, StorageError};

use crate::harness::{
    Fresh, NOW, at, commit, gave_up, is_constraint,
    things::{World, client, grant, scope, stored, works},
};

#[tokio::test]
async fn one_grant_is_in_force_for_one_person_client_resource_and_project() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let again = Grant { id: Id::new(NOW), ..world.grant.clone() };
    assert!(is_constraint(&commit!(db.store, [again], tx => tx.insert_grant(&again).await)));
    let (identity, second) = (world.identity_grant(), world.identity_grant());
    commit!(db.store, [identity], tx => tx.insert_grant(&identity).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [second], tx => tx.insert_grant(&second).await)), "NULLs are equal here");
    let id = world.grant.id;
    commit!(db.store, [id, again], tx => {
        tx.revoke_grant(id, "disconnected", at(1)).await?;
        tx.insert_grant(&again).await
    })
    .unwrap();
    let mut read = db.store.read().await.unwrap();
    assert_eq!(
        read.live_grant(world.user.id, &world.client.id, &world.grant.kind).await.unwrap().unwrap().id,
        again.id
    );
    assert_eq!(
        read.live_grant(world.user.id, &world.client.id, &identity.kind).await.unwrap().unwrap().id,
        identity.id
    );
    let ended = read.grant(id).await.unwrap().unwrap();
    assert_eq!(ended.revoked.unwrap().reason, "disconnected");
}

#[tokio::test]
async fn a_grant_stands_on_things_that_exist() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let nobody = Grant { user_id: Id::<User>::new(NOW), ..world.identity_grant() };
    assert!(is_constraint(&commit!(db.store, [nobody], tx => tx.insert_grant(&nobody).await)));
    let nothing = Grant { client_id: client("nothing").id, ..world.identity_grant() };
    assert!(is_constraint(&commit!(db.store, [nothing], tx => tx.insert_grant(&nothing).await)));
    assert!(
        is_constraint(&db.statement("UPDATE grants SET project_id = NULL").await),
        "an organisation without a project"
    );
    assert!(
        is_constraint(&db.statement("UPDATE grants SET project_id = NULL, organization_id = NULL").await),
        "a resource without a project"
    );
    assert!(is_constraint(&db.statement("UPDATE grants SET revoked_at = 1").await), "an end without a reason");
}

#[tokio::test]
async fn taking_a_grant_back_ends_its_families_and_their_tokens() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let (one, two) = (world.put_family(&db.store).await, world.put_family(&db.store).await);
    assert!(works(&db.store, &one, 1, at(1)).await && works(&db.store, &two, 1, at(1)).await);
    let id = world.grant.id;
    let ended = commit!(db.store, [id], tx => {
        Ok::<_, StorageError>([tx.revoke_grant(id, "disconnected", at(1)).await?, tx.revoke_grant(id, "again", at(2)).await?])
    });
    assert_eq!(ended.unwrap(), [true, false]);
    for family in [one, two] {
        assert_eq!(stored(&db.store, &family).await.revoked.unwrap().reason, "disconnected", "the first end stands");
        assert!(!works(&db.store, &family, 1, at(1)).await);
    }
    assert_eq!(db.count("access_tokens").await, 0);
    assert!(
        gave_up(&commit!(db.store, [id], tx => tx.renew_grant(id, &scope("issues:read"), "f").await)),
        "an ended grant is not renewed"
    );
}

#[tokio::test]
async fn a_grant_ends_with_its_last_family() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let (one, two) = (world.put_family(&db.store).await, world.put_family(&db.store).await);
    let ended = commit!(db.store, [one, two], tx => {
        tx.revoke_family(one.id, "reused", at(1)).await?;
        let early = tx.revoke_grant_without_families(&one, "reused", at(1)).await?;
        tx.revoke_family(two.id, "revoked", at(2)).await?;
        Ok::<_, StorageError>([early, tx.revoke_grant_without_families(&two, "revoked", at(2)).await?])
    });
    assert_eq!(ended.unwrap(), [false, true]);
}

#[tokio::test]
async fn uses_move_forward_only() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let used =
        |second, address: &str| LastUse { grant_id: world.grant.id, at: at(second), address: address.to_owned() };
    let uses = vec![used(20, "192.0.2.2"), used(10, "192.0.2.1")];
    commit!(db.store, [uses], tx => tx.touch_grants(&uses).await).unwrap();
    let found = db.store.read().await.unwrap().grant(world.grant.id).await.unwrap().unwrap();
    assert_eq!((found.used_at, found.used_address.as_deref()), (Some(at(20)), Some("192.0.2.2")));
}

#[tokio::test]
async fn connections_name_client_project_and_organisation_newest_first() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    // A month apart, so that the ids begin with other letters.
    let mut expected = vec![world.grant.id];
    for month in 1..=8 {
        let created_at = at(month * 30 * 86400);
        let other = client(&format!("client-{month}"));
        let later =
            Grant { id: Id::new(created_at), created_at, ..grant(&world.user, &other, world.grant.kind.clone()) };
        commit!(db.store, [other, later], tx => {
            tx.insert_client(&other).await?;
            tx.insert_grant(&later).await
        })
        .unwrap();
        expected.insert(0, later.id);
    }
    let (ended, recent) = (expected[8], expected[7]);
    commit!(db.store, [ended, recent], tx => {
        tx.revoke_grant(ended, "old", at(10)).await?;
        tx.revoke_grant(recent, "recent", at(20)).await
    })
    .unwrap();
    let found = db.store.read().await.unwrap().connections_of(world.user.id, at(15)).await.unwrap();
    assert_eq!(
        found.iter().map(|one| one.grant.id).collect::<Vec<_>>(),
        expected[..8],
        "what ended long ago is not shown"
    );
    let (project, organization) = found[0].project.as_ref().unwrap();
    assert_eq!(
        (project.id, organization.as_str(), found[0].client.name.as_str()),
        (world.project.id, "ACME", "CLIENT-8")
    );
    assert_eq!(db.store.read().await.unwrap().live_grants_to(world.user.id, &world.client.id).await.unwrap().len(), 0);
    assert_eq!(
        db.store.read().await.unwrap().live_grants_in(world.user.id, world.organization.id).await.unwrap().len(),
        7
    );
}

#[tokio::test]
async fn a_grant_lapses_when_nothing_lives_of_it() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let id = world.grant.id;
    let lapsed =
        async |unused_since, now| db.store.read().await.unwrap().lapsed_grants(unused_since, now).await.unwrap();
    assert_eq!(lapsed(NOW.minus(std::time::Duration::from_secs(1)), at(1)).await, [], "too young");
    assert_eq!(lapsed(NOW, at(1)).await, [id], "never used");
    world.put_code(&db.store).await;
    assert_eq!(lapsed(NOW, at(59)).await, [], "a code waits");
    assert_eq!(lapsed(NOW, at(60)).await, [id], "the code expired");
    let family = world.put_family(&db.store).await;
    assert_eq!(lapsed(NOW, at(61)).await, [], "a family lives");
    let latest = db.store.read().await.unwrap().latest_ends_of(world.user.id).await.unwrap();
    assert_eq!(latest, [(id, family.absolute_expires_at)]);
    assert!(!commit!(db.store, [id], tx => tx.end_lapsed_grant(id, at(61)).await).unwrap(), "looked at once more");
    let idle = family.idle_expires_at;
    assert_eq!(lapsed(NOW, idle).await, [id]);
    assert!(commit!(db.store, [id], tx => tx.end_lapsed_grant(id, idle).await).unwrap());
    let ended = db.store.read().await.unwrap().grant(id).await.unwrap().unwrap();
    assert_eq!(ended.revoked.unwrap().reason, "unused");
    assert_eq!(lapsed(NOW, idle).await, []);
}
