//! The tables of resources and their scopes.

use model::{AccessTokenForm, Resource, ResourceId};
use protocol::SigningAlgorithm;

use crate::harness::{
    Fresh, NOW, at, commit, gave_up, is_constraint,
    things::{World, hash, resource},
};

#[tokio::test]
async fn resources_are_read_back_with_their_scopes_in_order() {
    let db = Fresh::new().await;
    let (api, wiki) = (resource("api"), Resource { created_at: at(1), ..resource("wiki") });
    commit!(db.store, [api, wiki], tx => {
        tx.insert_resource(&wiki).await?;
        tx.insert_resource(&api).await
    })
    .unwrap();
    let found = db.store.read().await.unwrap().resources().await.unwrap();
    assert_eq!(found.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["api", "wiki"]);
    assert_eq!(found[0].scopes, api.scopes);
    assert_eq!((found[0].identifier.as_str(), &found[0].secret_hash), ("https://api.example/mcp", &api.secret_hash));
}

#[tokio::test]
async fn id_and_identifier_are_given_once() {
    let db = Fresh::new().await;
    let api = resource("api");
    let same_identifier = Resource { id: ResourceId::new("other"), ..resource("api") };
    commit!(db.store, [api], tx => tx.insert_resource(&api).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [api], tx => tx.insert_resource(&api).await)));
    assert!(is_constraint(&commit!(db.store, [same_identifier], tx => tx.insert_resource(&same_identifier).await)));
    commit!(db.store, [api], tx => tx.delete_resource(&api.id, NOW).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [api], tx => tx.insert_resource(&api).await)), "retired");
    assert_eq!(db.count("resource_scopes").await, 0);
}

#[tokio::test]
async fn a_new_secret_and_an_end_move_the_policy_version() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let id = world.resource.id.clone();
    let (before, between, after) = commit!(db.store, [id], tx => {
        let before = tx.policy_version().await?;
        tx.set_resource_secret(&id, &hash("new")).await?;
        let between = tx.policy_version().await?;
        tx.delete_resource(&id, NOW).await?;
        Ok::<_, storage::StorageError>((before, between, tx.policy_version().await?))
    })
    .unwrap();
    assert!(before < between && between < after);
    assert!(db.store.read().await.unwrap().family(family.id).await.unwrap().is_none(), "every grant over it goes");
    assert!(gave_up(&commit!(db.store, [id], tx => tx.set_resource_disabled(&id, None).await)));
}

#[tokio::test]
async fn the_form_of_access_tokens_is_kept_and_moves_the_policy_version() {
    let db = Fresh::new().await;
    let api = resource("api");
    let id = api.id.clone();
    commit!(db.store, [api], tx => tx.insert_resource(&api).await).unwrap();
    let form = async || db.store.read().await.unwrap().resources().await.unwrap()[0].access_tokens;
    assert_eq!(form().await, AccessTokenForm::Opaque);
    for algorithm in [SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::EdDSA] {
        let jwt = AccessTokenForm::Jwt(algorithm);
        let (before, after) = commit!(db.store, [id], tx => {
            let before = tx.policy_version().await?;
            tx.set_resource_access_tokens(&id, jwt).await?;
            Ok::<_, storage::StorageError>((before, tx.policy_version().await?))
        })
        .unwrap();
        assert!(before < after);
        assert_eq!(form().await, jwt);
    }
    let unknown = AccessTokenForm::Jwt(SigningAlgorithm::PS256);
    assert!(is_constraint(&commit!(db.store, [id], tx => tx.set_resource_access_tokens(&id, unknown).await)));
}
