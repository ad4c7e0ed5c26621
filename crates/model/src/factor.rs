//! Second factors: what an account demands beyond its first proof, and a sign-in that waits for it. Owns what is kept of them;
//! how they are checked is `identity`'s.

use crate::{Id, SecretHash, Session, Timestamp, User, Ways};

/// An account's authenticator app (RFC 6238).
#[derive(Clone, Debug)]
pub struct Totp {
    /// Whose.
    pub user_id: Id<User>,
    /// The seed in force, sealed, and since when it is.
    pub confirmed: Option<(String, Timestamp)>,
    /// The last step whose code was used; no step counts twice (RFC 6238 §5.2).
    pub last_step: u64,
    /// A seed that was shown and waits for its first code, sealed, and until when.
    pub pending: Option<(String, Timestamp)>,
}

/// A recovery code that was not used yet.
#[derive(Clone, Debug)]
pub struct RecoveryCode {
    /// The version of the server's secret.
    pub key_version: u16,
    /// HMAC over the account's id and the code, as a hash.
    pub tag: SecretHash,
}

/// How many second factors an account has of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondFactors {
    /// An authenticator app: none or one.
    pub apps: u64,
    /// Passkeys that are accepted.
    pub passkeys: u64,
    /// Recovery codes that are left.
    pub recovery_codes: u64,
}

impl SecondFactors {
    /// Whether the account demands a second factor. Recovery codes stand in for one and are none by themselves.
    #[must_use]
    pub const fn is_demanded(&self) -> bool {
        self.apps + self.passkeys > 0
    }
}

/// What a second factor completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A sign-in.
    SignIn,
    /// The renewed proof of a session.
    Proof,
}

impl Purpose {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Proof => "proof",
        }
    }

    /// The purpose that this word names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SignIn, Self::Proof].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// Somebody who has proved one thing in a browser and must prove another there. No session, and worth nothing else.
#[derive(Clone, Debug)]
pub struct HalfSignIn {
    /// Its id.
    pub id: Id<HalfSignIn>,
    /// The browser's secret, hashed; a browser has one of these at the most.
    pub browser_hash: SecretHash,
    /// Who.
    pub user_id: Id<User>,
    /// The account's security epoch at the first proof.
    pub security_epoch: u64,
    /// How the first proof was given: RFC 8176 values, space separated.
    pub amr: String,
    /// By which way they came in.
    pub ways: Ways,
    /// What is completed.
    pub purpose: Purpose,
    /// For a sign-in the session that ends with it; for a proof the one that is proved again.
    pub session_id: Option<Id<Session>>,
    /// When the first proof was given.
    pub created_at: Timestamp,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}
