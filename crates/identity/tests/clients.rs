//! How clients arrive and prove who they are, and the keys that sign for them, through the real authority on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod harness;

#[path = "clients/assertions.rs"]
mod assertions;
#[path = "clients/documents.rs"]
mod documents;
#[path = "clients/https_server.rs"]
mod https_server;
#[path = "clients/keys.rs"]
mod keys;
#[path = "clients/metadata.rs"]
mod metadata;
#[path = "clients/registrations.rs"]
mod registrations;
#[path = "clients/secrets.rs"]
mod secrets;
#[path = "clients/signer.rs"]
mod signer;
