//! Codes: once, for the right client and verifier (V-14, V-15, V-16).

use futures_util::future::join_all;
use protocol::ErrorCode;

use crate::harness::{World, exchange};

const CLI: &str = "demo-cli";

#[tokio::test(flavor = "multi_thread")]
async fn v14_a_wrong_or_missing_verifier_does_not_spend_the_code() {
    let world = World::new().await;
    let code = world.code(CLI).await;
    let wrong = "a".repeat(43);
    assert_eq!(world.redeem_with(CLI, &code, &wrong).await.err().unwrap().code, ErrorCode::InvalidGrant);
    let missing = exchange(&world.authority, CLI, &format!("grant_type=authorization_code&code={code}")).await;
    assert_eq!(missing.err().unwrap().code, ErrorCode::InvalidGrant);
    assert!(world.redeem(CLI, &code).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn v15_a_code_of_another_client_is_refused_and_stays_good() {
    let world = World::new().await;
    let code = world.code(CLI).await;
    assert_eq!(world.redeem("other-cli", &code).await.err().unwrap().code, ErrorCode::InvalidGrant);
    assert!(world.redeem(CLI, &code).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn v16_a_valid_replay_ends_what_the_first_use_gave_and_an_invalid_one_does_not() {
    let world = World::new().await;
    let code = world.code(CLI).await;
    let pair: crate::harness::Pair = world.redeem(CLI, &code).await.unwrap().into();
    assert!(world.redeem_with(CLI, &code, &"b".repeat(43)).await.is_err());
    assert!(world.redeem("other-cli", &code).await.is_err());
    assert!(world.works(&pair.access).await);
    assert_eq!(world.redeem(CLI, &code).await.err().unwrap().detail, "replayed");
    assert!(!world.works(&pair.access).await);
    assert!(world.refresh(CLI, &pair.refresh).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_expires_to_the_second() {
    let world = World::new().await;
    let code = world.code(CLI).await;
    world.advance(60);
    assert_eq!(world.redeem(CLI, &code).await.err().unwrap().description, "the code has expired");
    let code = world.code(CLI).await;
    world.advance(59);
    assert!(world.redeem(CLI, &code).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_uri_that_is_sent_must_be_the_one_that_was_used() {
    let world = World::new().await;
    let code = world.code(CLI).await;
    let with = |uri: &str| {
        format!(
            "grant_type=authorization_code&code={code}&code_verifier={}&redirect_uri={uri}",
            crate::harness::VERIFIER
        )
    };
    let other = exchange(&world.authority, CLI, &with("http%3A%2F%2F127.0.0.1%3A4712%2Fcallback")).await;
    assert_eq!(other.err().unwrap().code, ErrorCode::InvalidGrant);
    assert!(exchange(&world.authority, CLI, &with("http%3A%2F%2F127.0.0.1%3A4711%2Fcallback")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn v16_of_two_hundred_parallel_redemptions_one_wins_and_its_tokens_are_dead_then() {
    let world = std::sync::Arc::new(World::new().await);
    let code = world.code(CLI).await;
    let all = join_all((0..200).map(|_| {
        let (world, code) = (world.clone(), code.clone());
        tokio::spawn(async move { world.redeem(CLI, &code).await })
    }))
    .await;
    let mut won: Vec<crate::harness::Pair> =
        all.into_iter().filter_map(|done| done.unwrap().ok()).map(Into::into).collect();
    assert_eq!(won.len(), 1);
    let pair = won.remove(0);
    assert!(!world.works(&pair.access).await);
}
