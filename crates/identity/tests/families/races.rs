//! Parallel use, over one process and over two.

use std::collections::HashSet;

use futures_util::future::join_all;

use crate::harness::{Pair, World, exchange, refresh_at};

const CLI: &str = "demo-cli";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ft06_sixty_four_parallel_refreshes_give_one_distinct_pair() {
    let world = World::new().await;
    let processes = [world.authority.clone(), world.second().await];
    let mut pair = world.connect(CLI).await;
    for _ in 0..3 {
        world.advance(60);
        let all = join_all((0..64).map(|at| {
            let (authority, refresh) = (processes[at % 2].clone(), pair.refresh.clone());
            tokio::spawn(async move { refresh_at(&authority, CLI, &refresh).await.unwrap() })
        }))
        .await;
        let distinct: HashSet<(String, String)> =
            all.into_iter().map(|done| done.unwrap()).map(|Pair { access, refresh }| (access, refresh)).collect();
        assert_eq!(distinct.len(), 1);
        let (access, refresh) = distinct.into_iter().next().unwrap();
        pair = Pair { access, refresh };
        assert!(world.works(&pair.access).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ft24_two_processes_recover_at_once_and_get_one_pair() {
    let world = World::new().await;
    let second = world.second().await;
    let first = world.connect(CLI).await;
    world.refresh(CLI, &first.refresh).await.unwrap();
    world.advance(3600);
    let (one, other) =
        tokio::join!(refresh_at(&world.authority, CLI, &first.refresh), refresh_at(&second, CLI, &first.refresh));
    assert_eq!(one.unwrap(), other.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ft11_no_token_works_after_the_revocation_was_answered() {
    let world = World::new().await;
    // `FT11_ROUNDS=10000` for the long run.
    let rounds = std::env::var("FT11_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(300);
    for round in 0..rounds {
        let first = world.connect(CLI).await;
        let racing = {
            let (authority, refresh) = (world.authority.clone(), first.refresh.clone());
            tokio::spawn(async move { refresh_at(&authority, CLI, &refresh).await })
        };
        if round % 2 == 0 {
            tokio::task::yield_now().await;
        }
        world.revoke(CLI, &first.refresh).await;
        let raced = racing.await.unwrap();
        assert!(!world.works(&first.access).await);
        assert!(world.refresh(CLI, &first.refresh).await.is_err());
        if let Ok(pair) = raced {
            assert!(!world.works(&pair.access).await, "what the race won is dead too");
            assert!(world.refresh(CLI, &pair.refresh).await.is_err());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ft25_sight_racing_rotation_never_loses_the_connection() {
    let world = World::new().await;
    let mut pair = world.connect(CLI).await;
    for _ in 0..20 {
        world.advance(60);
        let (seen, next) = tokio::join!(world.works(&pair.access), world.refresh(CLI, &pair.refresh));
        assert!(seen, "the access token of the generation before lives on");
        pair = next.unwrap();
    }
    assert!(world.works(&pair.access).await);
}

/// A narrowing that nobody has asked for before inserts an access token beside the first one, in whichever process.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_refreshes_with_the_same_new_narrowing_share_one_access_token() {
    let world = World::new().await;
    let processes = [world.authority.clone(), world.second().await];
    let mut refresh = world.connect(CLI).await.refresh;
    for round in 0..8 {
        // Every second round the narrowed refresh is the one that rotates.
        if round % 2 == 0 {
            refresh = world.refresh(CLI, &refresh).await.unwrap().refresh;
        } else {
            world.advance(60);
        }
        let body = format!("grant_type=refresh_token&scope=issues%3Aread&refresh_token={refresh}");
        let all = join_all((0..32).map(|at| {
            let (authority, body) = (processes[at % 2].clone(), body.clone());
            tokio::spawn(async move { exchange(&authority, CLI, &body).await.unwrap() })
        }))
        .await;
        let answers: Vec<_> = all.into_iter().map(|done| done.unwrap()).collect();
        let distinct: HashSet<_> =
            answers.iter().map(|answer| (&answer.access_token, &answer.refresh_token, answer.expires_in)).collect();
        assert_eq!(distinct.len(), 1, "round {round}");
        assert!(world.works(&answers[0].access_token).await, "round {round}");
        refresh = answers[0].refresh_token.clone().unwrap();
    }
}
