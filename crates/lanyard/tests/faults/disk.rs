//! The disk takes no more. SQLite: a limit on the size of files, which is set and lifted from outside while the server runs, so
//! that every write of its fails, the log's too. PostgreSQL: the error that it reports then.

use std::process::Command;

use crate::harness::{Process, World, process::Start};

const FILL_POSTGRES: &str = "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; \
     CREATE TRIGGER full_disk BEFORE UPDATE ON families EXECUTE FUNCTION full_disk()";

async fn fill(world: &World, process: &Process) {
    if world.is_postgres() {
        return world.statements(FILL_POSTGRES).await;
    }
    limit_files(process, "0");
}

async fn free(world: &World, process: &Process) {
    if world.is_postgres() {
        return world.statements("DROP TRIGGER full_disk ON families").await;
    }
    limit_files(process, "unlimited");
}

fn limit_files(process: &Process, bytes: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &process.id().to_string(), &format!("--fsize={bytes}:unlimited")])
        .status()
        .expect("prlimit, of util-linux");
    assert!(limited.success());
}

/// Otherwise a write above the limit kills the process, which a full disk does not.
fn without_signal() -> Start<'static> {
    let shell = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    Start { under: shell.map(str::to_owned).into(), ..Start::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn ft16_on_a_full_disk_nothing_is_lost_and_the_same_token_works_afterwards() {
    let (world, held) = World::new(2).await;
    let process = Process::start_with(&world, without_signal()).await;
    for pair in &held {
        assert!(process.accepts(&world, &pair.access).await);
    }
    fill(&world, &process).await;
    for _ in 0..3 {
        process.refresh(&held[0].refresh).await.unwrap().assert_unavailable();
        process.refresh_narrowed(&held[1].refresh).await.unwrap().assert_unavailable();
    }
    assert!(process.accepts(&world, &held[0].access).await, "who is known is still let in");
    free(&world, &process).await;
    for pair in &held {
        assert_eq!(world.stored(&pair.refresh).await, (1, false));
        let next = process.refresh(&pair.refresh).await.unwrap().held();
        assert!(process.accepts(&world, &next.access).await);
        assert_eq!(world.stored(&pair.refresh).await, (2, false));
    }
    assert!(process.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn v24_a_revocation_on_a_full_disk_is_503_and_its_retry_revokes() {
    let (world, held) = World::new(1).await;
    let process = Process::start_with(&world, without_signal()).await;
    assert!(process.accepts(&world, &held[0].access).await);
    fill(&world, &process).await;
    process.revoke(&held[0].refresh).await.unwrap().assert_unavailable();
    assert!(process.accepts(&world, &held[0].access).await, "nothing was ended");
    free(&world, &process).await;
    assert_eq!(process.revoke(&held[0].refresh).await.unwrap().status, 200);
    assert!(!process.accepts(&world, &held[0].access).await);
    process.refresh(&held[0].refresh).await.unwrap().assert_invalid_grant();
}
