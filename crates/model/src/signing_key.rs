//! Signing keys and their life: published → signing → retired.

use std::time::Duration;

use protocol::SigningAlgorithm;

use crate::Timestamp;

/// A key that signs ID tokens.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// The `kid`.
    pub id: String,
    /// The one algorithm that it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public JWK as JSON.
    pub public_jwk: String,
    /// The private part, sealed: version, nonce and ciphertext.
    pub sealed_private_key: String,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signing_at: Timestamp,
    /// From when on it no longer signs.
    pub retired_at: Option<Timestamp>,
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// In the JWKS, so that others learn of it, but not signing yet.
    Published,
    /// Signing.
    Signing,
    /// In the JWKS for what it signed, but no longer signing.
    Retired,
    /// Nothing that it signed lives.
    Gone,
}

impl SigningKey {
    /// Where it stands at `now`; `kept` is how long after its retirement it stays published.
    #[must_use]
    pub fn state(&self, now: Timestamp, kept: Duration) -> KeyState {
        match self.retired_at {
            Some(at) if now >= at.plus(kept) => KeyState::Gone,
            Some(at) if now >= at => KeyState::Retired,
            _ if now >= self.signing_at => KeyState::Signing,
            _ => KeyState::Published,
        }
    }
}
