//! Grants: what one person lets one client do with one project at one resource. Notices: what the person must be told of it.

use protocol::Scope;

use crate::{ClientId, Id, Organization, Project, ResourceId, Timestamp, User, family::Revoked};

/// A lasting permission.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its id.
    pub id: Id<Grant>,
    /// Who gave it.
    pub user_id: Id<User>,
    /// To which client.
    pub client_id: ClientId,
    /// Over what.
    pub kind: GrantKind,
    /// What it allows.
    pub scope: Scope,
    /// [`crate::Client::consent_fingerprint`] when it was given.
    pub client_fingerprint: String,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was last used, to the minute, and from where.
    pub used_at: Option<Timestamp>,
    /// The address of the last use.
    pub used_address: Option<String>,
    /// Whether it was taken back.
    pub revoked: Option<Revoked>,
}

/// What a grant is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// Only who the person is: `openid profile email`.
    Identity,
    /// One project at one resource.
    Project {
        /// The resource.
        resource_id: ResourceId,
        /// The project's organisation.
        organization_id: Id<Organization>,
        /// The project.
        project_id: Id<Project>,
    },
}

impl GrantKind {
    /// The project, if it is over one.
    #[must_use]
    pub const fn project_id(&self) -> Option<Id<Project>> {
        match self {
            Self::Identity => None,
            Self::Project { project_id, .. } => Some(*project_id),
        }
    }
}

/// Something that the person must be told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Its id.
    pub id: Id<Notice>,
    /// Whom.
    pub user_id: Id<User>,
    /// About which grant.
    pub grant_id: Option<Id<Grant>>,
    /// What.
    pub kind: NoticeKind,
    /// Since when.
    pub created_at: Timestamp,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A stale copy of a refresh token was presented; the connection was ended.
    RefreshReused,
    /// Three repeats in a row: two programs use one connection, or somebody copied it.
    RefreshShared,
}

impl NoticeKind {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RefreshReused => "refresh_reused",
            Self::RefreshShared => "refresh_shared",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::RefreshReused, Self::RefreshShared].into_iter().find(|one| one.as_str() == text)
    }
}
