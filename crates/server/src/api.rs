//! The management API, `/api/v1`: what the pages and the command line do, as JSON, under the same rules.
//!
//! A handler takes a request apart, asks one act or one look of `identity`, and sends the answer. Bearer tokens speak here and
//! nothing else does; a cookie is never looked at, so that no other site's page can make a browser act (C-13). Errors are
//! problem details (RFC 9457). Owns HTTP: conditions, pages of lists, keys of requests, the description. Does not own a rule.

pub mod access;
mod answer;
mod around;
mod asker;
pub mod audit;
pub mod body;
pub mod clients;
pub mod description;
mod idempotency;
pub mod invitations;
pub mod keys;
pub mod me;
pub mod members;
pub mod organization_clients;
pub mod organization_resources;
pub mod organizations;
mod part;
mod precondition;
mod problem;
pub mod project_members;
pub mod projects;
pub mod reference;
pub mod resources;
pub mod roles;
pub mod signing_keys;
pub mod users;
pub mod webhooks;

pub use self::{
    around::around,
    asker::{Asked, Asker, DeepWithin, Within},
    body::Body,
    idempotency::Idempotency,
    part::Part,
    precondition::Expected,
    problem::{Kind, Problem},
};
