//! Attacks on organisations: invitations, and roles.

mod invitations;
