//! The core: who is asking, is it enough, does it only read. One sequence for both skins; it holds no framework's type.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use protocol::Scope;

use crate::bearer::{Bearer, NoToken};
use crate::builder::GuardBuilder;
use crate::clock;
use crate::grant::{Expected, Grant, Unfit};
use crate::introspect::Introspector;
use crate::reply::{Challenge, Refusal, Reply};
use crate::request::Head;
use crate::rule::Rule;
use crate::well_known::WellKnown;

/// Longest body that a rule reads before the app does, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Stands before an app's routes. Cheap to clone; one per resource.
#[derive(Clone)]
pub struct Guard(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub expected: Expected,
    pub required: Scope,
    pub rule: Rule,
    pub well_known: WellKnown,
    pub introspector: Introspector,
}

impl Guard {
    /// Begins a guard for `resource` (the URL that clients ask tokens for, RFC 8707), whose tokens come from `issuer`, written
    /// exactly as the issuer writes itself.
    pub fn builder(issuer: impl Into<String>, resource: impl Into<String>) -> GuardBuilder {
        GuardBuilder::new(issuer.into(), resource.into())
    }

    /// The paths at which the protected-resource metadata belongs, on the resource's own host (RFC 9728 §3).
    #[must_use]
    pub fn metadata_paths(&self) -> &[String] {
        &self.0.well_known.paths
    }

    /// The answer of the metadata's paths to any method: the document, readable from every origin.
    #[must_use]
    pub fn metadata(&self, method: &Method) -> Reply {
        Reply::metadata(method, self.0.well_known.document.clone())
    }

    /// First half of what a skin does: who asks, and with which scopes. The body is not needed.
    ///
    /// # Errors
    /// The answer to send instead: 401, 400, 403 or 503, with its challenge (RFC 6750 §3).
    pub async fn admit(&self, method: &Method, headers: &HeaderMap) -> Result<Grant, Reply> {
        let grant = self.identify(&Head { method, headers }).await.map_err(|refusal| self.reply(&refusal))?;
        if !self.0.required.is_subset_of(&grant.scopes) {
            return Err(self.reply(&Refusal::Scope(self.0.required.clone())));
        }
        Ok(grant)
    }

    /// Whether [`Guard::permit`] wants to see the body: then it is read, at most [`MAX_BODY_BYTES`] of it, and put back.
    #[must_use]
    pub fn reads_body(&self, method: &Method) -> bool {
        self.0.rule.reads_body(method)
    }

    /// Second half: whether the grant reaches as far as this request. `body` is empty where it was not wanted.
    ///
    /// # Errors
    /// The answer to send instead: 403 with the scope that would help, or 400, 405 or 415 for what is not the protocol.
    pub fn permit(&self, grant: &Grant, method: &Method, headers: &HeaderMap, body: &Bytes) -> Result<(), Reply> {
        let judged = self.0.rule.permit(grant, &Head { method, headers }, body);
        judged.map_err(|denial| self.reply(&denial.into_refusal(&self.0.required)))
    }

    /// The answer to a body that could not be read whole: 413 when it is too large, else 400.
    #[must_use]
    pub fn body_refused(&self, too_large: bool) -> Reply {
        self.reply(if too_large { &Refusal::TooLarge } else { &Refusal::BrokenBody })
    }

    async fn identify(&self, head: &Head<'_>) -> Result<Grant, Refusal> {
        let token = Bearer::of(head).map_err(|reason| match reason {
            NoToken::Absent => Refusal::NoToken,
            NoToken::Malformed => Refusal::MalformedToken,
        })?;
        let answer = self.0.introspector.ask(token).await.map_err(|trouble| {
            tracing::error!(%trouble, issuer = %self.0.expected.issuer, "introspection failed");
            Refusal::Unavailable
        })?;
        let answer = answer.ok_or(Refusal::InvalidToken("the token is not active"))?;
        Grant::from_token(answer, &self.0.expected, clock::now()).map_err(|unfit| match unfit {
            Unfit::Token(why) => Refusal::InvalidToken(why),
            Unfit::Project => Refusal::NoProject(self.0.required.clone()),
        })
    }

    fn reply(&self, refusal: &Refusal) -> Reply {
        Reply::refusal(refusal, &Challenge { resource_metadata: &self.0.well_known.url, required: &self.0.required })
    }
}
