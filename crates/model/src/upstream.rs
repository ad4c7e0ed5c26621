//! Upstream: providers that we are a client of. Owns who somebody is there and the trips there; what a provider says is read
//! in `identity`.

use crate::{Authorization, Id, SecretHash, Session, Timestamp, User};

/// Somebody at another provider, connected to an account here.
#[derive(Clone, Debug)]
pub struct UpstreamIdentity {
    /// Its id, by which it is disconnected.
    pub id: Id<UpstreamIdentity>,
    /// Whose account.
    pub user_id: Id<User>,
    /// The provider's name in the configuration.
    pub provider: String,
    /// Who they are there.
    pub who: UpstreamKey,
    /// As the provider writes it: an address or a name. Nothing is looked up by it.
    pub label: Option<String>,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// What names somebody at a provider, and is never given to anybody else there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamKey {
    /// OpenID Connect: the token's issuer. GitHub: the base address.
    pub issuer: String,
    /// OpenID Connect: `sub`. Microsoft: `oid`, within the issuer of its tenant. GitHub: the number.
    pub subject: String,
}

/// A trip to a provider: begun by a click on a page of ours, ended once.
#[derive(Clone, Debug)]
pub struct UpstreamLogin {
    /// Its id, the first half of `state`.
    pub id: Id<UpstreamLogin>,
    /// The provider's name in the configuration.
    pub provider: String,
    /// What for.
    pub purpose: UpstreamPurpose,
    /// SHA-256 of the second half of `state`.
    pub state_hash: SecretHash,
    /// The version of the server's secret that nonce and PKCE verifier are derived under.
    pub key_version: u16,
    /// The browser that began it.
    pub browser_hash: SecretHash,
    /// When it began.
    pub created_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
    /// When the browser came back.
    pub returned_at: Option<Timestamp>,
    /// Who came back, while what becomes of it waits for the person.
    pub arrived: Option<(UpstreamKey, Option<String>)>,
    /// When that was settled.
    pub finished_at: Option<Timestamp>,
}

impl UpstreamLogin {
    /// Who waits to be connected.
    #[must_use]
    pub fn waiting(&self, now: Timestamp) -> Option<&(UpstreamKey, Option<String>)> {
        self.arrived.as_ref().filter(|_| self.finished_at.is_none() && now < self.expires_at)
    }
}

/// What a trip to a provider is for. One that was begun for one thing is good for no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpstreamPurpose {
    /// Signing in or up; for an app, if one waits, and on the way to connect who came by another trip, if somebody did.
    SignIn(Option<Id<Authorization>>, Option<Id<UpstreamLogin>>),
    /// Connecting the provider to the account of this session.
    Link(Id<User>, Id<Session>),
    /// Proving that the person of this session is still there, for an act that is named by a word.
    Prove(Id<User>, Id<Session>, String),
}

impl UpstreamPurpose {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SignIn(..) => "sign_in",
            Self::Link(..) => "link",
            Self::Prove(..) => "prove",
        }
    }

    /// The session that it belongs to, with its person.
    #[must_use]
    pub const fn session(&self) -> Option<(Id<User>, Id<Session>)> {
        match self {
            Self::SignIn(..) => None,
            Self::Link(user_id, session_id) | Self::Prove(user_id, session_id, _) => Some((*user_id, *session_id)),
        }
    }

    /// The app's request that waits.
    #[must_use]
    pub const fn authorization(&self) -> Option<Id<Authorization>> {
        match self {
            Self::SignIn(authorization, _) => *authorization,
            Self::Link(..) | Self::Prove(..) => None,
        }
    }

    /// The trip whose arrival is to be connected afterwards.
    #[must_use]
    pub const fn connects(&self) -> Option<Id<UpstreamLogin>> {
        match self {
            Self::SignIn(_, connect) => *connect,
            Self::Link(..) | Self::Prove(..) => None,
        }
    }
}
