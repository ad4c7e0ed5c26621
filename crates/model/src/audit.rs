//! The audit trail: who did what to which, from where, when.

use crate::{ClientId, Grant, GrantKind, Id, Organization, Project, ResourceId, Timestamp, User};

/// One entry; written in the transaction of the act. Where its action is an [`EventKind`](crate::EventKind)'s, others are told
/// of it, so that it says which grant, key, project and resource it is about.
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
    /// Over which project.
    pub project_id: Option<Id<Project>>,
    /// At which resource.
    pub resource_id: Option<ResourceId>,
    /// About which grant.
    pub grant_id: Option<Id<Grant>>,
    /// About which API key.
    pub key_id: Option<Id<()>>,
    /// The id of the thing that was acted on.
    pub subject: Option<String>,
    /// Who did it: a person's id, or `operator`; nothing where the server itself did.
    pub by: Option<String>,
    /// From which address they did it.
    pub address: Option<String>,
}

/// Who acts in an entry of somebody at the command line or at the control socket.
pub const OPERATOR: &str = "operator";

impl AuditEvent {
    /// An entry that says only what and when; fill in the rest.
    #[must_use]
    pub const fn new(action: &'static str, at: Timestamp) -> Self {
        Self {
            at,
            action,
            user_id: None,
            client_id: None,
            organization_id: None,
            project_id: None,
            resource_id: None,
            grant_id: None,
            key_id: None,
            subject: None,
            by: None,
            address: None,
        }
    }

    /// The same, done by this person.
    #[must_use]
    pub fn by(self, user_id: Id<User>) -> Self {
        Self { by: Some(user_id.to_string()), ..self }
    }

    /// The same, done by whoever runs this server.
    #[must_use]
    pub fn by_operator(self) -> Self {
        Self { by: Some(OPERATOR.to_owned()), ..self }
    }

    /// An entry about a grant: whose, to whom, over what.
    #[must_use]
    pub fn of_grant(action: &'static str, grant: &Grant, at: Timestamp) -> Self {
        let (organization_id, project_id, resource_id) = match &grant.kind {
            GrantKind::Identity => (None, None, None),
            GrantKind::Project { resource_id, organization_id, project_id } => {
                (Some(*organization_id), Some(*project_id), Some(resource_id.clone()))
            }
        };
        Self {
            user_id: Some(grant.user_id),
            client_id: Some(grant.client_id.clone()),
            organization_id,
            project_id,
            resource_id,
            grant_id: Some(grant.id),
            subject: Some(grant.id.to_string()),
            ..Self::new(action, at)
        }
    }
}
