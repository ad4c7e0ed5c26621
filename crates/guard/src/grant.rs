//! What a good token lets its bearer do: the value that the app's handler works from. Built only from an introspection
//! answer that was held to issuer, audience, expiry and project; it does not own the rule of reading (`rule`).

use protocol::{Access, ActiveToken, ResourceIndicator, Scope};

/// One person's permission to one client, as it stands at this moment. Found in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// The person's identifier at the issuer; none when a client acts for itself (client_credentials).
    pub subject: Option<String>,
    /// The client's identifier.
    pub client: String,
    /// The organisation's id.
    pub organization: Option<String>,
    /// The project's id. Always present unless the guard was built with `require_project(false)`.
    pub project: Option<String>,
    /// What was granted.
    pub scopes: Scope,
    /// Whether the grant may change anything. A token that does not say so may only read.
    pub access: Access,
}

/// What an answer is held to.
#[derive(Debug)]
pub(crate) struct Expected {
    pub issuer: String,
    pub resource: ResourceIndicator,
    pub project: bool,
}

/// Why an active token is not good enough here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Another issuer, another audience, another kind of token, or its time is over.
    Token(&'static str),
    /// The grant names no project.
    Project,
}

impl Grant {
    /// Holds an introspection answer to what this resource expects. `now` in seconds since the epoch.
    pub(crate) fn from_token(token: ActiveToken, expected: &Expected, now: u64) -> Result<Self, Unfit> {
        if token.iss != expected.issuer {
            return Err(Unfit::Token("the token is from another issuer"));
        }
        if !is_for(token.aud.as_deref(), &expected.resource) {
            return Err(Unfit::Token("the token is for another resource"));
        }
        if !token.token_type.eq_ignore_ascii_case("bearer") {
            return Err(Unfit::Token("the token is not a bearer token"));
        }
        if token.exp <= now {
            return Err(Unfit::Token("the token has expired"));
        }
        if expected.project && token.project.is_none() {
            return Err(Unfit::Project);
        }
        Ok(Self {
            subject: token.sub,
            client: token.client_id,
            organization: token.organization,
            project: token.project,
            scopes: token.scope,
            access: token.access.unwrap_or(Access::Read),
        })
    }
}

/// RFC 8707 §2: a token is good at the resource that it names, and nowhere else. No audience is no match.
fn is_for(audience: Option<&str>, resource: &ResourceIndicator) -> bool {
    audience.and_then(|audience| ResourceIndicator::parse(audience).ok()).is_some_and(|audience| audience == *resource)
}
