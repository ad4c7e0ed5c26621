//! The pages of an organisation. Owns how somebody comes in: by the address alone, so that two organisations in two tabs never
//! mix, and only as what the policy says they are. What is absent and what is not theirs look the same.

pub mod access;
pub mod apps;
pub mod audit;
mod demanded;
pub mod demands;
pub mod invitations;
pub mod keys;
pub mod list;
pub mod members;
pub mod overview;
pub mod project;
pub mod project_members;
pub mod projects;
pub mod resources;
pub mod roles;
mod room;
pub mod settings;
pub mod webhooks;

pub(super) use room::unavailable;
pub use room::{Done, Room};
