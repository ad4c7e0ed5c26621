//! Attacks on organisations: invitations, roles, apps of their own, and what they demand of a sign-in.

mod apps;
mod demands;
mod invitations;
mod tenants;
