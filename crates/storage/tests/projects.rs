//! The table of projects.

use model::{Client, client::Home};

use crate::harness::{
    Fresh, NOW, at, commit, is_constraint,
    things::{World, client, membership, organization, project, user},
};

#[tokio::test]
async fn a_slug_is_given_once_in_an_organisation() {
    let db = Fresh::new().await;
    let (acme, other) = (organization("acme"), organization("other"));
    let (first, second, elsewhere) = (project(&acme, "apollo"), project(&acme, "apollo"), project(&other, "apollo"));
    commit!(db.store, [acme, other, first, elsewhere], tx => {
        tx.insert_organization(&acme).await?;
        tx.insert_organization(&other).await?;
        tx.insert_project(&first).await?;
        tx.insert_project(&elsewhere).await
    })
    .unwrap();
    assert!(is_constraint(&commit!(db.store, [second], tx => tx.insert_project(&second).await)));
    commit!(db.store, [first], tx => tx.delete_project(&first, NOW).await).unwrap();
    assert!(is_constraint(&commit!(db.store, [second], tx => tx.insert_project(&second).await)), "retired");
    let mut read = db.store.read().await.unwrap();
    assert_eq!(read.project_by_slug(other.id, &elsewhere.slug).await.unwrap().unwrap().id, elsewhere.id);
    assert!(read.project_by_slug(acme.id, &first.slug).await.unwrap().is_none());
}

#[tokio::test]
async fn a_project_belongs_to_an_organisation_that_exists() {
    let db = Fresh::new().await;
    let lost = project(&organization("nowhere"), "apollo");
    assert!(is_constraint(&commit!(db.store, [lost], tx => tx.insert_project(&lost).await)));
}

#[tokio::test]
async fn a_member_may_choose_among_enabled_projects_of_their_enabled_organisations() {
    let db = Fresh::new().await;
    let ada = user("ada@example.com");
    let (mine, theirs, off) = (organization("mine"), organization("theirs"), organization("off"));
    let projects = [
        project(&mine, "zeta"),
        project(&mine, "alpha"),
        project(&mine, "closed"),
        project(&theirs, "secret"),
        project(&off, "dark"),
    ];
    commit!(db.store, [ada, mine, theirs, off, projects], tx => {
        tx.insert_user(&ada).await?;
        for one in [&mine, &theirs, &off] {
            tx.insert_organization(one).await?;
        }
        for one in &projects {
            tx.insert_project(one).await?;
        }
        tx.put_membership(&membership(&mine, &ada)).await?;
        tx.put_membership(&membership(&off, &ada)).await?;
        tx.set_project_disabled(projects[2].id, Some(NOW)).await?;
        tx.set_organization_disabled(off.id, Some(NOW)).await
    })
    .unwrap();
    let found = db.store.read().await.unwrap().projects_of_member(ada.id).await.unwrap();
    assert_eq!(found.iter().map(|one| one.project.slug.to_string()).collect::<Vec<_>>(), ["alpha", "zeta"]);
    assert!(found.iter().all(|one| one.organization_name == "MINE"));
}

#[tokio::test]
async fn deleting_a_project_ends_what_was_granted_over_it_and_who_read_for_it() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    world.put_family(&db.store).await;
    let identity = world.identity_grant();
    let home = Home { organization_id: world.organization.id, project_id: world.project.id };
    let robot = Client { home: Some(home), ..client("robot") };
    let project = world.project.clone();
    commit!(db.store, [identity, robot, project], tx => {
        tx.insert_grant(&identity).await?;
        tx.insert_client(&robot).await?;
        tx.delete_project(&project, at(1)).await
    })
    .unwrap();
    let mut read = db.store.read().await.unwrap();
    assert!(read.grant(world.grant.id).await.unwrap().is_none());
    assert!(read.grant(identity.id).await.unwrap().is_some(), "a grant without a project stays");
    let robot = read.client(&robot.id).await.unwrap().unwrap();
    assert_eq!((robot.home, robot.disabled_at), (None, Some(at(1))));
    assert!(read.policy_version().await.unwrap() > world.policy_version);
}
