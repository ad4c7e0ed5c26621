//! Retry window and recovery window.

use protocol::ErrorCode;

use crate::harness::World;

const CLI: &str = "demo-cli";

#[tokio::test(flavor = "multi_thread")]
async fn ft07_predecessor_and_head_within_the_window_give_the_same_pair() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    assert_ne!(first.refresh, second.refresh);
    world.advance(10);
    assert_eq!(world.refresh(CLI, &first.refresh).await.unwrap(), second, "the predecessor, byte for byte");
    assert_eq!(world.refresh(CLI, &second.refresh).await.unwrap(), second, "the head itself");
    assert!(world.works(&second.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft08_after_the_window_with_the_successor_seen_the_family_dies() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    assert!(world.works(&second.access).await);
    world.advance(31);
    let refused = world.refresh(CLI, &first.refresh).await.unwrap_err();
    assert_eq!((refused.code, refused.detail.as_ref()), (ErrorCode::InvalidGrant, "reused"));
    assert!(!world.works(&second.access).await);
    assert_eq!(world.refresh(CLI, &second.refresh).await.unwrap_err().detail, "revoked: reused");
    assert_eq!(world.unread_notices().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft09_after_the_window_unseen_it_is_recovered_and_the_superseded_successor_kills() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let lost = world.refresh(CLI, &first.refresh).await.unwrap();
    world.advance(31);
    let recovered = world.refresh(CLI, &first.refresh).await.unwrap();
    assert_ne!(recovered, lost);
    assert!(!world.works(&lost.access).await, "the superseded access token is gone");
    assert!(world.works(&recovered.access).await);
    assert_eq!(world.refresh(CLI, &lost.refresh).await.unwrap_err().detail, "reused");
    assert!(!world.works(&recovered.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft10_the_head_twice_within_the_window_then_rotated_and_the_grandparent_kills() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    assert_eq!(world.refresh(CLI, &second.refresh).await.unwrap(), second);
    world.advance(31);
    let third = world.refresh(CLI, &second.refresh).await.unwrap();
    assert_ne!(third.refresh, second.refresh);
    assert_eq!(world.refresh(CLI, &first.refresh).await.unwrap_err().detail, "reused");
    assert!(world.refresh(CLI, &third.refresh).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn ft13_three_repeated_generations_give_one_notice_and_the_family_lives() {
    let world = World::new().await;
    let mut pair = world.connect(CLI).await;
    for _ in 0..5 {
        world.advance(60);
        let next = world.refresh(CLI, &pair.refresh).await.unwrap();
        assert_eq!(world.refresh(CLI, &pair.refresh).await.unwrap(), next);
        pair = next;
    }
    assert_eq!(world.unread_notices().await, 1);
    assert!(world.works(&pair.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft13_with_a_repeat_limit_of_three_the_fourth_revokes() {
    let world = World::with(|settings| settings.tokens.family.repeat_limit = 3).await;
    let mut pair = world.connect(CLI).await;
    for _ in 0..3 {
        world.advance(60);
        let next = world.refresh(CLI, &pair.refresh).await.unwrap();
        world.refresh(CLI, &pair.refresh).await.unwrap();
        pair = next;
    }
    world.advance(60);
    world.refresh(CLI, &pair.refresh).await.unwrap();
    assert_eq!(world.refresh(CLI, &pair.refresh).await.unwrap_err().detail, "reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn ft23_a_lost_recovery_is_recovered_again() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    world.refresh(CLI, &first.refresh).await.unwrap();
    for _ in 0..3 {
        world.advance(3600);
        world.refresh(CLI, &first.refresh).await.unwrap();
    }
    world.advance(5);
    let pair = world.refresh(CLI, &first.refresh).await.unwrap();
    assert!(world.works(&pair.access).await);
    assert!(world.refresh(CLI, &pair.refresh).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn ft27_a_lid_closed_in_mid_refresh_on_friday_and_opened_on_monday_is_recovered() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    world.refresh(CLI, &first.refresh).await.unwrap();
    world.advance(3 * 86_400);
    let monday = world.refresh(CLI, &first.refresh).await.unwrap();
    assert!(world.works(&monday.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_recovery_window_the_predecessor_is_a_stale_copy() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    world.refresh(CLI, &first.refresh).await.unwrap();
    world.advance(8 * 86_400);
    assert_eq!(world.refresh(CLI, &first.refresh).await.unwrap_err().detail, "reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_zero_is_the_strict_rule() {
    let world = World::with(|settings| settings.tokens.family.retry_window = std::time::Duration::ZERO).await;
    let first = world.connect(CLI).await;
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    let third = world.refresh(CLI, &second.refresh).await.unwrap();
    assert_ne!(second.refresh, third.refresh, "every use rotates");
    assert_eq!(world.refresh(CLI, &second.refresh).await.unwrap_err().detail, "reused", "every repeat revokes");
}

#[tokio::test(flavor = "multi_thread")]
async fn ft15_a_clock_that_steps_back_signs_nobody_out() {
    let world = World::new().await;
    let first = world.connect(CLI).await;
    world.advance(100);
    let second = world.refresh(CLI, &first.refresh).await.unwrap();
    world.clock.step_back(std::time::Duration::from_secs(50));
    assert_eq!(world.refresh(CLI, &first.refresh).await.unwrap(), second);
    world.advance(200);
    assert!(world.refresh(CLI, &second.refresh).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn ft15_a_clock_that_steps_back_and_forth_signs_nobody_out() {
    let world = World::new().await;
    let mut pair = world.connect(CLI).await;
    for seconds in [40_i64, -50, 45, -300, 90, -1, 1, -86_400, 86_431, -20, 3_600, -3_600] {
        match u64::try_from(seconds) {
            Ok(forth) => world.advance(forth),
            Err(_) => world.clock.step_back(std::time::Duration::from_secs(seconds.unsigned_abs())),
        }
        let next = world.refresh(CLI, &pair.refresh).await.unwrap();
        assert_eq!(world.refresh(CLI, &pair.refresh).await.unwrap(), next, "the retry after {seconds} s");
        pair = next;
    }
    assert!(world.works(&pair.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_absolute_expiry_end_a_family_and_rotation_never_extends_the_absolute_one() {
    let day = 86_400;
    let world = World::new().await;
    let mut pair = world.connect(CLI).await;
    world.advance(31 * day);
    assert_eq!(world.refresh(CLI, &pair.refresh).await.unwrap_err().detail, "expired");
    pair = world.connect(CLI).await;
    for _ in 0..18 {
        world.advance(20 * day);
        pair = world.refresh(CLI, &pair.refresh).await.unwrap();
    }
    world.advance(6 * day);
    assert_eq!(world.refresh(CLI, &pair.refresh).await.unwrap_err().detail, "expired");
}
