//! The audit trail: who did what to which, from where, when.

use crate::{ClientId, Id, Organization, Timestamp, User};

/// One entry; written in the transaction of the act.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// When.
    pub at: Timestamp,
    /// What, as `area.act`: `refresh.reused`, `grant.allowed`.
    pub action: &'static str,
    /// Whose account it concerns.
    pub user_id: Option<Id<User>>,
    /// Through which client.
    pub client_id: Option<ClientId>,
    /// In which organisation.
    pub organization_id: Option<Id<Organization>>,
    /// The id of the thing that was acted on.
    pub subject: Option<String>,
    /// From which address.
    pub address: Option<String>,
}

impl AuditEvent {
    /// An entry that says only what and when; fill in the rest.
    #[must_use]
    pub const fn new(action: &'static str, at: Timestamp) -> Self {
        Self { at, action, user_id: None, client_id: None, organization_id: None, subject: None, address: None }
    }
}
