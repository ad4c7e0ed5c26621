//! Attacks that have broken other authorization servers, each by the sequence of requests that would show it here. Named as
//! in docs/threats.md.

#[path = "../harness/mod.rs"]
mod harness;

mod browser;
mod clients;
