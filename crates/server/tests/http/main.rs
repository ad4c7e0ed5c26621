//! One file per route or flow, through real HTTP against a server that listens.

#[path = "../harness/mod.rs"]
mod harness;

mod authorize;
