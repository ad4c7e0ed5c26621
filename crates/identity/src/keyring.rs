//! The keys that sign: made, sealed, published, used and retired. Owns which key signs now and which are published; does not
//! own what is signed, nor the keys of clients.

mod hint;
mod loaded;
mod make;
mod rotate;
mod signer;

use std::{
    sync::{Arc, RwLock},
    time::Duration,
};

use bytes::Bytes;
use model::{ServerSecrets, Timestamp};
use protocol::{OAuthError, SigningAlgorithm, jws};
use serde::Serialize;
use storage::Store;

use crate::{Authority, Error, Settings};
use loaded::Loaded;

/// What tokens can be signed with here: a key of each is made at the first start.
pub(crate) const ALGORITHMS: [SigningAlgorithm; 3] =
    [SigningAlgorithm::ES256, SigningAlgorithm::RS256, SigningAlgorithm::EdDSA];

/// A new key is published this long before it signs, so that those who keep our JWKS have learned of it.
const PUBLICATION: Duration = Duration::from_secs(5 * 60);

/// On a shared database, keys are read again after this long. Another process' rotation is noticed well within
/// [`PUBLICATION`], so that every process changes over at the same moment.
const RELOADED: Duration = Duration::from_secs(60);

/// The keys in memory, ready to sign.
pub(crate) struct Keyring {
    loaded: RwLock<Arc<Loaded>>,
}

impl Keyring {
    /// Reads the keys, makes those that are missing, and seals them anew if the server's secret has a newer version.
    ///
    /// # Errors
    /// Trouble of the database, or a key that the server's secrets do not open.
    pub(crate) async fn open(
        store: &Store,
        secrets: &ServerSecrets,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, Error> {
        make::missing(store, secrets, now).await?;
        loaded::reseal(store, secrets, settings, now).await?;
        let loaded = Loaded::read(store, secrets, settings, now).await?;
        Ok(Self { loaded: RwLock::new(Arc::new(loaded)) })
    }

    fn loaded(&self) -> Arc<Loaded> {
        let loaded = self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&loaded)
    }

    fn replace(&self, new: Loaded) -> Arc<Loaded> {
        let new = Arc::new(new);
        let mut loaded = self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *loaded = Arc::clone(&new);
        new
    }
}

impl Authority {
    /// Signs claims as a JWT of this type (`JWT`, `at+jwt` …) with the key that signs now.
    ///
    /// # Errors
    /// Trouble of the database; `server_error` for an algorithm that is not among [`ALGORITHMS`].
    pub(crate) async fn sign(
        &self,
        algorithm: SigningAlgorithm,
        typ: &str,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> Result<String, Error> {
        let keys = self.keys(now).await?;
        let (kid, signer) = keys
            .signing(algorithm, now)
            .ok_or_else(|| OAuthError::server_error(format!("there is no key that signs {}", algorithm.as_str())))?;
        let input = jws::signing_input(algorithm, kid, typ, claims)
            .map_err(|error| OAuthError::server_error(format!("claims that are not JSON: {error}")))?;
        let signature = signer
            .sign(input.as_bytes())
            .map_err(|_| OAuthError::server_error(format!("signing with {kid} failed")))?;
        Ok(jws::joined(input, &signature))
    }

    /// Whether a key of ours made this signature, a retired one too as long as it stands in the table.
    pub(crate) async fn signed_here(&self, jws: &jws::Compact<'_>, now: Timestamp) -> Result<bool, Error> {
        let keys = self.keys(now).await?;
        Ok(jws.kid.as_deref().and_then(|kid| keys.public(kid)).is_some_and(|key| key.verifies(jws)))
    }

    /// The JWKS (RFC 7517 §5): public parts of the keys that are published, signing, or retired and still needed.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn jwks(&self, now: Timestamp) -> Result<serde_json::Value, Error> {
        Ok(self.keys(now).await?.jwks(now))
    }

    /// [`Authority::jwks`] as JSON: the same bytes until a key comes or goes.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn jwks_json(&self, now: Timestamp) -> Result<Bytes, Error> {
        self.keys(now).await?.jwks_json(now)
    }

    /// The same, where nobody has to be asked for it.
    #[must_use]
    pub fn jwks_at_once(&self, now: Timestamp) -> Option<Bytes> {
        self.fresh_keys(now)?.jwks_json(now).ok()
    }

    async fn keys(&self, now: Timestamp) -> Result<Arc<Loaded>, Error> {
        match self.fresh_keys(now) {
            Some(loaded) => Ok(loaded),
            None => Box::pin(self.reload_keys(now)).await,
        }
    }

    fn fresh_keys(&self, now: Timestamp) -> Option<Arc<Loaded>> {
        let loaded = self.parts.keyring.loaded();
        let fresh = now >= loaded.at && now.since(loaded.at) < RELOADED;
        (fresh || !self.parts.store.is_shared()).then_some(loaded)
    }

    async fn reload_keys(&self, now: Timestamp) -> Result<Arc<Loaded>, Error> {
        let parts = &self.parts;
        let loaded = Loaded::read(&parts.store, &parts.secrets, &parts.settings, now).await?;
        Ok(parts.keyring.replace(loaded))
    }
}

/// How long a retired key stays published: until the longest-lived token that it may have signed has expired, and those who
/// keep our JWKS have had time to look.
pub(crate) fn kept(settings: &Settings) -> Duration {
    settings.tokens.id_token_lifetime.max(settings.tokens.access_lifetime) + PUBLICATION
}

/// What a sealed private key is bound to.
fn sealed_as(kid: &str) -> String {
    format!("signing key {kid}")
}
