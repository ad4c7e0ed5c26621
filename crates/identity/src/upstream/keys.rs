//! A provider's keys (RFC 7517 §5), kept for a short time, and asked for anew when a token names one that is not there; not
//! more often than that is honest.

use std::{sync::Arc, time::Duration};

use model::Timestamp;
use openidconnect::core::CoreJsonWebKeySet;
use serde::Deserialize;

use super::{UpstreamError, discovery::Metadata, http::Http, provider::Provider};

/// A key that was withdrawn is believed this long at the most.
const KEPT: Duration = Duration::from_secs(10 * 60);
/// The set is fetched again for the sake of an unknown key no sooner than this.
const PAUSE: Duration = Duration::from_secs(30);

/// The keys, and when they were fetched.
pub(super) struct KeptKeys {
    at: Timestamp,
    keys: Arc<Keys>,
}

/// The keys, and which issuer each is bound to.
pub(super) struct Keys {
    pub(super) set: CoreJsonWebKeySet,
    bound: Vec<BoundKey>,
}

/// Which set will do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One that was fetched a short time ago.
    Recent,
    /// A newer one, since the one that is kept lacks a key.
    Newer,
}

/// Microsoft says of each key for which tenants it signs.
#[derive(Deserialize)]
struct BoundKey {
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    issuer: Option<String>,
}

#[derive(Deserialize)]
struct BoundKeys {
    keys: Vec<BoundKey>,
}

impl Provider {
    /// The keys, kept or fetched; one asks at a time.
    pub(super) async fn keys(
        &self,
        metadata: &Metadata,
        wanted: Wanted,
        http: &Http,
        now: Timestamp,
    ) -> Result<Arc<Keys>, UpstreamError> {
        let within = if wanted == Wanted::Recent { KEPT } else { PAUSE };
        let mut kept = http.turn(&self.keys).await?;
        if let Some(known) = kept.as_ref().filter(|kept| now >= kept.at && now.since(kept.at) < within) {
            return Ok(Arc::clone(&known.keys));
        }
        let asked = http.fetch(&self.settings, &metadata.jwks_uri).await.and_then(|body| parsed(&body));
        let keys = Arc::new(self.seen.note(asked, now, |health| &mut health.keys_at)?);
        *kept = Some(KeptKeys { at: now, keys: Arc::clone(&keys) });
        Ok(keys)
    }
}

fn parsed(body: &[u8]) -> Result<Keys, UpstreamError> {
    let wrong = |error: serde_json::Error| UpstreamError::Refused(format!("no key set: {error}"));
    let set = serde_json::from_slice(body).map_err(wrong)?;
    let bound: BoundKeys = serde_json::from_slice(body).map_err(wrong)?;
    Ok(Keys { set, bound: bound.keys })
}

impl Keys {
    /// Whether the key that a token names may speak for this issuer.
    pub(super) fn may_speak(&self, kid: Option<&str>, issuer: &str, tid: Option<&str>) -> bool {
        let named = self.bound.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid);
        named.filter_map(|key| key.issuer.as_deref()).all(|bound| Metadata::key_speaks_for(bound, issuer, tid))
    }
}
