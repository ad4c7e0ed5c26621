//! What is kept is kept as it was meant, on both databases: `TEST_DATABASE_URL` unset is a temporary SQLite file, and
//! `postgres://…` a fresh schema for each test.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod access_tokens;
mod api_keys;
mod attempts;
mod audit_events;
mod authorizations;
mod backup;
mod clients;
mod device_codes;
mod factors;
mod families;
mod feeds;
mod fitness;
mod grants;
mod group_commit;
mod harness;
mod hot;
mod invitations;
mod mails;
mod memberships;
mod notices;
mod open;
mod organizations;
mod personal;
mod projects;
mod proofs;
mod purge;
mod races;
mod resources;
mod sessions;
mod signing_keys;
mod silent_allowance;
mod standing;
mod token_reads;
mod transactions;
mod upstream;
mod used_assertions;
mod users;
mod webhooks;
