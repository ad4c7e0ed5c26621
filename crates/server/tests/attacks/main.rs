//! Attacks that have broken other authorization servers, each by the sequence of requests that would show it here. Named as
//! in docs/threats.md.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

#[path = "../harness/mod.rs"]
mod harness;

mod browser;
mod clients;
mod device;
mod flows;
mod input;
mod keys;
mod organizations;
mod routes;
mod surroundings;
mod upstream;
