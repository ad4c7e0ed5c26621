//! What a client may hold at the most, and which resource a request means. The read-only rule stands here and nowhere else.

use std::sync::Arc;

use model::{Client, Resource};
use protocol::{Access, EMAIL, GrantType, OAuthError, OFFLINE_ACCESS, OPENID, PROFILE, ResourceIndicator, Scope};

use crate::known::Snapshot;

/// What was asked for, once it is known which resource is meant and what the client may hold there.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The resource; none where identity scopes alone are asked.
    pub(crate) resource: Option<Arc<Resource>>,
    /// What is granted if the person agrees; never empty, never wider than asked.
    pub(crate) scope: Scope,
}

/// The widest scope that this client may ever hold at this resource.
pub(crate) fn permitted(client: &Client, resource: Option<&Resource>) -> Scope {
    let known = tokens(&[OPENID, PROFILE, EMAIL, OFFLINE_ACCESS]);
    narrowed(&resource.map_or_else(Scope::empty, Resource::scope).union(&known), client, resource)
}

/// What of `scope` this client may hold at this resource.
pub(crate) fn narrowed(scope: &Scope, client: &Client, resource: Option<&Resource>) -> Scope {
    scope.filter(|token| may_hold(client, resource, token))
}

/// Only a first-party client may hold scopes that write, whatever it asks or is configured to ask, and an organisation's own
/// client holds nothing of another organisation's.
fn may_hold(client: &Client, resource: Option<&Resource>, token: &str) -> bool {
    if token == OFFLINE_ACCESS && client.may_use(GrantType::RefreshToken) {
        return true;
    }
    let of_resource = |resource: &Resource| {
        let mut scopes = resource.scopes.iter();
        meets(client, resource)
            && scopes.any(|one| one.name == token && (client.first_party || one.access == Access::Read))
    };
    let exists = [OPENID, PROFILE, EMAIL].contains(&token) || resource.is_some_and(of_resource);
    exists && client.metadata.scope.as_ref().is_none_or(|limit| limit.contains(token))
}

/// Whether there is an organisation, or none, that both the client and the resource serve.
fn meets(client: &Client, resource: &Resource) -> bool {
    client.owner.is_none_or(|organization_id| resource.serves(organization_id))
}

/// What of `scope` writes at this resource.
pub(crate) fn writing(resource: Option<&Resource>, scope: &Scope) -> Scope {
    resource.map_or_else(Scope::empty, |it| scope.intersection(&it.scope().difference(&it.read_scope())))
}

/// Reads what an authorization request asks for: narrowed to what is permitted, refused only if nothing is left.
///
/// # Errors
/// `invalid_target` for a resource that is unknown or not named where it must be, `invalid_scope` if nothing is left.
pub(crate) fn asked(
    known: &Snapshot,
    client: &Client,
    scope: Option<&Scope>,
    resource: Option<&ResourceIndicator>,
) -> Result<Asked, OAuthError> {
    let resource = match resource {
        Some(indicator) => Some(named(known, indicator)?),
        None => implied(known, client, scope)?,
    };
    let most = permitted(client, resource.as_deref());
    let scope = match scope {
        Some(scope) => scope.intersection(&most),
        // The client's default: everything that it may hold at this resource, or who the person is.
        None if resource.is_some() => most.difference(&tokens(&[OPENID, PROFILE, EMAIL])),
        None => most.intersection(&tokens(&[OPENID, OFFLINE_ACCESS])),
    };
    if scope.difference(&tokens(&[OFFLINE_ACCESS])).is_empty() {
        return Err(OAuthError::invalid_scope("none of the requested scopes can be granted to this client")
            .because(format!("client {} may hold at most '{most}'", client.id)));
    }
    let resource = resource.filter(|_| !scope.of_resources().is_empty());
    Ok(Asked { resource, scope })
}

/// The resource with this identifier (RFC 8707 §2).
pub(crate) fn named(known: &Snapshot, indicator: &ResourceIndicator) -> Result<Arc<Resource>, OAuthError> {
    known
        .enabled_resources()
        .find(|resource| resource.identifier == *indicator)
        .cloned()
        .ok_or_else(|| OAuthError::invalid_target("no such resource is registered here").because(indicator.to_string()))
}

/// The resource that is meant where none is named: the only one that understands what is asked, or the default among them.
fn implied(known: &Snapshot, client: &Client, scope: Option<&Scope>) -> Result<Option<Arc<Resource>>, OAuthError> {
    // Another's resource is never meant by silence: else whoever adds one would change what the requests of others mean.
    let candidates = || {
        let own = |resource: &&Arc<Resource>| resource.owner.is_none() || resource.owner == client.owner;
        known.enabled_resources().filter(own)
    };
    let wanted = match (scope, &client.metadata.scope) {
        (Some(scope), _) | (None, Some(scope)) => scope.of_resources(),
        (None, None) => {
            return Ok(the_one(candidates()).ok().flatten());
        }
    };
    let found = candidates().filter(|resource| !resource.scope().intersection(&wanted).is_empty());
    the_one(found).map_err(|Several| {
        OAuthError::invalid_target("several resources understand these scopes: say which one by the parameter resource")
    })
}

/// There are several, and none of them is the one that is meant then.
struct Several;

/// The only one of these, or of several the default: an organisation's own before the operator's.
fn the_one<'r>(found: impl Iterator<Item = &'r Arc<Resource>>) -> Result<Option<Arc<Resource>>, Several> {
    let found: Vec<_> = found.collect();
    match found.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(Arc::clone(only))),
        several => {
            let defaults = several.iter().filter(|resource| resource.default_at.is_some());
            let default = defaults.max_by_key(|resource| resource.owner.is_some());
            default.map(|resource| Some(Arc::clone(resource))).ok_or(Several)
        }
    }
}

/// A scope of words that are known to be scope tokens.
pub(crate) fn tokens(words: &[&str]) -> Scope {
    Scope::from_tokens(words.iter().copied()).unwrap_or_else(|_| Scope::empty())
}

#[cfg(test)]
mod tests {
    use model::{AccessTokenForm, ClientId, ClientOrigin, Profile, ResourceId, ResourceScope, SecretHash, Timestamp};
    use protocol::ClientMetadata;
    use serde_json::json;

    use super::*;

    fn resource() -> Resource {
        let scope = |name: &str, access| ResourceScope {
            name: name.to_owned(),
            access,
            ingest: false,
            description: String::new(),
            translations: std::collections::BTreeMap::new(),
        };
        Resource {
            id: ResourceId::new("issues"),
            name: "Issues".to_owned(),
            identifier: ResourceIndicator::parse("https://api.example.com/mcp").unwrap(),
            owner: None,
            secret_hash: SecretHash::of(b"secret"),
            scopes: vec![scope("issues:read", Access::Read), scope("issues:write", Access::Write)],
            access_tokens: AccessTokenForm::default(),
            default_at: None,
            created_at: Timestamp::from_seconds(0),
            disabled_at: None,
        }
    }

    fn client(first_party: bool, refreshes: bool, limit: Option<&str>) -> Client {
        let mut metadata = json!({
            "redirect_uris": ["https://app.example/cb"],
            "grant_types": if refreshes { vec!["authorization_code", "refresh_token"] } else { vec!["authorization_code"] },
        });
        if let Some(limit) = limit {
            metadata["scope"] = limit.into();
        }
        Client {
            id: ClientId::new("app"),
            origin: ClientOrigin::Operator,
            name: "App".to_owned(),
            profile: Profile::Oauth21,
            first_party,
            metadata: ClientMetadata::from_value(metadata).unwrap(),
            secret_hash: None,
            fingerprint: None,
            nonce_instead_of_pkce: false,
            owner: None,
            home: None,
            document: None,
            created_at: Timestamp::from_seconds(0),
            used_at: None,
            disabled_at: None,
        }
    }

    #[test]
    fn a_client_may_hold_what_it_and_the_resource_allow_and_write_as_a_first_party_alone() {
        let resource = resource();
        for (client, with_resource, most) in [
            (client(false, false, None), true, "email issues:read openid profile"),
            (client(true, false, None), true, "email issues:read issues:write openid profile"),
            (client(true, false, None), false, "email openid profile"),
            (client(false, true, None), true, "email issues:read offline_access openid profile"),
            // What a client is limited to says nothing of whether it may refresh, and gives nothing that is not there.
            (client(false, true, Some("openid issues:write")), true, "offline_access openid"),
            (client(true, false, Some("issues:write other offline_access")), true, "issues:write"),
        ] {
            let resource = with_resource.then_some(&resource);
            assert_eq!(permitted(&client, resource).to_string(), most);
            let asked = tokens(&["openid", "issues:read", "issues:write", "offline_access", "other"]);
            assert_eq!(narrowed(&asked, &client, resource), asked.intersection(&permitted(&client, resource)));
        }
    }

    #[test]
    fn an_organisations_client_holds_nothing_of_anothers_resource() {
        let [one, other] = [1, 2].map(|second| model::Id::new(Timestamp::from_seconds(second)));
        let client = Client { owner: Some(one), ..client(true, false, None) };
        for (owner, most) in [
            (None, "email issues:read issues:write openid profile"),
            (Some(one), "email issues:read issues:write openid profile"),
            (Some(other), "email openid profile"),
        ] {
            let resource = Resource { owner, ..resource() };
            assert_eq!(permitted(&client, Some(&resource)).to_string(), most);
        }
    }
}
