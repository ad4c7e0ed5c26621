//! Somebody else holds a lock for ten seconds.

use std::time::{Duration, Instant};

use crate::harness::{Process, World};

#[tokio::test(flavor = "multi_thread")]
async fn ft16_a_database_locked_for_ten_seconds_is_503_and_the_same_token_works_afterwards() {
    let (world, held) = World::new(2).await;
    let process = Process::start(&world).await;
    let mut raw = world.raw().await;
    let lock =
        if world.is_postgres() { "BEGIN; LOCK TABLE families IN ACCESS EXCLUSIVE MODE" } else { "BEGIN IMMEDIATE" };
    sqlx::raw_sql(lock).execute(&mut raw).await.unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        let (refreshed, revoked) = tokio::join!(process.refresh(&held[0].refresh), process.revoke(&held[1].refresh));
        refreshed.unwrap().assert_unavailable();
        revoked.unwrap().assert_unavailable();
    }
    sqlx::raw_sql("ROLLBACK").execute(&mut raw).await.unwrap();
    let next = process.refresh(&held[0].refresh).await.unwrap().held();
    assert!(process.accepts(&world, &next.access).await);
    assert!(process.accepts(&world, &held[1].access).await, "what was not answered as revoked is not");
    assert_eq!(process.revoke(&held[1].refresh).await.unwrap().status, 200);
    assert!(!process.accepts(&world, &held[1].access).await);
    for pair in &held {
        assert_eq!(world.stored(&pair.refresh).await.0, if pair == &held[0] { 2 } else { 1 });
    }
}
