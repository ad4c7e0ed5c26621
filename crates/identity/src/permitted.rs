//! What a client may hold at the most, and which resource a request means. The read-only rule stands here and nowhere else.

use std::sync::Arc;

use model::{Client, Resource};
use protocol::{EMAIL, GrantType, OAuthError, OFFLINE_ACCESS, OPENID, PROFILE, ResourceIndicator, Scope};

use crate::known::Snapshot;

/// What was asked for, once it is known which resource is meant and what the client may hold there.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The resource; none where identity scopes alone are asked.
    pub(crate) resource: Option<Arc<Resource>>,
    /// What is granted if the person agrees; never empty, never wider than asked.
    pub(crate) scope: Scope,
}

/// The widest scope that this client may ever hold at this resource: only a first-party client may hold scopes that write,
/// whatever it asks or is configured to ask, and an organisation's own client holds nothing of another organisation's.
pub(crate) fn permitted(client: &Client, resource: Option<&Resource>) -> Scope {
    let of_resource = match resource {
        Some(resource) if !meets(client, resource) => Scope::empty(),
        Some(resource) if client.first_party => resource.scope(),
        Some(resource) => resource.read_scope(),
        None => Scope::empty(),
    };
    let offline = if client.may_use(GrantType::RefreshToken) { tokens(&[OFFLINE_ACCESS]) } else { Scope::empty() };
    let all = of_resource.union(&tokens(&[OPENID, PROFILE, EMAIL]));
    match &client.metadata.scope {
        Some(limit) => all.intersection(limit).union(&offline),
        None => all.union(&offline),
    }
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
