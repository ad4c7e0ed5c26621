//! People: accounts, connections, the operator's acts and the janitor, on SQLite, or on PostgreSQL where
//! `TEST_DATABASE_URL` names one.

// Says to clippy what this directory says to cargo.
#![cfg(test)]

mod admin;
mod audit;
mod breaches;
mod connections;
mod demands;
#[path = "../harness/mod.rs"]
mod harness;
#[path = "../clients/https_server.rs"]
mod https_server;
mod imports;
mod invitations;
mod janitor;
mod members;
mod resources;
mod role_races;
mod roles;
mod sign_in;
mod sign_up;
mod stand;
mod webhooks;
