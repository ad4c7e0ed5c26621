//! The issuer's public keys (RFC 7517 §5): kept for a while, and fetched anew when a token names one that is not there. A
//! stranger who makes up names of keys causes no more than one fetch in a while.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use protocol::SigningAlgorithm;
use protocol::jws::PublicKey;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::introspect::{Trouble, answer};
use crate::issuer::Issuer;

/// A key that was withdrawn is believed this long, where the issuer can be asked.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// And this long where it cannot.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// For the sake of an unknown key the set is fetched no more often than this.
const PAUSE: Duration = Duration::from_secs(10);
/// More keys than any issuer has.
const MOST_KEYS: usize = 64;

pub(crate) struct Jwks {
    /// As configured; else the issuer's metadata say where.
    uri: Option<Url>,
    loaded: RwLock<Option<Arc<Loaded>>>,
    /// One fetch at a time; when the last one began.
    fetching: Mutex<Option<Instant>>,
}

struct Loaded {
    at: Instant,
    keys: HashMap<String, Arc<PublicKey>>,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl Jwks {
    pub fn new(uri: Option<Url>) -> Self {
        Self { uri, loaded: RwLock::default(), fetching: Mutex::default() }
    }

    /// The key of this name, for the one algorithm that it is for; nothing if the issuer has none.
    pub async fn key(&self, issuer: &Issuer, kid: &str, now: Instant) -> Result<Option<Arc<PublicKey>>, Trouble> {
        if let Some(loaded) = self.loaded().filter(|loaded| now.duration_since(loaded.at) < FRESH)
            && let Some(key) = loaded.keys.get(kid)
        {
            return Ok(Some(Arc::clone(key)));
        }
        let mut began = self.fetching.lock().await;
        let loaded = self.loaded();
        // Somebody else may have fetched meanwhile.
        let fresh = loaded.as_ref().filter(|loaded| now.saturating_duration_since(loaded.at) < FRESH);
        if let Some(key) = fresh.and_then(|loaded| loaded.keys.get(kid)) {
            return Ok(Some(Arc::clone(key)));
        }
        if began.is_some_and(|began| now.saturating_duration_since(began) < PAUSE) && fresh.is_some() {
            return Ok(None);
        }
        *began = Some(now);
        match issuer.ask(self.fetch(issuer)).await {
            Ok(keys) => {
                let key = keys.get(kid).cloned();
                *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Loaded { at: now, keys }));
                Ok(key)
            }
            Err(trouble) => {
                let kept = loaded.filter(|loaded| now.saturating_duration_since(loaded.at) < KEPT);
                kept.and_then(|loaded| loaded.keys.get(kid).cloned()).map(Some).ok_or(trouble)
            }
        }
    }

    async fn fetch(&self, issuer: &Issuer) -> Result<HashMap<String, Arc<PublicKey>>, Trouble> {
        let url = match &self.uri {
            Some(uri) => uri.clone(),
            None => issuer.endpoints().await?.jwks.clone().ok_or(Trouble::Metadata("it has no jwks_uri"))?,
        };
        let body = answer(issuer.http.get(url)).await?;
        let set: Set = serde_json::from_slice(&body).map_err(|_| Trouble::Keys("not a key set"))?;
        if set.keys.len() > MOST_KEYS {
            return Err(Trouble::Keys("there are too many"));
        }
        let keys: HashMap<_, _> = set.keys.iter().filter_map(named).collect();
        if keys.is_empty() { Err(Trouble::Keys("none can be used")) } else { Ok(keys) }
    }

    fn loaded(&self) -> Option<Arc<Loaded>> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A key that says its name and its algorithm; others are left out (RFC 8725 §3.1).
fn named(jwk: &Value) -> Option<(String, Arc<PublicKey>)> {
    let text = |member: &str| jwk.get(member).and_then(Value::as_str);
    let algorithm = SigningAlgorithm::parse(text("alg")?)?;
    Some((text("kid")?.to_owned(), Arc::new(PublicKey::from_jwk(jwk, algorithm)?)))
}
