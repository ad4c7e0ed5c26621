//! The core: who is asking, is it enough, does it only read. One sequence for both skins; it holds no framework's type.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method};

use crate::bearer::{Bearer, NoToken};
use crate::builder::GuardBuilder;
use crate::grant::Grant;
use crate::judge::Judge;
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
    pub rule: Rule,
    pub well_known: WellKnown,
    pub judge: Judge,
    /// The header in which a proxy tells where the caller is.
    pub client_ip: Option<HeaderName>,
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

    /// What a token or an API key is good for, wherever it came from: for what speaks no HTTP, or brings the token some other
    /// way. Scopes and reading are the caller's to look at.
    ///
    /// # Errors
    /// The answer that a skin would send: 401, 400, 403 or 503.
    pub async fn verify(&self, token: &str) -> Result<Grant, Reply> {
        self.verify_from(token, None).await
    }

    /// The same, with the address of whoever brought it: an API key may be bound to some.
    ///
    /// # Errors
    /// As [`Guard::verify`].
    pub async fn verify_from(&self, token: &str, client_ip: Option<IpAddr>) -> Result<Grant, Reply> {
        let judged = match Bearer::parse(token) {
            Some(token) => self.0.judge.judge(token, client_ip).await,
            None => Err(Refusal::MalformedToken),
        };
        judged.map_err(|refusal| self.reply(&refusal))
    }

    /// First half of what a skin does: who asks, and with which scopes. The body is not needed.
    ///
    /// # Errors
    /// The answer to send instead: 401, 400, 403 or 503, with its challenge (RFC 6750 §3).
    pub async fn admit(&self, method: &Method, headers: &HeaderMap) -> Result<Grant, Reply> {
        self.admit_head(&Head { method, headers }).await
    }

    pub(crate) async fn admit_head(&self, head: &Head<'_>) -> Result<Grant, Reply> {
        let grant = self.identify(head).await.map_err(|refusal| self.reply(&refusal))?;
        if !self.0.judge.required.is_subset_of(&grant.scopes) {
            return Err(self.reply(&Refusal::Scope(self.0.judge.required.clone())));
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
        self.permit_head(grant, &Head { method, headers }, body)
    }

    pub(crate) fn permit_head(&self, grant: &Grant, head: &Head<'_>, body: &Bytes) -> Result<(), Reply> {
        let judged = self.0.rule.permit(grant, head, body);
        judged.map_err(|denial| self.reply(&denial.into_refusal(&self.0.judge.required)))
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
        let from = self.0.client_ip.as_ref().and_then(|name| head.single(name.as_str()).ok().flatten());
        self.0.judge.judge(token, from.and_then(|text| text.trim().parse().ok())).await
    }

    fn reply(&self, refusal: &Refusal) -> Reply {
        Reply::refusal(
            refusal,
            &Challenge { resource_metadata: &self.0.well_known.url, required: &self.0.judge.required },
        )
    }
}
