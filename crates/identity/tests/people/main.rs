//! People: accounts, connections, the operator's acts and the janitor, on SQLite, or on PostgreSQL where
//! `TEST_DATABASE_URL` names one.

// Says to clippy what this directory says to cargo.
#![cfg(test)]

mod admin;
mod connections;
#[path = "../harness/mod.rs"]
mod harness;
mod janitor;
mod members;
mod sign_in;
mod sign_up;
mod stand;
