//! What the store measures: each name, type and help, once. Whoever counts holds the handle; nothing is looked up.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::pool::Pool;

/// Jobs in one batch of SQLite's writer; 64 is the most.
const JOBS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// Seconds of one COMMIT: a disk that remembers without power, a good one, a bad one, trouble.
const COMMIT: [f64; 11] = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

/// The store's measures.
pub(crate) struct Metrics {
    registry: Registry,
    /// None on PostgreSQL.
    sqlite: Option<Sqlite>,
    /// Transactions that began anew.
    pub(crate) conflicts: Counter,
    /// Connections that could not be had.
    pub(crate) acquire_failures: Counter,
    /// Access tokens that were found in memory.
    pub(crate) remembered: Counter,
    /// Access tokens that were looked for in the database.
    pub(crate) looked_up: Counter,
    busy: Gauge,
    idle: Gauge,
    most: Gauge,
}

impl Metrics {
    /// Declares them; `sqlite` are the writer's, where there is one.
    pub(crate) fn new(sqlite: Option<Sqlite>) -> Self {
        let (mut registry, connections) = (Registry::default(), Family::<[(&str, &str); 1], Gauge>::default());
        let state = |state| connections.get_or_create_owned(&[("state", state)]);
        let (busy, idle, most) = (state("busy"), state("idle"), Gauge::default());
        let (conflicts, acquire_failures) = (Counter::default(), Counter::default());
        let tokens = Family::<[(&str, &str); 1], Counter>::default();
        let found = |place| tokens.get_or_create_owned(&[("outcome", place)]);
        let (remembered, looked_up) = (found("remembered"), found("looked_up"));
        registry.register(
            "lanyard_access_token_reads",
            "Access tokens that were asked for: remembered, or looked up in the database",
            tokens,
        );
        registry.register(
            "lanyard_database_connections",
            "Connections in the pool: PostgreSQL's, or those that read SQLite",
            connections,
        );
        registry.register("lanyard_database_connections_max", "Connections that the pool may have", most.clone());
        registry.register(
            "lanyard_database_acquire_failures",
            "Requests that got no connection in time, and were answered 503",
            acquire_failures.clone(),
        );
        registry.register(
            "lanyard_database_conflicts",
            "Transactions that began anew, because a row had changed meanwhile",
            conflicts.clone(),
        );
        if let Some(sqlite) = &sqlite {
            sqlite.declare(&mut registry);
        }
        Self { registry, sqlite, conflicts, acquire_failures, remembered, looked_up, busy, idle, most }
    }

    /// All of them, after a look at what shows only at the moment: the pool, and the jobs that wait for the writer.
    pub(crate) fn read(&self, pool: &Pool, waiting: usize) -> &Registry {
        let (all, idle, most) = pool.counts();
        self.idle.set(count(idle));
        self.busy.set(count(all - idle));
        self.most.set(count(most));
        if let Some(sqlite) = &self.sqlite {
            sqlite.waiting.set(count(waiting));
        }
        &self.registry
    }
}

/// What is measured of SQLite's one writer and of its write-ahead log. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sqlite {
    batch_jobs: Histogram,
    commit_seconds: Histogram,
    /// Batches that failed whole.
    pub(crate) failed_batches: Counter,
    /// The log was moved into the database.
    pub(crate) checkpoints: Counter,
    /// It could not be.
    pub(crate) failed_checkpoints: Counter,
    wal_bytes: Gauge,
    waiting: Gauge,
}

impl Sqlite {
    pub(crate) fn new() -> Self {
        Self {
            batch_jobs: Histogram::new(JOBS),
            commit_seconds: Histogram::new(COMMIT),
            failed_batches: Counter::default(),
            checkpoints: Counter::default(),
            failed_checkpoints: Counter::default(),
            wal_bytes: Gauge::default(),
            waiting: Gauge::default(),
        }
    }

    fn declare(&self, registry: &mut Registry) {
        registry.register("lanyard_sqlite_batch_jobs", "Transactions that shared one COMMIT", self.batch_jobs.clone());
        registry.register(
            "lanyard_sqlite_commit_seconds",
            "Time of a COMMIT, which waits for the disk (fsync)",
            self.commit_seconds.clone(),
        );
        registry.register(
            "lanyard_sqlite_batch_failures",
            "Batches that failed whole, and were answered 503",
            self.failed_batches.clone(),
        );
        registry.register("lanyard_sqlite_waiting_jobs", "Transactions that wait for the writer", self.waiting.clone());
        registry.register(
            "lanyard_sqlite_checkpoints",
            "How often the write-ahead log was moved into the database",
            self.checkpoints.clone(),
        );
        registry.register(
            "lanyard_sqlite_checkpoint_failures",
            "How often the write-ahead log could not be moved",
            self.failed_checkpoints.clone(),
        );
        registry.register("lanyard_sqlite_wal_bytes", "Size of the write-ahead log's file", self.wal_bytes.clone());
    }

    /// A batch of so many jobs is durable.
    pub(crate) fn committed(&self, jobs: usize, took: Duration) {
        self.batch_jobs.observe(f64::from(u32::try_from(jobs).unwrap_or(u32::MAX)));
        self.commit_seconds.observe(took.as_secs_f64());
    }

    /// The log has this size now.
    pub(crate) fn log_has(&self, bytes: u64) {
        self.wal_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
