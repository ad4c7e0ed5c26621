//! Introspection (RFC 7662): what a downstream app is told about a token that it was handed.

use std::{net::IpAddr, sync::Arc};

use model::{GrantKind, Resource, Timestamp};
use protocol::{ActiveToken, Actor, Introspection};
use storage::{Behalf, SeenToken};

use crate::{Authority, Caller, Error, api_key, permitted::narrowed, token_name::TokenName};

/// What a resource server was handed, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// The token or the API key.
    pub token: &'a str,
    /// From which address, where the resource server tells it: a key may be bound to some.
    pub client_ip: Option<IpAddr>,
}

impl<'a> From<&'a str> for Presented<'a> {
    fn from(token: &'a str) -> Self {
        Self { token, client_ip: None }
    }
}

impl<'a> From<&'a String> for Presented<'a> {
    fn from(token: &'a String) -> Self {
        Self::from(token.as_str())
    }
}

impl Authority {
    /// Says whether a token or an API key is good at this moment, for the resource server that asks. Inactive covers
    /// everything that is none of its business: unknown, expired, revoked, another's, a refresh token (RFC 7662 §2.2).
    ///
    /// # Errors
    /// Trouble of the database; never a verdict on the token.
    pub async fn introspect(
        &self,
        resource: &Arc<Resource>,
        presented: impl Into<Presented<'_>>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Introspection, Error> {
        let Presented { token, client_ip } = presented.into();
        let told = match api_key::is_key(token) {
            true => self.tell_of_key(resource, token, client_ip, now).await?,
            false => self.tell(resource, token, caller, now).await?,
        };
        self.parts.metrics.introspection(matches!(told, Introspection::Active(_) | Introspection::Key(_)));
        Ok(told)
    }

    async fn tell(
        &self,
        resource: &Arc<Resource>,
        token: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Introspection, Error> {
        let Some(name) = self.token_name(token, now).await? else { return Ok(Introspection::Inactive) };
        let Some(seen) = self.live(&name, now).await? else { return Ok(Introspection::Inactive) };
        if seen.token.resource_id.as_ref() != Some(&resource.id) {
            return Ok(Introspection::Inactive);
        }
        // Scopes that were withdrawn since are dead at once, not at the next refresh.
        let Some(scope) = self.present_scope(&seen, resource).await? else { return Ok(Introspection::Inactive) };
        if !self.note_use(&seen, caller, now).await? {
            return Ok(Introspection::Inactive);
        }
        let (sub, organization, project) = match &seen.behalf {
            Behalf::Person { user_id, kind: GrantKind::Project { organization_id, project_id, .. }, .. } => {
                (user_id.to_string(), Some(organization_id.to_string()), Some(project_id.to_string()))
            }
            Behalf::Person { user_id, kind: GrantKind::Identity, .. } => (user_id.to_string(), None, None),
            Behalf::Client(home) => (
                seen.token.client_id.to_string(),
                Some(home.organization_id.to_string()),
                Some(home.project_id.to_string()),
            ),
        };
        let grant_id = match &seen.behalf {
            Behalf::Person { grant_id, .. } => Some(grant_id.to_string()),
            Behalf::Client(_) => None,
        };
        let access = resource.access(&scope);
        Ok(Introspection::Active(Box::new(ActiveToken {
            scope,
            // RFC 8693 §4.3: who was given it.
            client_id: seen.token.actors.first().cloned().unwrap_or_else(|| seen.token.client_id.to_string()),
            sub: Some(sub),
            aud: Some(resource.identifier.to_string()),
            iss: self.issuer().to_owned(),
            exp: seconds(name.ends_at.unwrap_or(seen.token.expires_at)),
            iat: seconds(seen.token.issued_at),
            token_type: "Bearer".to_owned(),
            grant_id,
            organization,
            project,
            act: Actor::chain(&seen.token.actors),
            access: Some(access),
        })))
    }

    /// The live access token with this text; nothing if it is not ours, has ended, or what it rests on has.
    pub(crate) async fn live_token(&self, text: &str, now: Timestamp) -> Result<Option<Arc<SeenToken>>, Error> {
        match self.token_name(text, now).await? {
            Some(name) => self.live(&name, now).await,
            None => Ok(None),
        }
    }

    async fn live(&self, name: &TokenName, now: Timestamp) -> Result<Option<Arc<SeenToken>>, Error> {
        if name.has_ended(now) {
            return Ok(None);
        }
        let TokenName { id, generation, hash, .. } = name;
        Ok(self.parts.store.live_access_token(*id, *generation, hash, now).await?)
    }

    /// Sight is written before the answer, once per generation (docs/families.md); the last use may wait. False if the token
    /// was ended or superseded meanwhile.
    pub(crate) async fn note_use(&self, seen: &SeenToken, caller: &Caller, now: Timestamp) -> Result<bool, Error> {
        let Behalf::Person { grant_id, generation, head_seen, used_at, .. } = &seen.behalf else { return Ok(true) };
        self.parts.last_uses.note(*grant_id, *used_at, &caller.address, now);
        if *head_seen || seen.token.generation != *generation {
            return Ok(true);
        }
        let token = seen.token.clone();
        let noted = self.parts.store.transaction(move |tx| {
            let token = token.clone();
            Box::pin(async move { Ok(tx.see_access_token(&token, now).await?) })
        });
        Box::pin(noted).await
    }

    async fn present_scope(&self, seen: &SeenToken, resource: &Resource) -> Result<Option<protocol::Scope>, Error> {
        // Proven when the resource server was: a moment ago, in this request.
        let Some((client, _)) = self.believing().client(&seen.token.client_id).await? else { return Ok(None) };
        let scope = narrowed(&seen.token.scope, &client, Some(resource));
        Ok(scope.is_of_resources().then_some(scope))
    }
}

pub(crate) fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.as_seconds()).unwrap_or(0)
}
