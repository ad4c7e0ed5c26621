//! Changes of memberships at once, over one process and over two.

use identity::{
    Actor,
    admin::{Act, ActErrorKind},
    invitation::InvitationRefusal,
};
use model::Role;
use serde_json::{Value, json};

use crate::{
    harness::World,
    invitations::{accept, invite, signed_in, stand, token},
    roles::{acme, act_as, person},
    stand::{Stand, caller},
};

fn act(act: Value) -> Act {
    serde_json::from_value(act).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c24_of_two_owners_who_remove_each_other_at_once_one_stays() {
    let stand = Stand::new().await;
    stand.acme().await;
    let (one, two) = ("one@example.com", "two@example.com");
    let owners = [person(stand.member(one, "owner").await), person(stand.member(two, "owner").await)];
    let second = stand.second().await;
    for round in 0..20 {
        let remove = |user: &str| act(json!({"member_remove": {"organization": "acme", "user": user}}));
        let now = stand.now();
        let (a, b) = tokio::join!(
            stand.authority.act_as(&owners[0], remove(two), now),
            second.act_as(&owners[1], remove(one), now)
        );
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "round {round}: {a:?} {b:?}");
        let (gone, refused) = if a.is_ok() { (two, b) } else { (one, a) };
        assert_eq!(refused.unwrap_err().kind, ActErrorKind::Absent, "round {round}");
        let back = json!({"member_add": {"organization": "acme", "user": gone, "role": "owner"}});
        stand.act(back).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn v46_an_invitation_beside_the_demotion_of_its_inviter_is_refused_or_void() {
    let stand = stand().await;
    let [owner, admin, _] = acme(&stand).await;
    stand.user("guest@example.com").await;
    let guest = signed_in(&stand, "guest@example.com").await;
    let second = stand.second().await;
    for round in 0..5 {
        let role =
            |role: &str| json!({"member_add": {"organization": "acme", "user": "admin@example.com", "role": role}});
        let now = stand.now();
        let (invited, demoted) = tokio::join!(
            stand.authority.act_as(&admin, act(invite("guest@example.com", "admin")), now),
            second.act_as(&owner, act(role("member")), now)
        );
        demoted.unwrap();
        match invited {
            Ok(_) => {
                let token = token(&stand).await;
                assert_eq!(accept(&stand, &guest, &token).await.unwrap_err(), InvitationRefusal::Dead, "round {round}");
            }
            Err(refused) => assert_eq!(refused.kind, ActErrorKind::Forbidden, "round {round}"),
        }
        act_as(&stand, &owner, role("admin")).await;
        stand.clock.advance(std::time::Duration::from_secs(3600));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn v46_two_acceptances_at_once_give_one_membership() {
    let stand = stand().await;
    let [owner, _, _] = acme(&stand).await;
    let second = stand.second().await;
    for round in 0..8 {
        let email = format!("guest{round}@example.com");
        stand.user(&email).await;
        let guest = signed_in(&stand, &email).await;
        act_as(&stand, &owner, invite(&email, "member")).await;
        let token = token(&stand).await;
        let (one, other, at) = (caller("192.0.2.1"), caller("192.0.2.2"), stand.now());
        let (a, b) = tokio::join!(
            stand.authority.accept_invitation(&guest, &token, &one, at),
            second.accept_invitation(&guest, &token, &other, at)
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "round {round}");
        assert_eq!(a.err().or(b.err()), Some(InvitationRefusal::Dead), "round {round}");
        let memberships = stand.authority.store().read().await.unwrap().organizations_of(guest.user.id).await.unwrap();
        assert_eq!(memberships.iter().map(|(_, role)| *role).collect::<Vec<_>>(), [Role::Member], "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_yes_beside_the_limit_of_its_project_leaves_nothing_that_lives() {
    let world = World::new().await;
    let second = world.second().await;
    let (organization, project) = (world.organization.slug.to_string(), world.project.slug.to_string());
    let limited = |limited: bool| {
        act(json!({"project_set_limited": {"organization": organization, "project": project, "limited": limited}}))
    };
    let read = async || {
        let mut read = world.authority.store().read().await.unwrap();
        read.live_grants_of(world.person.user.id).await.unwrap().len()
    };
    for round in 0..10 {
        let operator = Actor::operator();
        let (allowed, done) =
            tokio::join!(world.try_code("demo-cli"), second.act_as(&operator, limited(true), world.authority.now()));
        done.unwrap();
        assert_eq!(read().await, 0, "round {round}: allowed {}", allowed.is_some());
        second.act_as(&operator, limited(false), world.authority.now()).await.unwrap();
    }
    assert!(world.try_code("demo-cli").await.is_some());
    assert_eq!(read().await, 1);
}
