//! The public keys of a client: registered by value, or fetched from its `jwks_uri`.

use std::sync::Arc;

use model::{Client, Timestamp};
use protocol::jws::{Compact, PublicKey};
use serde_json::Value;

use super::refused;
use crate::{Authority, Error, client_document::key_sets::Wanted};

/// More keys than these are not tried.
const MOST: usize = 20;

impl Authority {
    /// Whether one of the client's keys made this signature. A fetched set that lacks the named key is fetched once more,
    /// since the client may have rotated.
    pub(super) async fn verified(&self, client: &Client, jws: &Compact<'_>, now: Timestamp) -> Result<bool, Error> {
        if let Some(registered) = &client.metadata.jwks {
            return Ok(verifies(registered, jws));
        }
        let uri = client.metadata.jwks_uri.as_deref().ok_or_else(|| refused("a client without keys"))?;
        let keys = self.client_keys(uri, Wanted::Recent, now).await?;
        if verifies(&keys, jws) {
            return Ok(true);
        }
        if names_a_key_of(&keys, jws) {
            return Ok(false);
        }
        let newer = self.client_keys(uri, Wanted::Newer, now).await?;
        Ok(verifies(&newer, jws))
    }

    async fn client_keys(&self, uri: &str, wanted: Wanted, now: Timestamp) -> Result<Arc<Value>, Error> {
        Ok(self.parts.documents.key_set(uri, wanted, now).await?)
    }
}

fn verifies(set: &Value, jws: &Compact<'_>) -> bool {
    keys(set)
        .filter(|key| is_named(key, jws))
        .filter_map(|key| PublicKey::from_jwk(key, jws.algorithm))
        .any(|key| key.verifies(jws))
}

fn names_a_key_of(set: &Value, jws: &Compact<'_>) -> bool {
    jws.kid.is_some() && keys(set).any(|key| key.get("kid").and_then(Value::as_str) == jws.kid.as_deref())
}

/// A key without a name, or a token without one, may belong to the other.
fn is_named(key: &Value, jws: &Compact<'_>) -> bool {
    match (key.get("kid").and_then(Value::as_str), jws.kid.as_deref()) {
        (Some(key), Some(token)) => key == token,
        _ => true,
    }
}

fn keys(set: &Value) -> impl Iterator<Item = &Value> {
    set.get("keys").and_then(Value::as_array).into_iter().flatten().take(MOST)
}
