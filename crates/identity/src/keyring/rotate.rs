//! Rotation: a new key of each algorithm is published at once and signs later; the old one then retires and stays published
//! for as long as what it signed may live. Nobody is signed out.

use model::{SigningKey, Timestamp};

use super::{ALGORITHMS, PUBLICATION, make};
use crate::{Authority, Error};

impl Authority {
    /// Makes a new key of each algorithm; the `kid`s of the new keys.
    ///
    /// # Errors
    /// Trouble of the database; then nothing has changed.
    pub async fn rotate_signing_keys(&self, now: Timestamp) -> Result<Vec<String>, Error> {
        let made = make::keys(ALGORITHMS.to_vec(), &self.parts.secrets, now).await?;
        let kids = made.iter().map(|key| key.id.clone()).collect();
        self.parts
            .store
            .transaction::<(), Error, _>(move |tx| {
                let made = made.clone();
                Box::pin(async move {
                    tx.lock_signing_keys().await?;
                    let there = tx.signing_keys().await?;
                    for key in made {
                        let key = succeeding(key, &there, now);
                        tx.insert_signing_key(&key).await?;
                        tx.retire_signing_keys(key.algorithm, &key.id, key.signing_at).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.parts.known.forget();
        self.reload_keys(now).await?;
        Ok(kids)
    }
}

/// It signs once others had time to learn of it, or at once if there is nothing to succeed.
fn succeeding(mut key: SigningKey, there: &[SigningKey], now: Timestamp) -> SigningKey {
    if there.iter().any(|old| old.algorithm == key.algorithm && old.retired_at.is_none_or(|at| at > now)) {
        key.signing_at = now.plus(PUBLICATION);
    }
    key
}
