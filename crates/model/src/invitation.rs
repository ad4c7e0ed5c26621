//! Invitations: somebody is asked by mail to become a member. Owns what is kept of one and how it stands; who may invite and
//! accept is `identity`'s.

use crate::{Email, Id, NamedRole, Organization, Role, SecretHash, Timestamp, User};

/// An invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id, the first half of the link's token. Tells nothing by itself.
    pub id: Id<Invitation>,
    /// Into which organisation.
    pub organization_id: Id<Organization>,
    /// Who: only whoever has proved that this address is theirs.
    pub email: Email,
    /// As what.
    pub role: Role,
    /// With which of the organisation's own roles.
    pub role_id: Option<Id<NamedRole>>,
    /// SHA-256 of the second half of the link's token, which stands in the mail alone.
    pub token_hash: SecretHash,
    /// Who invited; none if an operator did.
    pub invited_by: Option<Id<User>>,
    /// How often it was mailed.
    pub mails: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was mailed last.
    pub sent_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// How it ended, if it did before that.
    pub end: Option<InvitationEnd>,
}

/// How an invitation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationEnd {
    /// Somebody became a member by it.
    Accepted {
        /// When.
        at: Timestamp,
        /// Who.
        by: Id<User>,
    },
    /// It was taken back.
    Revoked {
        /// When.
        at: Timestamp,
    },
}

/// How an invitation stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationStatus {
    /// It can be accepted.
    Waiting,
    /// It was.
    Accepted,
    /// It was taken back.
    Revoked,
    /// Nobody accepted it in time.
    Expired,
}

impl Invitation {
    /// How it stands. Nothing needs to have cleaned up for it to be expired.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> InvitationStatus {
        match self.end {
            Some(InvitationEnd::Accepted { .. }) => InvitationStatus::Accepted,
            Some(InvitationEnd::Revoked { .. }) => InvitationStatus::Revoked,
            None if now < self.expires_at => InvitationStatus::Waiting,
            None => InvitationStatus::Expired,
        }
    }
}

impl InvitationStatus {
    /// The word for JSON and message files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}
