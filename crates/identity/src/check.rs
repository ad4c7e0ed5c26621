//! What a proxy asks before it lets a request through to an app that knows nothing of tokens: one question, one verdict. The
//! rules are those of the guard, for the resource as which the proxy proved itself.

use std::{net::IpAddr, sync::Arc};

use model::{Resource, Timestamp};
use protocol::{Access, ActiveKey, ActiveToken, Introspection, Scope};

use crate::{Authority, Caller, Error, Presented};

/// A request that arrived at a proxy.
#[derive(Clone, Debug)]
pub struct Passage<'a> {
    /// What it carries.
    pub token: Carried<'a>,
    /// From which address, where the proxy tells it: an API key may be bound to some.
    pub client_ip: Option<IpAddr>,
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
    /// It may, as this API key.
    PassKey(Box<ActiveKey>),
    /// Not for so many seconds: the API key has used up what it may.
    TooMany(u64),
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
        let presented = Presented { token, client_ip: passage.client_ip };
        Ok(match self.introspect(resource, presented, caller, now).await? {
            Introspection::Inactive => Verdict::Unauthorized(Some("invalid_token")),
            Introspection::Limited(key) => Verdict::TooMany(key.retry_after),
            Introspection::Active(token) if token.project.is_some() && reaches(&token.scope, token.access, passage) => {
                Verdict::Pass(token)
            }
            Introspection::Key(key) if reaches(&key.scope, Some(key.access), passage) => Verdict::PassKey(key),
            Introspection::Active(_) | Introspection::Key(_) => Verdict::Forbidden,
        })
    }
}

fn reaches(scope: &Scope, access: Option<Access>, passage: &Passage<'_>) -> bool {
    passage.scope.is_subset_of(scope) && (access == Some(Access::Write) || passage.only_reads)
}
