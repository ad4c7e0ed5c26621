//! Key sets that clients publish at their `jwks_uri`, kept for a short time. Failures are never kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use model::Timestamp;
use protocol::OAuthError;
use serde_json::Value;
use url::Url;

use super::fetch::{DocumentFetcher, FetchError};
use crate::weight;

/// A key that its client withdrew is believed this long at the most.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// A set is fetched again for the sake of an unknown key no sooner than this.
const PAUSE: Duration = Duration::from_secs(30);
const MAX_BYTES: usize = 64 * 1024;
/// So many bytes of sets are kept at the most, as [`weight::of_json`] counts them; then the memory starts anew.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A set that weighs more is fetched each time.
const HEAVY: usize = MOST_BYTES / 64;

/// Which set will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// One that was fetched a short time ago.
    Recent,
    /// A newer one, since the one that is kept lacks a key.
    Newer,
}

/// The sets that were fetched, and when.
#[derive(Default)]
pub(super) struct KeySets {
    kept: Mutex<Kept>,
}

/// Sets by their address, and what they weigh together.
#[derive(Default)]
struct Kept {
    by_uri: HashMap<String, (Timestamp, Arc<Value>)>,
    bytes: usize,
}

impl KeySets {
    fn kept(&self, uri: &str, within: Duration, now: Timestamp) -> Option<Arc<Value>> {
        let (at, set) = self.lock().by_uri.get(uri).cloned()?;
        (now >= at && now.since(at) < within).then_some(set)
    }

    fn keep(&self, uri: &str, set: &Arc<Value>, now: Timestamp) {
        let weight = uri.len() + weight::of_json(set);
        if weight > HEAVY {
            return;
        }
        let mut kept = self.lock();
        if kept.bytes + weight > MOST_BYTES {
            *kept = Kept::default();
        }
        // An older one of that address is counted on: the memory starts anew a little sooner.
        kept.bytes += weight;
        kept.by_uri.insert(uri.to_owned(), (now, Arc::clone(set)));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DocumentFetcher {
    /// The key set at this address, kept or fetched.
    ///
    /// # Errors
    /// `temporarily_unavailable` if it cannot be had just now, which says nothing about the client's assertion;
    /// `invalid_client` for an address that is never asked.
    pub(crate) async fn key_set(&self, uri: &str, wanted: Wanted, now: Timestamp) -> Result<Arc<Value>, OAuthError> {
        let within = match wanted {
            Wanted::Recent => KEPT,
            Wanted::Newer => PAUSE,
        };
        if let Some(set) = self.key_sets.kept(uri, within, now) {
            return Ok(set);
        }
        let _landing = self.flight(uri).board(self.patience()).await?;
        if let Some(set) = self.key_sets.kept(uri, within, now) {
            return Ok(set);
        }
        let set = Arc::new(self.fetched_set(uri, now).await.map_err(unavailable)?);
        self.key_sets.keep(uri, &set, now);
        Ok(set)
    }

    async fn fetched_set(&self, uri: &str, now: Timestamp) -> Result<Value, FetchError> {
        let url = Url::parse(uri).map_err(|_| FetchError::Refused(format!("{uri}: not a URL")))?;
        let body = self.fetch(&url, MAX_BYTES, now).await?;
        let set: Value =
            serde_json::from_slice(&body.bytes).map_err(|_| FetchError::Failed(format!("{uri}: not JSON")))?;
        let is_set = set.get("keys").is_some_and(Value::is_array);
        if is_set { Ok(set) } else { Err(FetchError::Failed(format!("{uri}: not a key set"))) }
    }
}

fn unavailable(error: FetchError) -> OAuthError {
    match error {
        FetchError::Refused(why) => OAuthError::invalid_client("client authentication failed").because(why),
        FetchError::Failed(why) | FetchError::Busy(why) => OAuthError::temporarily_unavailable(why),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_is_bounded_whatever_is_published() {
        let (sets, now) = (KeySets::default(), Timestamp::from_seconds(1_800_000_000));
        let heavy = Arc::new(json!({ "keys": vec![json!([]); 20_000] }));
        sets.keep("https://heavy.example/", &heavy, now);
        assert!(sets.kept("https://heavy.example/", KEPT, now).is_none());
        let set = Arc::new(json!({ "keys": vec![json!([]); 1000] }));
        for number in 0..2000 {
            let uri = format!("https://{number}.example/");
            sets.keep(&uri, &set, now);
            assert!(sets.kept(&uri, KEPT, now).is_some());
            let kept = sets.lock();
            assert!(kept.bytes <= MOST_BYTES && kept.by_uri.len() * 32_000 <= kept.bytes);
        }
    }
}
