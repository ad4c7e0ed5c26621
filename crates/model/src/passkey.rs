//! Passkeys (WebAuthn), and the ceremonies in which they are made and used. Owns what is kept of them; what a signature means
//! is `identity`'s.

use crate::{Id, SecretHash, Timestamp, User};

/// A passkey of an account.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Its id.
    pub id: Id<Passkey>,
    /// Whose.
    pub user_id: Id<User>,
    /// The authenticator's own id for it, base64url.
    pub credential_id: String,
    /// Public key, counter and flags, as JSON.
    pub credential: String,
    /// Moves with every change of `credential`, so that of two uses at once the second looks again.
    pub version: u64,
    /// What its person calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Since when it is not accepted: its counter went back, so that there may be two of it (WebAuthn §6.1.1).
    pub suspect_at: Option<Timestamp>,
}

/// A challenge that was given to a browser and waits to be answered, once.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// Its id.
    pub id: Id<Ceremony>,
    /// What it is for.
    pub kind: CeremonyKind,
    /// The browser's secret, hashed.
    pub browser_hash: SecretHash,
    /// Whose passkeys; none for a sign-in, where the passkey says who it is.
    pub user_id: Option<Id<User>>,
    /// The challenge and what was demanded, as JSON. It never leaves the server.
    pub state: String,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// What a ceremony is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyKind {
    /// A new passkey.
    Registration,
    /// A sign-in by a passkey alone.
    SignIn,
    /// A second factor.
    SecondFactor,
    /// A renewed proof by a passkey alone.
    Proof,
}

impl CeremonyKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Registration, Self::SignIn, Self::SecondFactor, Self::Proof];

    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::Proof => "proof",
        }
    }
}
