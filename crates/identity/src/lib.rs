//! Doing: one module per thing that can be asked of an authorization server.
//!
//! Owns every rule: who may do what, and what follows. Does not own how it is kept (`storage`), what a thing is (`model`),
//! the words on the wire (`protocol`), or HTTP (`server`).

pub mod access;
pub mod account;
pub mod admin;
pub mod administration;
pub mod api_key;
pub mod api_token;
pub mod apps;
pub mod audit;
pub mod authenticate_client;
mod authority;
pub mod authorize;
pub mod backup;
pub mod check;
pub mod client_document;
mod clock;
pub mod connections;
mod cursor;
pub mod demands;
pub mod device;
mod error;
pub mod events;
mod household;
#[cfg(test)]
#[path = "../tests/clients/https_server.rs"]
mod https_server;
pub mod introspect;
pub mod invitation;
pub mod janitor;
mod keyring;
mod known;
mod last_use;
pub mod mail;
pub mod management;
pub mod membership;
pub mod metadata;
mod metrics;
pub mod once;
mod organization;
mod password;
mod permitted;
pub mod policy;
mod queue;
pub mod register;
pub mod revoke;
mod seal;
mod settings;
pub mod token;
mod token_name;
mod upstream;
pub mod userinfo;
pub mod webhooks;
mod weight;

pub use authenticate_client::AuthenticatedClient;
pub use authority::{Authority, Caller};
pub use clock::Clock;
pub use error::Error;
pub use introspect::Presented;
pub use policy::{Actor, Denied, Standing, Who};
pub use settings::{
    ApiKeySettings, DeviceSettings, DocumentSettings, EventSettings, OrganizationSettings, PasswordSettings,
    RegistrationSettings, RetentionSettings, SessionSettings, Settings, SignInLimits, SignUpSettings, TokenSettings,
};
pub use upstream::{ProviderHealth, ProviderKind, ProviderSettings, UpstreamSettings};
