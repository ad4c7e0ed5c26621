//! Rotation: a new key of each algorithm is published at once and signs later; the old one then retires and stays published
//! for as long as what it signed may live. When that is of no use to anybody it is removed. Nobody is signed out.

use std::time::Duration;

use model::{AuditEvent, SigningKey, Timestamp};

use super::{ALGORITHMS, PUBLICATION, kept, make};
use crate::{Actor, Authority, Error, Settings};

impl Authority {
    /// Makes a new key of each algorithm, for whoever operates the server; the `kid`s of the new keys.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub async fn rotate_signing_keys(&self, by: &Actor, now: Timestamp) -> Result<Vec<String>, Error> {
        let by = by.named();
        let made = make::keys(ALGORITHMS.to_vec(), &self.parts.secrets, now).await?;
        let kids = made.iter().map(|key| key.id.clone()).collect();
        self.parts
            .store
            .transaction::<(), Error, _>(move |tx| {
                let (made, by) = (made.clone(), by.clone());
                Box::pin(async move {
                    tx.act_for(by);
                    tx.lock_signing_keys().await?;
                    let there = tx.signing_keys().await?;
                    for key in made {
                        let key = succeeding(key, &there, now);
                        tx.insert_signing_key(&key).await?;
                        tx.retire_signing_keys(key.algorithm, &key.id, key.signing_at).await?;
                    }
                    Ok(tx.insert_audit_event(&AuditEvent::new("signing_keys.rotated", now)).await?)
                })
            })
            .await?;
        self.parts.known.forget();
        self.reload_keys(now).await?;
        Ok(kids)
    }

    /// Removes the keys by which nothing was signed that anybody can still bring; how many there were.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub(crate) async fn remove_signing_keys(&self, now: Timestamp) -> Result<u64, Error> {
        let retired_by = now.minus(of_use(&self.parts.settings));
        let there = self.parts.store.read().await?.signing_keys().await?;
        if !there.iter().any(|key| key.retired_at.is_some_and(|at| at <= retired_by)) {
            return Ok(0);
        }
        let removed = self
            .parts
            .store
            .transaction::<_, Error, _>(move |tx| {
                Box::pin(async move {
                    tx.lock_signing_keys().await?;
                    Ok(tx.delete_signing_keys(retired_by).await?)
                })
            })
            .await?;
        self.parts.known.forget();
        self.reload_keys(now).await?;
        Ok(removed)
    }
}

/// How long a retired key can be of use: while it is published, and for as long after that as an expired ID token may come
/// back as a hint of a session that goes on (OpenID Connect Core §3.1.2.1, `id_token_hint`).
fn of_use(settings: &Settings) -> Duration {
    kept(settings) + settings.sessions.lifetime
}

/// It signs once others had time to learn of it, or at once if there is nothing to succeed.
fn succeeding(mut key: SigningKey, there: &[SigningKey], now: Timestamp) -> SigningKey {
    if there.iter().any(|old| old.algorithm == key.algorithm && old.retired_at.is_none_or(|at| at > now)) {
        key.signing_at = now.plus(PUBLICATION);
    }
    key
}
