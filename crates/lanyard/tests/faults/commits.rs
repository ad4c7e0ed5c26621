//! COMMIT fails, and for real: a constraint that is looked at only then is broken (SQLite: a foreign key; PostgreSQL: a
//! trigger that reports a full disk).

use crate::harness::{Process, World};

const BREAK_SQLITE: &str = "CREATE TABLE IF NOT EXISTS broken (id TEXT REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED); \
     CREATE TRIGGER commits_fail AFTER UPDATE ON families BEGIN INSERT INTO broken VALUES ('nobody'); END";
const BREAK_POSTGRES: &str = "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; \
     CREATE CONSTRAINT TRIGGER commits_fail AFTER UPDATE ON families DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broken()";

/// From now on no COMMIT succeeds that changed a family.
async fn break_commits(world: &World) {
    world.statements(if world.is_postgres() { BREAK_POSTGRES } else { BREAK_SQLITE }).await;
}

async fn mend_commits(world: &World) {
    world
        .statements(if world.is_postgres() {
            "DROP TRIGGER commits_fail ON families"
        } else {
            "DROP TRIGGER commits_fail"
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_commit_fails_changes_nothing_and_its_retry_succeeds() {
    let (world, held) = World::new(2).await;
    let process = Process::start(&world).await;
    assert!(process.accepts(&world, &held[0].access).await);
    break_commits(&world).await;
    for _ in 0..3 {
        process.refresh(&held[0].refresh).await.unwrap().assert_unavailable();
        process.refresh_narrowed(&held[1].refresh).await.unwrap().assert_unavailable();
    }
    assert!(process.accepts(&world, &held[0].access).await, "what was held goes on working");
    mend_commits(&world).await;
    for pair in &held {
        assert_eq!(world.stored(&pair.refresh).await, (1, false));
        let next = process.refresh(&pair.refresh).await.unwrap().held();
        assert!(process.accepts(&world, &next.access).await);
        assert_eq!(world.stored(&pair.refresh).await, (2, false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn v24_a_revocation_whose_commit_fails_is_503_and_its_retry_revokes() {
    let (world, held) = World::new(1).await;
    let process = Process::start(&world).await;
    assert!(process.accepts(&world, &held[0].access).await);
    break_commits(&world).await;
    process.revoke(&held[0].refresh).await.unwrap().assert_unavailable();
    process.revoke(&held[0].access).await.unwrap().assert_unavailable();
    assert!(process.accepts(&world, &held[0].access).await, "nothing was ended");
    mend_commits(&world).await;
    assert_eq!(process.revoke(&held[0].refresh).await.unwrap().status, 200);
    assert!(!process.accepts(&world, &held[0].access).await);
    process.refresh(&held[0].refresh).await.unwrap().assert_invalid_grant();
}

#[tokio::test(flavor = "multi_thread")]
async fn ft18_a_reuse_whose_commit_fails_gives_503_and_no_token() {
    let (world, held) = World::new(1).await;
    let process = Process::start(&world).await;
    let next = world.stale(&process, &held[0]).await;
    break_commits(&world).await;
    for _ in 0..3 {
        process.refresh(&held[0].refresh).await.unwrap().assert_unavailable();
    }
    assert!(!world.stored(&held[0].refresh).await.1);
    assert!(process.accepts(&world, &next.access).await, "the family lives until it is known to be ended");
    mend_commits(&world).await;
    process.refresh(&held[0].refresh).await.unwrap().assert_invalid_grant();
    assert!(!process.accepts(&world, &next.access).await);
    process.refresh(&next.refresh).await.unwrap().assert_invalid_grant();
}
