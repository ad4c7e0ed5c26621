//! Events: what downstream apps and organisations are told of the trail. Owns which entries are told and by what name; does not
//! own who is told (`identity`).

use crate::{ClientId, Grant, Id, Organization, Project, ResourceId, Timestamp, User};

/// What happened, as others call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A person let a client in, or let it see more.
    GrantCreated,
    /// A grant was taken back, or came to its end.
    GrantRevoked,
    /// A copy of a refresh token or of a code was used: what it had given was ended.
    FamilyReused,
    /// One sign-in's tokens were ended; the grant may go on.
    FamilyRevoked,
    /// A client gave back a token that stood for nobody but itself.
    TokenRevoked,
    /// An API key was made.
    KeyCreated,
    /// An API key was taken back.
    KeyRevoked,
    /// An API key has a successor.
    KeyRotated,
    /// A person is no member any more.
    MembershipRemoved,
    /// An account does not work any more.
    UserDisabled,
    /// An account is gone.
    UserRemoved,
    /// A client was disabled or enabled, is gone, or may do something else than before.
    ClientChanged,
    /// A project was disabled or enabled, or is gone.
    ProjectChanged,
    /// An organisation was disabled or enabled, or is gone.
    OrganizationChanged,
    /// A resource was disabled or enabled, or its scopes or its secret changed.
    ResourceChanged,
    /// New signing keys were published.
    SigningKeyRotated,
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::GrantCreated,
        Self::GrantRevoked,
        Self::FamilyReused,
        Self::FamilyRevoked,
        Self::TokenRevoked,
        Self::KeyCreated,
        Self::KeyRevoked,
        Self::KeyRotated,
        Self::MembershipRemoved,
        Self::UserDisabled,
        Self::UserRemoved,
        Self::ClientChanged,
        Self::ProjectChanged,
        Self::OrganizationChanged,
        Self::ResourceChanged,
        Self::SigningKeyRotated,
    ];

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether organisations are told of it: what is one organisation's business, and what is everybody's.
    #[must_use]
    pub const fn is_for_organizations(self) -> bool {
        !matches!(self, Self::TokenRevoked | Self::UserRemoved | Self::ClientChanged | Self::ResourceChanged)
    }

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GrantCreated => "grant.created",
            Self::GrantRevoked => "grant.revoked",
            Self::FamilyReused => "family.reused",
            Self::FamilyRevoked => "family.revoked",
            Self::TokenRevoked => "token.revoked",
            Self::KeyCreated => "key.created",
            Self::KeyRevoked => "key.revoked",
            Self::KeyRotated => "key.rotated",
            Self::MembershipRemoved => "membership.removed",
            Self::UserDisabled => "user.disabled",
            Self::UserRemoved => "user.removed",
            Self::ClientChanged => "client.changed",
            Self::ProjectChanged => "project.changed",
            Self::OrganizationChanged => "organization.changed",
            Self::ResourceChanged => "resource.changed",
            Self::SigningKeyRotated => "signing_key.rotated",
        }
    }

    /// What an entry with this action is told as; nothing if it is nobody else's business.
    #[must_use]
    pub fn of_action(action: &str) -> Option<Self> {
        Some(match action {
            "grant.allowed" => Self::GrantCreated,
            "grant.revoked" | "grant.ended" | "grant.lapsed" => Self::GrantRevoked,
            "refresh.reused" | "code.replayed" => Self::FamilyReused,
            "refresh.ended" | "token.revoked" => Self::FamilyRevoked,
            "client_token.revoked" => Self::TokenRevoked,
            "key.created" => Self::KeyCreated,
            "key.revoked" => Self::KeyRevoked,
            "key.rotated" => Self::KeyRotated,
            "member.removed" => Self::MembershipRemoved,
            "user.disabled" => Self::UserDisabled,
            "user.removed" | "user.erased" => Self::UserRemoved,
            "client.disabled" | "client.enabled" | "client.removed" | "client.changed" => Self::ClientChanged,
            "project.disabled" | "project.enabled" | "project.removed" => Self::ProjectChanged,
            "organization.disabled" | "organization.enabled" | "organization.removed" => Self::OrganizationChanged,
            "resource.disabled"
            | "resource.enabled"
            | "resource.removed"
            | "resource.changed"
            | "resource.new_secret"
            | "resource.access_tokens" => Self::ResourceChanged,
            "signing_keys.rotated" => Self::SigningKeyRotated,
            _ => return None,
        })
    }
}

/// An entry of the trail as others are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the order in which all are told: 1, 2, 3 …
    pub position: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What, in the words of [`EventKind`]; a newer release may have written one that this one does not know.
    pub kind: String,
    /// Which grant.
    pub grant_id: Option<Id<Grant>>,
    /// Which API key.
    pub key_id: Option<Id<()>>,
    /// Whose account, or which client without a person: `sub` at introspection.
    pub subject: Option<String>,
    /// Through, or of, which client.
    pub client_id: Option<ClientId>,
    /// In which organisation.
    pub organization_id: Option<Id<Organization>>,
    /// Over which project.
    pub project_id: Option<Id<Project>>,
    /// At which resource; nothing if it is not one resource's alone.
    pub resource_id: Option<ResourceId>,
    /// The person, for who may be told.
    pub user_id: Option<Id<User>>,
}

impl Event {
    /// Whether it is of this kind.
    #[must_use]
    pub fn is(&self, kind: EventKind) -> bool {
        self.kind == kind.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::EventKind;

    #[test]
    fn what_happens_at_every_request_is_no_event() {
        for action in ["grant.used", "refresh.retried", "refresh.recovered", "session.started", "grant.denied"] {
            assert_eq!(EventKind::of_action(action), None, "{action}");
        }
        assert_eq!(EventKind::of_action("grant.allowed"), Some(EventKind::GrantCreated));
    }
}
