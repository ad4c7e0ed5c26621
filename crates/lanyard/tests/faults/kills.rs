//! The process dies in the middle of a refresh, and is started again.

use crate::harness::{Answer, Broken, Held, Process, World, process::ABORTED};

/// By the one command, or by the ordinary transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Hot,
    Ordinary,
}

impl Way {
    async fn refresh(self, process: &Process, token: &str) -> Result<Answer, Broken> {
        match self {
            Self::Hot => process.refresh(token).await,
            Self::Ordinary => process.refresh_narrowed(token).await,
        }
    }
}

/// Kills the process at `point` during a refresh by each of these ways; `generation` is what the database has then.
async fn killed(point: &str, ways: &[Way], generation: i64) {
    let (world, held) = World::new(ways.len()).await;
    let mut process = Process::start(&world).await;
    for (way, first) in ways.iter().zip(&held) {
        assert!(process.accepts(&world, &first.access).await);
        world.arm(&format!("{point} kill")).await;
        assert_eq!(way.refresh(&process, &first.refresh).await.unwrap_err(), Broken, "{way:?}");
        assert!(world.has_happened());
        process.died_of(ABORTED).await;
        assert_eq!(world.stored(&first.refresh).await, (generation, false), "{way:?}");
        process = Process::start(&world).await;
        let next = way.refresh(&process, &first.refresh).await.unwrap().held();
        assert_one_head(&world, &process, *way, first, &next).await;
    }
    for first in &held {
        assert_eq!(world.stored(&first.refresh).await, (2, false), "one head, one generation on");
    }
}

/// The pair works, whoever repeats the refresh gets this pair and no other, and no other access token of its generation works.
async fn assert_one_head(world: &World, process: &Process, way: Way, first: &Held, next: &Held) {
    assert_ne!(first.refresh, next.refresh);
    assert!(process.accepts(world, &next.access).await);
    for token in [&first.refresh, &next.refresh] {
        assert_eq!(way.refresh(process, token).await.unwrap().held(), *next);
    }
    assert!(process.accepts(world, &next.access).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn ft01_killed_before_the_transaction_the_retry_succeeds() {
    killed("begin", &[Way::Hot, Way::Ordinary], 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ft02_killed_before_commit_nothing_is_kept_and_the_retry_succeeds() {
    // A hot command on PostgreSQL is its own COMMIT: ft05 cuts it.
    let postgres = std::env::var("TEST_DATABASE_URL").is_ok_and(|url| url.starts_with("postgres"));
    killed("commit", if postgres { &[Way::Ordinary] } else { &[Way::Hot, Way::Ordinary] }, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ft03_killed_after_commit_the_retry_gets_what_was_committed() {
    killed("committed", &[Way::Hot, Way::Ordinary], 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ft04_killed_in_the_middle_of_the_response_the_retry_gets_it_whole() {
    killed("response", &[Way::Hot, Way::Ordinary], 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_during_a_revocation_it_is_done_or_not_and_the_retry_does_it() {
    let (world, held) = World::new(3).await;
    let mut process = Process::start(&world).await;
    for (point, pair, done) in [("begin", &held[0], false), ("commit", &held[1], false), ("committed", &held[2], true)]
    {
        world.arm(&format!("{point} kill")).await;
        assert_eq!(process.revoke(&pair.refresh).await.unwrap_err(), Broken);
        process.died_of(ABORTED).await;
        assert_eq!(world.stored(&pair.refresh).await.1, done, "{point}");
        process = Process::start(&world).await;
        assert_eq!(process.accepts(&world, &pair.access).await, !done, "{point}");
        assert_eq!(process.revoke(&pair.refresh).await.unwrap().status, 200);
        assert!(!process.accepts(&world, &pair.access).await, "{point}");
        process.refresh(&pair.refresh).await.unwrap().assert_invalid_grant();
    }
}
