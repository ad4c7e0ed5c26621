//! What a good token or key lets its bearer do: the value that the app's handler works from. Built only from what was held to
//! issuer, audience, expiry and project; it does not own the rule of reading (`rule`).

use std::{ops::Deref, sync::Arc};

use protocol::{Access, JwtAccessTokenClaims, ResourceIndicator, Scope};

use crate::answer::ActiveAnswer;

/// So many seconds a JWT is accepted beyond its end, since two clocks never agree.
const LEEWAY: u64 = 5;

/// One permission as it stands at this moment. Found in the request's extensions; what it says are the fields of [`Facts`].
/// Cheap to clone: whatever is remembered of a token is said to each request that brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant(Arc<Facts>);

/// What a grant says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The person's identifier at the issuer; none when a client or a key acts for itself.
    pub subject: Option<String>,
    /// The client's identifier; none for an API key.
    pub client: Option<String>,
    /// The organisation's id.
    pub organization: Option<String>,
    /// The project's id. Always present unless the guard was built with `require_project(false)`.
    pub project: Option<String>,
    /// What was granted.
    pub scopes: Scope,
    /// Whether the grant may change anything. A token that does not say so may only read.
    pub access: Access,
    /// The grant's id, which is revoked as one; none when a client or a key acts for itself.
    pub grant: Option<String>,
    /// The API key's id; none for tokens.
    pub key: Option<String>,
}

impl Deref for Grant {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl From<Facts> for Grant {
    fn from(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }
}

impl Facts {
    /// Who acts: the person, else the client, else the key.
    #[must_use]
    pub fn actor(&self) -> &str {
        let actors = [&self.subject, &self.client, &self.key];
        actors.into_iter().flatten().next().map_or("", String::as_str)
    }
}

/// A grant, and until when it may be believed without asking anybody, in seconds since the epoch.
#[derive(Clone, Debug)]
pub(crate) struct Good {
    pub grant: Grant,
    pub expires_at: u64,
    /// Whether each use is counted where it is asked about: then it is asked about each time.
    pub is_counted: bool,
}

/// What an answer is held to.
#[derive(Debug)]
pub(crate) struct Expected {
    pub issuer: String,
    pub resource: ResourceIndicator,
    pub project: bool,
    /// Whether API keys are let in.
    pub keys: bool,
}

/// Why what is active is not good enough here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// Another issuer, another audience, another kind of token, or its time is over.
    Token(&'static str),
    /// The grant names no project.
    Project,
}

impl Good {
    /// Holds an introspection answer to what this resource expects. `now` in seconds since the epoch.
    pub fn from_answer(answer: ActiveAnswer, expected: &Expected, now: u64) -> Result<Self, Unfit> {
        let is_key = answer.is_key();
        if is_key && !expected.keys {
            return Err(Unfit::Token("API keys are not accepted here"));
        }
        if !is_key && !answer.is_bearer() {
            return Err(Unfit::Token("the token is not a bearer token"));
        }
        // Whoever is asked about a key answers for the asker's own resource; what it says beyond that must fit.
        if answer.iss.as_ref().map_or(!is_key, |iss| *iss != expected.issuer) {
            return Err(Unfit::Token("the token is from another issuer"));
        }
        if answer.aud.as_ref().map_or(!is_key, |aud| !is_for(aud, &expected.resource)) {
            return Err(Unfit::Token("the token is for another resource"));
        }
        let expires_at = answer.exp.unwrap_or(u64::MAX);
        if expires_at <= now {
            return Err(Unfit::Token("the token has expired"));
        }
        let grant = Facts {
            subject: answer.sub.filter(|sub| !is_key && Some(sub) != answer.client_id.as_ref()),
            client: answer.client_id,
            organization: answer.organization,
            project: answer.project,
            scopes: answer.scope,
            access: answer.access.unwrap_or(Access::Read),
            grant: answer.grant_id,
            key: answer.key_id,
        };
        Self { grant: grant.into(), expires_at, is_counted: answer.limits.is_some_and(|limits| !limits.is_empty()) }
            .of_a_project(expected)
    }

    /// Holds the claims of a JWT whose signature is the issuer's to what this resource expects (RFC 9068 §4).
    pub fn from_claims(claims: JwtAccessTokenClaims, expected: &Expected, now: u64) -> Result<Self, Unfit> {
        if claims.iss != expected.issuer {
            return Err(Unfit::Token("the token is from another issuer"));
        }
        if !claims.aud.iter().any(|audience| is_for(audience, &expected.resource)) {
            return Err(Unfit::Token("the token is for another resource"));
        }
        if claims.exp.saturating_add(LEEWAY) <= now {
            return Err(Unfit::Token("the token has expired"));
        }
        if claims.nbf.is_some_and(|nbf| nbf > now.saturating_add(LEEWAY)) {
            return Err(Unfit::Token("the token is not yet valid"));
        }
        let grant = Facts {
            subject: Some(claims.sub).filter(|sub| *sub != claims.client_id),
            client: Some(claims.client_id),
            organization: claims.organization,
            project: claims.project,
            scopes: claims.scope,
            access: claims.access.unwrap_or(Access::Read),
            grant: claims.grant_id,
            key: None,
        };
        Self { grant: grant.into(), expires_at: claims.exp, is_counted: false }.of_a_project(expected)
    }

    fn of_a_project(self, expected: &Expected) -> Result<Self, Unfit> {
        if expected.project && self.grant.project.is_none() { Err(Unfit::Project) } else { Ok(self) }
    }
}

/// RFC 8707 §2: a token is good at the resource that it names, and nowhere else. No audience is no match.
fn is_for(audience: &str, resource: &ResourceIndicator) -> bool {
    ResourceIndicator::parse(audience).is_ok_and(|audience| audience == *resource)
}
