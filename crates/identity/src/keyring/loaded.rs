//! The keys as they were read at one moment, with the private parts of those that may sign opened.

use std::{sync::RwLock, time::Duration};

use bytes::Bytes;
use model::{KeyState, ServerSecrets, SigningKey, Timestamp};
use protocol::{OAuthError, SigningAlgorithm, jws::PublicKey};
use serde_json::{Value, json};
use storage::Store;

use super::{kept, sealed_as, signer::Signer};
use crate::{Error, Settings, metadata, seal};

/// All keys of the table.
pub(super) struct Loaded {
    /// When they were read.
    pub(super) at: Timestamp,
    keys: Vec<LoadedKey>,
    kept: Duration,
    /// The JWKS as JSON, beside what was published in it.
    written: RwLock<Option<(Vec<bool>, Bytes)>>,
}

struct LoadedKey {
    key: SigningKey,
    jwk: Value,
    public: PublicKey,
    /// None once it is retired.
    signer: Option<Signer>,
}

impl Loaded {
    pub(super) async fn read(
        store: &Store,
        secrets: &ServerSecrets,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let rows = store.read().await?.signing_keys().await?;
        let kept = kept(settings);
        let keys = rows.into_iter().map(|key| LoadedKey::open(key, secrets, kept, now)).collect::<Result<_, _>>()?;
        Ok(Self { at: now, keys, kept, written: RwLock::default() })
    }

    /// The key that signs with this algorithm now: the newest that may. A clock that was set back may know of none; then the
    /// oldest that is not retired signs, since it is published.
    pub(super) fn signing(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<(&str, &Signer)> {
        let of_algorithm = || self.keys.iter().filter(|one| one.key.algorithm == algorithm);
        let state = |one: &&LoadedKey| one.key.state(now, self.kept);
        let newest = of_algorithm()
            .filter(|one| state(one) == KeyState::Signing)
            .max_by_key(|one| (one.key.signing_at, &one.key.id));
        let oldest = || {
            of_algorithm()
                .filter(|one| state(one) == KeyState::Published)
                .min_by_key(|one| (one.key.signing_at, &one.key.id))
        };
        let key = newest.or_else(oldest)?;
        Some((key.key.id.as_str(), key.signer.as_ref()?))
    }

    pub(super) fn jwks(&self, now: Timestamp) -> Value {
        let published = self.keys.iter().filter(|one| self.is_published(one, now));
        json!({ "keys": published.map(|one| &one.jwk).collect::<Vec<_>>() })
    }

    fn is_published(&self, one: &LoadedKey, now: Timestamp) -> bool {
        one.key.state(now, self.kept) != KeyState::Gone
    }

    /// Written once for each set of keys that is published.
    pub(super) fn jwks_json(&self, now: Timestamp) -> Result<Bytes, Error> {
        let same =
            |published: &[bool]| self.keys.iter().map(|one| self.is_published(one, now)).eq(published.iter().copied());
        if let Ok(written) = self.written.read()
            && let Some((published, json)) = &*written
            && same(published)
        {
            return Ok(json.clone());
        }
        let json = metadata::as_json(&self.jwks(now))?;
        if let Ok(mut written) = self.written.write() {
            let published = self.keys.iter().map(|one| self.is_published(one, now)).collect();
            *written = Some((published, json.clone()));
        }
        Ok(json)
    }

    /// The public key of this name, retired ones too, as long as it stands in the table.
    pub(super) fn public(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.iter().find(|one| one.key.id == kid).map(|one| &one.public)
    }
}

impl LoadedKey {
    fn open(key: SigningKey, secrets: &ServerSecrets, kept: Duration, now: Timestamp) -> Result<Self, Error> {
        let unreadable = |what: &str| OAuthError::server_error(format!("signing key {}: {what}", key.id));
        let jwk: Value =
            serde_json::from_str(&key.public_jwk).map_err(|_| unreadable("the public part is not JSON"))?;
        let public =
            PublicKey::from_jwk(&jwk, key.algorithm).ok_or_else(|| unreadable("the public part is not a key"))?;
        let signer = if may_sign(&key, kept, now) {
            let private = seal::open(secrets, &sealed_as(&key.id), &key.sealed_private_key)?;
            let signer =
                Signer::from_pkcs8(key.algorithm, &private).map_err(|_| unreadable("the private part is not a key"))?;
            Some(signer)
        } else {
            None
        };
        Ok(Self { key, jwk, public, signer })
    }
}

/// Seals the private parts that are still needed anew, if that was under an older version of the server's secret.
pub(super) async fn reseal(
    store: &Store,
    secrets: &ServerSecrets,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), Error> {
    let mut resealed = Vec::new();
    for key in store.read().await?.signing_keys().await? {
        if may_sign(&key, kept(settings), now)
            && let Some(sealed) = seal::reseal(secrets, &sealed_as(&key.id), &key.sealed_private_key)?
        {
            resealed.push((key.id, sealed));
        }
    }
    if resealed.is_empty() {
        return Ok(());
    }
    store
        .transaction(move |tx| {
            let resealed = resealed.clone();
            Box::pin(async move {
                for (id, sealed) in &resealed {
                    tx.reseal_signing_key(id, sealed).await?;
                }
                Ok(())
            })
        })
        .await
}

fn may_sign(key: &SigningKey, kept: Duration, now: Timestamp) -> bool {
    matches!(key.state(now, kept), KeyState::Published | KeyState::Signing)
}
