//! The tables of invitations, of roles that organisations name, and of who is on a project's list.

use model::{Email, Id, Invitation, InvitationStatus, NamedRole, Permission, Permissions, Role, SecretHash, Slug};

use crate::harness::{
    Fresh, NOW, at, commit, is_constraint,
    things::{World, membership, user},
};

pub fn invitation(world: &World, email: &str) -> Invitation {
    Invitation {
        id: Id::new(NOW),
        organization_id: world.organization.id,
        email: Email::parse(email).unwrap(),
        role: Role::Member,
        role_id: None,
        token_hash: SecretHash::of(b"invitation"),
        invited_by: Some(world.user.id),
        mails: 1,
        created_at: NOW,
        sent_at: NOW,
        expires_at: at(60),
        end: None,
    }
}

fn role(world: &World, permissions: Permissions) -> NamedRole {
    NamedRole {
        id: Id::new(NOW),
        organization_id: world.organization.id,
        slug: Slug::parse("support").unwrap(),
        name: "Support".to_owned(),
        permissions,
        created_at: NOW,
    }
}

#[tokio::test]
async fn an_invitation_is_accepted_once_in_time_and_for_its_address() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let one = invitation(&world, "guest@example.com");
    commit!(db.store, [one], tx => tx.insert_invitation(&one).await).unwrap();
    let (right, wrong) = (Email::parse("guest@example.com").unwrap(), Email::parse("other@example.com").unwrap());
    let renewed = Invitation { token_hash: SecretHash::of(b"another"), ..one.clone() };
    let by = world.user.id;
    let tries = commit!(db.store, [one, renewed, right, wrong], tx => {
        Ok::<_, storage::StorageError>([
            tx.accept_invitation(&one, (by, &wrong), at(1)).await?,
            tx.accept_invitation(&renewed, (by, &right), at(1)).await?,
            tx.accept_invitation(&one, (by, &right), at(60)).await?,
            tx.accept_invitation(&one, (by, &right), at(59)).await?,
            tx.accept_invitation(&one, (by, &right), at(59)).await?,
            tx.revoke_invitation(one.id, at(59)).await?,
        ])
    });
    assert_eq!(tries.unwrap(), [false, false, false, true, false, false]);
    let kept = db.store.read().await.unwrap().invitation(one.id).await.unwrap().unwrap();
    assert_eq!(kept.status(at(100)), InvitationStatus::Accepted);
}

#[tokio::test]
async fn one_waits_for_each_address_and_is_mailed_so_often() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let (one, two) = (invitation(&world, "guest@example.com"), invitation(&world, "guest@example.com"));
    let (one, two) = (one, Invitation { id: Id::new(at(1)), created_at: at(1), ..two });
    commit!(db.store, [one, two], tx => {
        tx.insert_invitation(&one).await?;
        tx.insert_invitation(&two).await
    })
    .unwrap();
    let hash = SecretHash::of(b"again");
    let renewed = commit!(db.store, [one, two, hash], tx => {
        Ok::<_, storage::StorageError>([
            tx.renew_invitation(one.id, &hash, (None, at(120), 5), at(2)).await?,
            tx.renew_invitation(two.id, &hash, (None, at(120), 2), at(2)).await?,
            tx.renew_invitation(two.id, &hash, (None, at(120), 2), at(2)).await?,
        ])
    });
    assert_eq!(renewed.unwrap(), [false, true, false]);
    let all = db.store.read().await.unwrap().invitations_of(world.organization.id).await.unwrap();
    let states: Vec<_> = all.iter().map(|one| (one.status(at(100)), one.mails, one.invited_by)).collect();
    assert_eq!(states, [(InvitationStatus::Waiting, 2, None), (InvitationStatus::Revoked, 1, Some(world.user.id))]);
    assert_eq!(all[0].status(at(120)), InvitationStatus::Expired);
}

#[tokio::test]
async fn a_role_that_goes_leaves_plain_members() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let some: Permissions = [Permission::SeeAccess].into_iter().collect();
    let named = role(&world, some);
    let member = model::Membership { role_id: Some(named.id), ..membership(&world.organization, &world.user) };
    commit!(db.store, [named, member], tx => {
        tx.insert_role(&named).await?;
        tx.put_membership(&member).await
    })
    .unwrap();
    let (organization, user) = (world.organization.id, world.user.id);
    let held = db.store.read().await.unwrap().organization_of_member(organization, user).await.unwrap().unwrap();
    assert_eq!((held.1, held.2), (Role::Member, some));
    let twice = role(&world, some);
    assert!(is_constraint(&commit!(db.store, [twice], tx => tx.insert_role(&twice).await)));
    let above = model::Membership { role: Role::Admin, ..member.clone() };
    assert!(is_constraint(&commit!(db.store, [above], tx => tx.put_membership(&above).await)));
    commit!(db.store, [named], tx => tx.delete_role(named.id).await).unwrap();
    let held = db.store.read().await.unwrap().organization_of_member(organization, user).await.unwrap().unwrap();
    assert_eq!(held.2, Permissions::NONE);
}

#[tokio::test]
async fn whoever_is_no_member_is_on_no_list_and_a_list_ends_with_the_membership() {
    let db = Fresh::new().await;
    let world = World::put(&db.store).await;
    let stranger = user("stranger@example.com");
    commit!(db.store, [stranger], tx => tx.insert_user(&stranger).await).unwrap();
    let put = async |who: &model::User| {
        let (project, who) = (world.project.clone(), who.clone());
        commit!(db.store, [project, who], tx => tx.put_on_project(&project, who.id, NOW).await)
    };
    assert!(is_constraint(&put(&stranger).await));
    assert_eq!((put(&world.user).await.unwrap(), put(&world.user).await.unwrap()), (true, false));
    let (organization, user_id) = (world.organization.id, world.user.id);
    commit!(db.store, [], tx => tx.delete_membership(organization, user_id).await).unwrap();
    assert_eq!(db.count("project_members").await, 0);
}
