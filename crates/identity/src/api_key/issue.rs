//! A new key's text, and what a key may permit. Owns that a key reads, or brings in what its resource takes in from services,
//! and does nothing else.

use model::{ApiKey, Id, KeyPermit, KeySecret, Resource, Secret, ServerSecrets, Token, TokenKind};
use protocol::Scope;

/// A text that is shown once, and what is kept of it.
#[derive(Clone)]
pub(crate) struct Fresh {
    /// The whole key.
    pub(crate) text: String,
    /// What is kept.
    pub(crate) kept: KeySecret,
}

/// A fresh text for the key with this id; none if the server's secret cannot tag it.
pub(crate) fn fresh(id: Id<ApiKey>, secrets: &ServerSecrets) -> Option<Fresh> {
    let secret = Secret::generate();
    let hash = secret.hash();
    let text = Token::new(TokenKind::ApiKey, id, 0, secret, secrets).expose(secrets)?;
    let last_four = text.get(text.len().checked_sub(4)?..)?.to_owned();
    Some(Fresh { text, kept: KeySecret { hash, last_four } })
}

/// What a key with this scope permits at these resources: at each, what that lets keys do.
///
/// # Errors
/// What of the scope no key may hold at any of them; all of it, where it is empty.
pub(crate) fn permits<'r>(
    scope: &Scope,
    resources: impl IntoIterator<Item = &'r Resource>,
) -> Result<Vec<KeyPermit>, Scope> {
    let (mut permits, mut rest) = (Vec::new(), scope.clone());
    for resource in resources {
        let held = scope.intersection(&resource.key_scope());
        if !held.is_empty() {
            rest = rest.difference(&held);
            permits.push(KeyPermit { resource_id: resource.id.clone(), scope: held });
        }
    }
    if rest.is_empty() && !permits.is_empty() { Ok(permits) } else { Err(rest) }
}
