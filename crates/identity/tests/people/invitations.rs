//! Invitations: who may ask somebody, how often, and who becomes a member by one (C-26).

use std::time::Duration;

use identity::{
    Actor, Settings,
    account::SignedIn,
    admin::ActErrorKind,
    invitation::InvitationRefusal,
    mail::{Claimed, Message},
};
use model::{Organization, Role};
use serde_json::{Value, json};

use crate::{
    roles::{acme, act_as, refused_as},
    stand::{PASSWORD, Stand, caller},
};

pub async fn stand() -> Stand {
    Stand::with(|settings: &mut Settings| settings.sends_mail = true).await
}

pub fn invite(email: &str, role: &str) -> Value {
    json!({"invitation_add": {"organization": "acme", "email": email, "role": role}})
}

/// The token of the next mail that waits.
pub async fn token(stand: &Stand) -> String {
    let claimed: Claimed = stand.authority.claim_mail(stand.now()).await.unwrap().expect("a mail waits");
    match claimed.letter.message {
        Message::Invited { token, .. } => token,
        other => panic!("another mail: {other:?}"),
    }
}

pub async fn signed_in(stand: &Stand, email: &str) -> SignedIn {
    let new = stand.sign_in(email, PASSWORD).await.unwrap();
    SignedIn { session: new.session, user: new.user }
}

pub async fn accept(stand: &Stand, who: &SignedIn, token: &str) -> Result<Organization, InvitationRefusal> {
    stand.authority.accept_invitation(who, token, &caller("192.0.2.1"), stand.now()).await.unwrap()
}

async fn listed(stand: &Stand, by: &Actor) -> Vec<Value> {
    let list = act_as(stand, by, json!({"invitation_list": {"organization": "acme"}})).await;
    list["invitations"].as_array().unwrap().clone()
}

async fn role_of(stand: &Stand, who: &SignedIn) -> Option<Role> {
    let mut read = stand.authority.store().read().await.unwrap();
    read.organizations_of(who.user.id).await.unwrap().first().map(|(_, role)| *role)
}

#[tokio::test]
async fn somebody_who_is_invited_becomes_what_the_invitation_says_and_it_counts_once() {
    let stand = stand().await;
    let [owner, admin, _] = acme(&stand).await;
    stand.user("guest@example.com").await;
    let made = act_as(&stand, &owner, invite("Guest@Example.com", "admin")).await;
    assert_eq!((made["email"].as_str(), made["status"].as_str()), (Some("guest@example.com"), Some("waiting")));
    let token = token(&stand).await;
    let guest = signed_in(&stand, "guest@example.com").await;
    let open = stand.authority.open_invitation(&token, stand.now()).await.unwrap().unwrap();
    assert_eq!((open.role, open.inviter.unwrap().as_str()), (Role::Admin, "owner@example.com"));
    assert_eq!(accept(&stand, &guest, &token).await.unwrap().slug.as_str(), "acme");
    assert_eq!(role_of(&stand, &guest).await, Some(Role::Admin));
    assert_eq!(accept(&stand, &guest, &token).await.unwrap_err(), InvitationRefusal::Dead);
    let all = listed(&stand, &admin).await;
    assert_eq!((all.len(), all[0]["status"].as_str()), (1, Some("accepted")));
    assert_eq!(refused_as(&stand, &owner, invite("guest@example.com", "member")).await, ActErrorKind::Conflict);
}

#[tokio::test]
async fn nobody_invites_into_a_role_above_their_own() {
    let stand = stand().await;
    let [owner, admin, member] = acme(&stand).await;
    assert_eq!(refused_as(&stand, &member, invite("guest@example.com", "member")).await, ActErrorKind::Forbidden);
    assert_eq!(refused_as(&stand, &admin, invite("guest@example.com", "owner")).await, ActErrorKind::Forbidden);
    let made = act_as(&stand, &owner, invite("guest@example.com", "owner")).await;
    for act in ["invitation_revoke", "invitation_resend"] {
        let act = json!({act: {"invitation": made["id"]}});
        assert_eq!(refused_as(&stand, &admin, act).await, ActErrorKind::Forbidden);
    }
}

#[tokio::test]
async fn another_mail_ends_the_link_before_and_a_new_invitation_the_one_before() {
    let stand = stand().await;
    let [owner, _, _] = acme(&stand).await;
    stand.user("guest@example.com").await;
    let guest = signed_in(&stand, "guest@example.com").await;
    let made = act_as(&stand, &owner, invite("guest@example.com", "member")).await;
    let first = token(&stand).await;
    stand.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let guest_later = signed_in(&stand, "guest@example.com").await;
    assert_eq!(
        accept(&stand, &guest_later, &first).await.unwrap_err(),
        InvitationRefusal::Dead,
        "expired to the second"
    );
    assert_eq!(listed(&stand, &owner).await[0]["status"], "expired");
    act_as(&stand, &owner, json!({"invitation_resend": {"invitation": made["id"]}})).await;
    let second = token(&stand).await;
    act_as(&stand, &owner, invite("guest@example.com", "admin")).await;
    let third = token(&stand).await;
    for dead in [&first, &second] {
        assert_eq!(accept(&stand, &guest_later, dead).await.unwrap_err(), InvitationRefusal::Dead);
    }
    let states: Vec<Value> = listed(&stand, &owner).await.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(states, ["waiting", "revoked"]);
    accept(&stand, &guest_later, &third).await.unwrap();
    assert_eq!(role_of(&stand, &guest).await, Some(Role::Admin));
    assert_eq!(
        refused_as(&stand, &owner, json!({"invitation_revoke": {"invitation": made["id"]}})).await,
        ActErrorKind::Conflict
    );
}

#[tokio::test]
async fn one_address_is_not_written_to_without_end() {
    let stand = stand().await;
    let [owner, _, _] = acme(&stand).await;
    for _ in 0..5 {
        act_as(&stand, &owner, invite("guest@example.com", "member")).await;
    }
    assert_eq!(refused_as(&stand, &owner, invite("guest@example.com", "member")).await, ActErrorKind::Conflict);
    act_as(&stand, &owner, invite("other@example.com", "member")).await;
    stand.clock.advance(Duration::from_secs(3600));
    act_as(&stand, &owner, invite("guest@example.com", "member")).await;
}

#[tokio::test]
async fn a_server_without_mail_invites_nobody() {
    let stand = Stand::new().await;
    let [owner, _, _] = acme(&stand).await;
    assert_eq!(refused_as(&stand, &owner, invite("guest@example.com", "member")).await, ActErrorKind::Conflict);
}
