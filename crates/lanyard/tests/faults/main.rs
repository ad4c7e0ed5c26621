//! The failure tests of docs/families.md through the real binary: it dies, its COMMITs fail, its connections are cut, its
//! disk is full. On SQLite, and on PostgreSQL where `TEST_DATABASE_URL` names one.
//!
//! In a build with the feature `fault-points` (see `storage::fault`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

mod harness;

mod backups;
mod commands;
mod commits;
mod cuts;
mod disk;
mod kills;
mod locks;
mod power;
