//! Attacks on organisations: invitations, roles, and apps of their own.

mod apps;
mod invitations;
mod tenants;
