//! One file per route or flow, through real HTTP against a server that listens.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

#[path = "../harness/mod.rs"]
mod harness;

mod account;
mod administration;
mod api_keys;
mod audit;
mod authorize;
mod check;
mod connecting;
mod connections;
mod consent;
mod cors;
mod events;
mod federated;
mod guard;
mod headers;
mod health;
mod introspect;
mod issuer_path;
mod jwt_access_tokens;
mod language;
mod mail;
mod management;
mod metadata;
mod metrics;
mod organization_apps;
mod organization_people;
mod organizations;
mod pages;
mod passkeys;
mod privacy;
mod rate_limit;
mod register;
mod reset;
mod resources;
mod revoke;
mod second_factor;
mod sign_in;
mod sign_up;
mod token;
mod token_exchange;
mod unavailable;
mod userinfo;
mod webhooks;
