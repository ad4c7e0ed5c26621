//! Every way in which a grant loses its standing: it is named, the access token dies, nothing rotates and no code is
//! redeemed; and what was only disabled comes back.

use model::Id;
use storage::{Standing, StorageError, Tx};

use crate::harness::{
    Fresh, NOW, at, commit,
    things::{World, membership, rotation, works},
};

#[derive(Clone, Copy)]
enum Loss {
    User,
    Client,
    Resource,
    Organization,
    Project,
    Membership,
    Grant,
}

async fn lose(tx: &mut Tx, world: &World, loss: Loss) -> Result<(), StorageError> {
    match loss {
        Loss::User => tx.set_user_disabled(world.user.id, Some(NOW)).await,
        Loss::Client => tx.set_client_disabled(&world.client.id, Some(NOW)).await,
        Loss::Resource => tx.set_resource_disabled(&world.resource.id, Some(NOW)).await,
        Loss::Organization => tx.set_organization_disabled(world.organization.id, Some(NOW)).await,
        Loss::Project => tx.set_project_disabled(world.project.id, Some(NOW)).await,
        Loss::Membership => tx.delete_membership(world.organization.id, world.user.id).await.map(drop),
        Loss::Grant => tx.revoke_grant(world.grant.id, "disconnected", NOW).await.map(drop),
    }
}

async fn restore(tx: &mut Tx, world: &World, loss: Loss) -> Result<(), StorageError> {
    match loss {
        Loss::User => tx.set_user_disabled(world.user.id, None).await,
        Loss::Client => tx.set_client_disabled(&world.client.id, None).await,
        Loss::Resource => tx.set_resource_disabled(&world.resource.id, None).await,
        Loss::Organization => tx.set_organization_disabled(world.organization.id, None).await,
        Loss::Project => tx.set_project_disabled(world.project.id, None).await,
        Loss::Membership => tx.put_membership(&membership(&world.organization, &world.user)).await,
        Loss::Grant => Ok(()),
    }
}

async fn check(loss: Loss, named: Standing) {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let family = world.put_family(&db.store).await;
    let code = world.put_code(&db.store).await;
    assert_eq!(db.store.read().await.unwrap().standing(world.grant.id).await.unwrap(), Standing::Good);
    assert!(works(&db.store, &family, 1, at(1)).await);

    commit!(db.store, [world], tx => lose(tx, &world, loss).await).unwrap();
    assert_eq!(db.store.read().await.unwrap().standing(world.grant.id).await.unwrap(), named);
    assert!(!works(&db.store, &family, 1, at(1)).await, "{named:?}: introspection");
    // The caller knows the newest policy, so that nothing but the standing refuses.
    let policy_version = db.store.read().await.unwrap().policy_version().await.unwrap();
    db.statement(&format!("UPDATE families SET policy_version = {policy_version}")).await.unwrap();
    let known = model::Family { policy_version, ..family.clone() };
    assert!(db.store.rotate(rotation(&known, 60)).await.unwrap().is_none(), "{named:?}: rotation");
    let redemption = storage::Redemption { policy_version, ..world.redemption(&code) };
    assert!(db.store.redeem(redemption.clone()).await.unwrap().is_none(), "{named:?}: redemption");

    commit!(db.store, [world], tx => restore(tx, &world, loss).await).unwrap();
    let back = !matches!(loss, Loss::Grant);
    assert_eq!(works(&db.store, &family, 1, at(1)).await, back, "{named:?}: restored");
    let policy_version = db.store.read().await.unwrap().policy_version().await.unwrap();
    let redemption = storage::Redemption { policy_version, ..redemption };
    assert_eq!(db.store.redeem(redemption).await.unwrap().is_some(), back, "{named:?}: the refused code was not spent");
}

#[tokio::test]
async fn a_disabled_user() {
    check(Loss::User, Standing::UserDisabled).await;
}

#[tokio::test]
async fn a_disabled_client() {
    check(Loss::Client, Standing::ClientDisabled).await;
}

#[tokio::test]
async fn a_disabled_resource() {
    check(Loss::Resource, Standing::ResourceDisabled).await;
}

#[tokio::test]
async fn a_disabled_organisation() {
    check(Loss::Organization, Standing::OrganizationDisabled).await;
}

#[tokio::test]
async fn a_disabled_project() {
    check(Loss::Project, Standing::ProjectDisabled).await;
}

#[tokio::test]
async fn a_lost_membership() {
    check(Loss::Membership, Standing::MembershipLost).await;
}

#[tokio::test]
async fn a_grant_taken_back() {
    check(Loss::Grant, Standing::Revoked).await;
}

#[tokio::test]
async fn a_grant_that_is_not_there_counts_as_taken_back() {
    let db = Fresh::new().await;
    assert_eq!(db.store.read().await.unwrap().standing(Id::new(NOW)).await.unwrap(), Standing::Revoked);
}

#[tokio::test]
async fn an_identity_grant_needs_no_membership() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let identity = world.identity_grant();
    commit!(db.store, [identity, world], tx => {
        tx.insert_grant(&identity).await?;
        lose(tx, &world, Loss::Membership).await
    })
    .unwrap();
    assert_eq!(db.store.read().await.unwrap().standing(identity.id).await.unwrap(), Standing::Good);
}
