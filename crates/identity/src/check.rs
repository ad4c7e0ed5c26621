//! What a proxy asks before it lets a request through to an app that knows nothing of tokens: one question, one verdict. The
//! rules are those of the guard, for the resource as which the proxy proved itself.

use std::sync::Arc;

use model::{Resource, Timestamp};
use protocol::{Access, ActiveToken, Introspection, Scope};

use crate::{Authority, Caller, Error};

/// A request that arrived at a proxy.
#[derive(Clone, Debug)]
pub struct Passage<'a> {
    /// What it carries.
    pub token: Carried<'a>,
    /// Whether it only reads.
    pub only_reads: bool,
    /// What the grant must cover.
    pub scope: Scope,
}

/// What a request carries in its Authorization header.
#[derive(Clone, Copy, Debug)]
pub enum Carried<'a> {
    /// One token, or an API key.
    Token(&'a str),
    /// Nothing of the Bearer scheme.
    Nothing,
    /// Something that is no token.
    Malformed,
}

/// Whether it may pass.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It may, as this.
    Pass(Box<ActiveToken>),
    /// Not without a good token; the error, if one was shown (RFC 6750 §3.1).
    Unauthorized(Option<&'static str>),
    /// The grant does not reach that far.
    Forbidden,
}

impl Authority {
    /// Says whether a request may pass to `resource`.
    ///
    /// # Errors
    /// Trouble of the database; never a verdict.
    pub async fn check(
        &self,
        resource: &Arc<Resource>,
        passage: &Passage<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Verdict, Error> {
        let token = match passage.token {
            Carried::Token(token) => token,
            Carried::Nothing => return Ok(Verdict::Unauthorized(None)),
            Carried::Malformed => return Ok(Verdict::Unauthorized(Some("invalid_request"))),
        };
        Ok(match self.introspect(resource, token, caller, now).await? {
            Introspection::Active(token) if reaches(&token, passage) => Verdict::Pass(token),
            Introspection::Active(_) => Verdict::Forbidden,
            _ => Verdict::Unauthorized(Some("invalid_token")),
        })
    }
}

fn reaches(token: &ActiveToken, passage: &Passage<'_>) -> bool {
    let writes = token.access == Some(Access::Write);
    token.project.is_some() && passage.scope.is_subset_of(&token.scope) && (writes || passage.only_reads)
}
