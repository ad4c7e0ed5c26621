//! Clients: programs that ask for grants. Owns how they arrived and what each kind may hold; does not own how they prove
//! who they are (`identity::authenticate_client`).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{AuthMethod, ClientMetadata, GrantType, SigningAlgorithm};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Id, Organization, Project, SecretHash, Timestamp};

/// A client identifier (RFC 6749 §2.2): a name an operator chose, an id of ours, or the URL of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Any non-empty text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a client arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientOrigin {
    /// An operator registered it.
    Operator,
    /// It registered itself (RFC 7591).
    Registration,
    /// Its identifier is the URL of its metadata document.
    Document,
}

impl ClientOrigin {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Registration => "registration",
            Self::Document => "document",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Operator, Self::Registration, Self::Document].into_iter().find(|one| one.as_str() == text)
    }
}

/// Which of two readings of the standards it follows where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OAuth 2.1: an error without an act of the person is a page.
    Oauth21,
    /// OpenID Connect Core: errors are sent to the redirect URI. Set by an operator.
    Oidc,
}

impl Profile {
    /// The word in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oauth21 => "oauth21",
            Self::Oidc => "oidc",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Oauth21, Self::Oidc].into_iter().find(|one| one.as_str() == text)
    }
}

/// SHA-256 of a client secret's text.
pub type ClientSecretHash = SecretHash;

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// How it arrived.
    pub origin: ClientOrigin,
    /// What people read.
    pub name: String,
    /// Which reading it follows.
    pub profile: Profile,
    /// Whether it is ours and may hold write scopes; an operator says so.
    pub first_party: bool,
    /// What it registered, as it is in force.
    pub metadata: ClientMetadata,
    /// Its secret, if it has one.
    pub secret_hash: Option<ClientSecretHash>,
    /// Finds an identical registration again.
    pub fingerprint: Option<String>,
    /// A confidential client that proves the code by the OpenID nonce instead of PKCE.
    pub nonce_instead_of_pkce: bool,
    /// The organisation whose app it is; none for the operator's, and for one that came by itself.
    pub owner: Option<Id<Organization>>,
    /// Whose data it reads by client_credentials.
    pub home: Option<Home>,
    /// When its document was fetched and until when it need not be again.
    pub document: Option<Fetched>,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When it was last given a token or a grant.
    pub used_at: Option<Timestamp>,
    /// Since when it may do nothing.
    pub disabled_at: Option<Timestamp>,
}

/// The organisation and project that an operator stored on a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// The organisation.
    pub organization_id: Id<Organization>,
    /// Its project.
    pub project_id: Id<Project>,
}

/// Freshness of a client document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// When.
    pub at: Timestamp,
    /// Until then it is not fetched again.
    pub fresh_until: Timestamp,
}

impl Client {
    /// Whether it holds a credential and must use it (RFC 6749 §2.1).
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.metadata.token_endpoint_auth_method != AuthMethod::None
    }

    /// Whether this grant type is among those that it registered. The device grant is for clients alone that an operator listed for
    /// it (C-14).
    #[must_use]
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        let may = grant_type != GrantType::DeviceCode || self.origin == ClientOrigin::Operator;
        may && self.metadata.grant_types.contains(&grant_type)
    }

    /// Whether it may be given anything over what belongs to this organisation: an organisation's own app reaches its own.
    #[must_use]
    pub fn serves(&self, organization_id: Id<Organization>) -> bool {
        self.owner.is_none_or(|owner| owner == organization_id)
    }

    /// Whether somebody vouches for who it is; if not, consent is never silent.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        match self.origin {
            ClientOrigin::Operator => self.is_confidential() || self.first_party,
            ClientOrigin::Document => self.is_confidential(),
            ClientOrigin::Registration => false,
        }
    }

    /// The algorithm that signs its ID tokens: what it registered, RS256 for one that registered itself without saying
    /// (OpenID Connect Registration §2), else ES256.
    #[must_use]
    pub fn id_token_algorithm(&self) -> SigningAlgorithm {
        match (self.metadata.id_token_signed_response_alg, self.origin) {
            (Some(algorithm), _) => algorithm,
            (None, ClientOrigin::Operator) => SigningAlgorithm::ES256,
            (None, _) => SigningAlgorithm::RS256,
        }
    }

    /// A digest of what a person judged when they consented: name, redirect URIs and keys.
    #[must_use]
    pub fn consent_fingerprint(&self) -> String {
        let mut uris: Vec<&str> = self.metadata.redirect_uris.iter().map(protocol::RedirectUri::as_str).collect();
        uris.sort_unstable();
        let keys = self.metadata.jwks.as_ref().map(ToString::to_string);
        let judged = serde_json::json!([self.name, uris, keys, self.metadata.jwks_uri]);
        URL_SAFE_NO_PAD.encode(Sha256::digest(judged.to_string()))
    }
}
