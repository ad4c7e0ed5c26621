//! Trouble on both sides of a server that listens: clients that reset their connections, and a store that has none to give.
//!
//! In a build with the feature `fault-points` (see `storage::fault`).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

#[path = "../harness/mod.rs"]
mod harness;

mod pool;
mod resets;
