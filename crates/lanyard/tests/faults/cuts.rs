//! The connection to PostgreSQL is cut in COMMIT: before it arrives, or after it was done. The server cannot know which.

use crate::harness::{Cut, Held, Process, Proxy, World};

/// A world behind a proxy; none on SQLite, which has no connection to be cut.
async fn behind_a_proxy(families: usize) -> Option<(World, Vec<Held>, Proxy, Process)> {
    let (world, held) = World::new(families).await;
    if !world.is_postgres() {
        return None;
    }
    let proxy = Proxy::start(world.database.url()).await;
    let process = Process::start_behind(&world, proxy.port).await;
    Some((world, held, proxy, process))
}

#[tokio::test(flavor = "multi_thread")]
async fn ft05_cut_in_commit_the_retry_with_the_same_token_succeeds() {
    let Some((world, held, proxy, process)) = behind_a_proxy(4).await else { return };
    for (first, (cut, narrowed)) in
        held.iter().zip([(Cut::Before, false), (Cut::After, false), (Cut::Before, true), (Cut::After, true)])
    {
        let refresh = async |token: &str| {
            if narrowed { process.refresh_narrowed(token).await } else { process.refresh(token).await }.unwrap()
        };
        world.settled().await;
        proxy.arm(cut);
        refresh(&first.refresh).await.assert_unavailable();
        assert!(proxy.has_cut());
        let generation = if cut == Cut::After { 2 } else { 1 };
        assert_eq!(world.stored(&first.refresh).await, (generation, false), "{cut:?} {narrowed}");
        let next = refresh(&first.refresh).await.held();
        assert_eq!(refresh(&first.refresh).await.held(), next);
        assert!(process.accepts(&world, &next.access).await);
        assert_eq!(world.stored(&first.refresh).await, (2, false), "one head lives: {cut:?} {narrowed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v24_a_revocation_whose_commit_is_cut_is_never_answered_as_done() {
    let Some((world, held, proxy, process)) = behind_a_proxy(2).await else { return };
    for (pair, cut) in held.iter().zip([Cut::Before, Cut::After]) {
        world.settled().await;
        proxy.arm(cut);
        process.revoke(&pair.refresh).await.unwrap().assert_unavailable();
        assert!(proxy.has_cut());
        assert_eq!(process.accepts(&world, &pair.access).await, cut == Cut::Before, "{cut:?}");
        assert_eq!(process.revoke(&pair.refresh).await.unwrap().status, 200);
        assert!(!process.accepts(&world, &pair.access).await);
        process.refresh(&pair.refresh).await.unwrap().assert_invalid_grant();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ft18_a_reuse_whose_commit_is_cut_gives_no_token_and_ends_the_family_in_the_end() {
    let Some((world, held, proxy, process)) = behind_a_proxy(2).await else { return };
    for (first, cut) in held.iter().zip([Cut::Before, Cut::After]) {
        let next = world.stale(&process, first).await;
        // By the ordinary transaction alone: the hot command, which finds nothing to do, would be cut instead.
        world.settled().await;
        proxy.arm(cut);
        process.refresh_narrowed(&first.refresh).await.unwrap().assert_unavailable();
        assert!(proxy.has_cut());
        assert_eq!(world.stored(&first.refresh).await.1, cut == Cut::After, "{cut:?}");
        process.refresh(&first.refresh).await.unwrap().assert_invalid_grant();
        assert!(!process.accepts(&world, &next.access).await);
        process.refresh(&next.refresh).await.unwrap().assert_invalid_grant();
    }
}
