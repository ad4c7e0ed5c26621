//! What ends a family, and what must not.

use protocol::ErrorCode;

use crate::harness::{World, exchange, project_grant};

const CLI: &str = "demo-cli";

#[tokio::test(flavor = "multi_thread")]
async fn ft12_another_client_is_refused_and_the_family_lives() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let refused = world.refresh("other-cli", &first.refresh).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidGrant);
    world.revoke("other-cli", &first.refresh).await;
    assert!(world.works(&first.access).await);
    assert!(world.refresh(CLI, &first.refresh).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn ft12_another_narrowing_is_answered_with_the_same_refresh_token() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    let body = format!("grant_type=refresh_token&scope=issues%3Aread&refresh_token={}", first.refresh);
    let narrow = exchange(&world.authority, CLI, &body).await.unwrap();
    assert_eq!(narrow.refresh_token.as_deref(), Some(second.refresh.as_str()));
    assert_ne!(narrow.access_token, second.access);
    assert_eq!(narrow.scope.to_string(), "issues:read");
    assert!(world.works(&narrow.access_token).await && world.works(&second.access).await);
    let wide = format!("grant_type=refresh_token&scope=issues%3Awrite&refresh_token={}", second.refresh);
    assert_eq!(exchange(&world.authority, CLI, &wide).await.err().unwrap().code, ErrorCode::InvalidScope);
    let elsewhere =
        format!("grant_type=refresh_token&resource=https%3A%2F%2Fother.example&refresh_token={}", second.refresh);
    assert_eq!(exchange(&world.authority, CLI, &elsewhere).await.err().unwrap().code, ErrorCode::InvalidTarget);
    assert!(world.refresh(CLI, &second.refresh).await.is_ok(), "neither had an effect");
}

#[tokio::test(flavor = "multi_thread")]
async fn ft22_right_public_part_with_a_wrong_secret_has_no_effect() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let (head, tail) = first.refresh.split_at(40);
    let forged = format!("{head}{}{}", if tail.starts_with('0') { '1' } else { '0' }, &tail[1..]);
    let refused = world.refresh(CLI, &forged).await.unwrap_err();
    assert_eq!(refused.detail, "the tag is wrong");
    assert!(world.refresh(CLI, &first.refresh).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn ft14_a_person_disabled_between_commit_and_retry_gets_nothing() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    let (user_id, now) = (world.person.user.id, world.authority.now());
    world
        .authority
        .store()
        .transaction(move |tx| Box::pin(async move { tx.set_user_disabled(user_id, Some(now)).await }))
        .await
        .unwrap();
    assert!(!world.works(&second.access).await);
    assert_eq!(world.refresh(CLI, &first.refresh).await.unwrap_err().detail, "user_disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn membership_lost_ends_the_family_at_once() {
    let world = World::new().await;
    let pair = world.connect(CLI).await;
    assert!(world.works(&pair.access).await);
    let (organization_id, user_id) = (world.organization.id, world.person.user.id);
    world
        .authority
        .store()
        .transaction(move |tx| Box::pin(async move { tx.delete_membership(organization_id, user_id).await.map(drop) }))
        .await
        .unwrap();
    assert!(!world.works(&pair.access).await);
    assert_eq!(world.refresh(CLI, &pair.refresh).await.unwrap_err().detail, "membership_lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn ft26_the_predecessor_at_revoke_ends_the_family() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    world.revoke(CLI, &first.refresh).await;
    assert!(!world.works(&second.access).await);
    assert!(world.refresh(CLI, &second.refresh).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn reuse_ends_one_family_and_leaves_the_other_of_the_same_grant_alone() {
    let world = World::new().await;
    let laptop = world.connect(CLI).await;
    let desktop = world.connect(CLI).await;
    let kind = project_grant(&world);
    let mut read = world.authority.store().read().await.unwrap();
    let grant = read.live_grant(world.person.user.id, &model::ClientId::new(CLI), &kind).await.unwrap();
    assert!(grant.is_some(), "one grant for both");
    drop(read);
    let next = world.refresh(CLI, &laptop.refresh).await.unwrap();
    assert!(world.works(&next.access).await);
    world.advance(60);
    assert!(world.refresh(CLI, &laptop.refresh).await.is_err());
    assert!(!world.works(&next.access).await);
    assert!(world.works(&desktop.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft19_a_token_newer_than_the_row_ends_the_family_without_a_theft_notice() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let newer = {
        use model::{Secret, Token, TokenKind};
        let secrets = crate::harness::secrets();
        let token = Token::parse(&first.refresh, TokenKind::Refresh, &secrets).unwrap();
        Token { generation: 9, secret: Secret::generate(), ..token }.expose(&secrets).unwrap()
    };
    assert_eq!(world.refresh(CLI, &newer).await.unwrap_err().detail, "rolled_back");
    assert_eq!(world.unread_notices().await, 0);
    assert_eq!(world.refresh(CLI, &first.refresh).await.unwrap_err().detail, "revoked: rolled_back");
}
