//! API keys: what a downstream app is told of one that it was handed, and how they end. How often one may be used stands in
//! `caps`; who makes them is `admin`'s and the pages'.

mod caps;
mod held;
mod issue;
mod offered;

use std::{net::IpAddr, sync::Arc};

use model::{ApiKey, AuditEvent, Id, Organization, Resource, Timestamp, Token, TokenKind};
use protocol::{API_KEY, ActiveKey, Introspection, LimitedKey, RATE_LIMITED, Scope};
use storage::{StorageError, Tx};

use crate::{Authority, Error, introspect::seconds};

pub(crate) use caps::Meters;
use caps::{Caps, Counted, Use};
pub use held::HeldKey;
pub(crate) use issue::{Fresh, fresh, permits};
pub use offered::KeyScope;

/// The reason of keys that ended with their organisation.
const ORGANIZATION_REMOVED: &str = "organization_removed";

impl Authority {
    /// What there is to say of an API key: active, inactive, or that it must wait. A use is counted when the answer is that
    /// it is active, and no other is.
    pub(crate) async fn tell_of_key(
        &self,
        resource: &Resource,
        text: &str,
        client_ip: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Introspection, Error> {
        let Some(key) = self.live_key(text, now).await? else { return Ok(Introspection::Inactive) };
        // Scopes that the resource has withdrawn since are dead at once.
        let scope = key.scope_at(&resource.id).intersection(&resource.key_scope());
        if scope.is_empty() || !key.admits(client_ip) {
            return Ok(Introspection::Inactive);
        }
        let caps = Caps::of(&key.caps, &self.parts.settings.api_keys);
        let one = Use { key_id: key.id, caps, address: client_ip, now };
        match self.parts.meters.count(&self.parts.store, one).await? {
            Counted::Used(allowance) => Ok(self.active(&key, resource, scope, allowance)),
            Counted::Exhausted { retry_after, allowance } => Ok(Introspection::Limited(Box::new(LimitedKey {
                token_type: API_KEY.to_owned(),
                key_id: key.id.to_string(),
                reason: RATE_LIMITED.to_owned(),
                retry_after,
                allowance,
            }))),
        }
    }

    /// The key with this text, if it and everything that it rests on is in force. What was never issued is known without the
    /// database.
    async fn live_key(&self, text: &str, now: Timestamp) -> Result<Option<Arc<ApiKey>>, Error> {
        let Some(token) = Token::parse(text, TokenKind::ApiKey, &self.parts.secrets) else { return Ok(None) };
        let key = self.parts.store.live_api_key(token.id.cast(), now).await?;
        Ok(key.filter(|key| key.is_good(&token.secret.hash(), now)))
    }

    fn active(&self, key: &ApiKey, resource: &Resource, scope: Scope, allowance: protocol::Allowance) -> Introspection {
        let access = resource.access(&scope);
        Introspection::Key(Box::new(ActiveKey {
            token_type: API_KEY.to_owned(),
            key_id: key.id.to_string(),
            scope,
            sub: key.user_id.map_or_else(|| key.id.to_string(), |user_id| user_id.to_string()),
            aud: resource.identifier.to_string(),
            iss: self.issuer().to_owned(),
            exp: seconds(key.expires_at),
            iat: seconds(key.issued_at),
            organization: key.organization_id.to_string(),
            project: key.project_id.to_string(),
            access,
            allowance,
        }))
    }
}

/// Whether this looks like an API key: then it is nothing else.
pub(crate) fn is_key(text: &str) -> bool {
    text.starts_with(TokenKind::ApiKey.prefix())
}

/// Takes back these keys for this reason; how many.
pub(crate) async fn end(tx: &mut Tx, keys: &[ApiKey], reason: &str, now: Timestamp) -> Result<usize, StorageError> {
    for key in keys {
        if tx.revoke_api_key(key.id, reason, now).await? {
            tx.insert_audit_event(&entry("key.revoked", key, None, now)).await?;
        }
    }
    Ok(keys.len())
}

/// Takes back all keys of an organisation that goes.
pub(crate) async fn end_within(
    tx: &mut Tx,
    organization_id: Id<Organization>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let keys = tx.live_api_keys_within(organization_id).await?;
    end(tx, &keys, ORGANIZATION_REMOVED, now).await.map(drop)
}

/// What the trail says of a key; and at which resource, where it is one.
pub(crate) fn entry(action: &'static str, key: &ApiKey, address: Option<String>, now: Timestamp) -> AuditEvent {
    AuditEvent {
        user_id: key.user_id,
        organization_id: Some(key.organization_id),
        project_id: Some(key.project_id),
        resource_id: match key.permits.as_slice() {
            [only] => Some(only.resource_id.clone()),
            _ => None,
        },
        key_id: Some(key.id.cast()),
        subject: Some(key.id.to_string()),
        address,
        ..AuditEvent::new(action, now)
    }
}
