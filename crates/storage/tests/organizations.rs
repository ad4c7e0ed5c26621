//! The table of organisations, and the names that are never given again.

use model::{Id, Organization};

use crate::harness::{
    Fresh, NOW, at, commit, gave_up, is_constraint,
    things::{World, organization, project},
};

#[tokio::test]
async fn an_organisation_is_read_back() {
    let db = Fresh::new().await;
    let acme = organization("acme");
    commit!(db.store, [acme], tx => {
        tx.insert_organization(&acme).await?;
        tx.set_organization_disabled(acme.id, Some(at(1))).await
    })
    .unwrap();
    let found = db.store.read().await.unwrap().organization_by_slug(&acme.slug).await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str(), found.disabled_at), (acme.id, "ACME", Some(at(1))));
    let nobody = Id::<Organization>::new(NOW);
    assert!(gave_up(&commit!(db.store, [nobody], tx => tx.set_organization_disabled(nobody, None).await)));
}

#[tokio::test]
async fn a_slug_is_given_once_even_after_the_organisation_is_gone() {
    let db = Fresh::new().await;
    let (first, second) = (organization("acme"), organization("acme"));
    commit!(db.store, [first], tx => tx.insert_organization(&first).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [second], tx => tx.insert_organization(&second).await)));
    commit!(db.store, [first], tx => tx.delete_organization(&first, NOW).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [second], tx => tx.insert_organization(&second).await)), "retired");
    let other = organization("acme-2");
    commit!(db.store, [other], tx => tx.insert_organization(&other).await).unwrap();
}

#[tokio::test]
async fn deleting_an_organisation_takes_projects_members_and_grants() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    world.put_family(&db.store).await;
    let second = project(&world.organization, "gemini");
    let organization = world.organization.clone();
    commit!(db.store, [second, organization], tx => {
        tx.insert_project(&second).await?;
        tx.delete_organization(&organization, at(1)).await
    })
    .unwrap();
    for table in ["organizations", "projects", "memberships", "grants", "families", "access_tokens"] {
        assert_eq!(db.count(table).await, 0, "{table}");
    }
    let mut read = db.store.read().await.unwrap();
    assert!(read.is_retired("organization", "", "acme").await.unwrap());
    assert!(read.is_retired("project", organization.id.as_str(), "gemini").await.unwrap());
    assert!(read.user(world.user.id).await.unwrap().is_some(), "people stay");
}
