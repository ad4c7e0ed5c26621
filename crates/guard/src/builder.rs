//! Puts a guard together from an app's settings and refuses what could not protect anything.

use std::sync::Arc;
use std::time::Duration;

use protocol::{ProtectedResourceMetadata, ResourceIndicator, Scope};
use tokio::sync::OnceCell;
use url::Url;

use crate::cache::Cache;
use crate::error::BuildError;
use crate::grant::Expected;
use crate::guard::{Guard, Inner};
use crate::introspect::{Introspector, basic, client};
use crate::issuer_metadata::may_carry_secrets;
use crate::rule::Rule;
use crate::well_known::WellKnown;

/// Settings of a [`Guard`]; see [`Guard::builder`]. No Debug: it holds the introspection secret.
#[must_use]
pub struct GuardBuilder {
    issuer: String,
    resource: String,
    endpoint: Option<String>,
    credentials: Option<(String, String)>,
    required: Scope,
    supported: Option<Scope>,
    name: Option<String>,
    rule: Rule,
    require_project: bool,
    cache: Option<(Duration, usize)>,
    timeout: Duration,
    root: Option<Vec<u8>>,
}

impl GuardBuilder {
    pub(crate) fn new(issuer: String, resource: String) -> Self {
        Self {
            issuer,
            resource,
            endpoint: None,
            credentials: None,
            required: Scope::empty(),
            supported: None,
            name: None,
            rule: Rule::Http,
            require_project: true,
            cache: None,
            timeout: Duration::from_secs(5),
            root: None,
        }
    }

    /// The credentials of this resource server at the issuer, as `lanyard resource add` gave them out.
    pub fn introspection(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        self.credentials = Some((client_id.into(), client_secret.into()));
        self
    }

    /// Where to introspect. Without it, the issuer's metadata is asked once, at the first request.
    pub fn introspection_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Scopes that every request must have; without them `403 insufficient_scope`. Default: none.
    pub fn required_scopes(mut self, scopes: Scope) -> Self {
        self.required = scopes;
        self
    }

    /// The scopes that the metadata names (RFC 9728 `scopes_supported`). Default: the required ones.
    pub fn supported_scopes(mut self, scopes: Scope) -> Self {
        self.supported = Some(scopes);
        self
    }

    /// The name that the metadata gives to people (RFC 9728 `resource_name`).
    pub fn resource_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What a grant that may only read is held to. Default: [`Rule::Http`].
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    /// Whether a grant must name a project. Default: yes, and a grant without one is refused.
    pub fn require_project(mut self, required: bool) -> Self {
        self.require_project = required;
        self
    }

    /// Remembers good answers for `lifetime`, at most `capacity` of them. Default: off, so that a revocation takes effect
    /// with the next request; with a cache it takes up to `lifetime`.
    pub fn cache(mut self, lifetime: Duration, capacity: usize) -> Self {
        self.cache = Some((lifetime, capacity));
        self
    }

    /// How long one introspection may take before the answer is `503`. Default: 5 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Certificates (PEM) to trust for the issuer besides the system's, for a private certificate authority.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root = Some(pem.into());
        self
    }

    /// Checks the settings. Opens no connection.
    ///
    /// # Errors
    /// [`BuildError`] names the setting that is missing or wrong.
    pub fn build(self) -> Result<Guard, BuildError> {
        let issuer = issuer(&self.issuer)?;
        let (resource, url) = resource(&self.resource)?;
        let endpoint = self.endpoint.as_deref().map(endpoint).transpose()?;
        let (id, secret) = self
            .credentials
            .filter(|(id, secret)| !id.is_empty() && !secret.is_empty())
            .ok_or(BuildError::Credentials)?;
        let scopes = self.supported.as_ref().unwrap_or(&self.required).iter().map(str::to_owned).collect();
        let mut metadata = ProtectedResourceMetadata::new(resource.clone(), self.issuer.clone(), scopes);
        metadata.resource_name = self.name;
        Ok(Guard(Arc::new(Inner {
            expected: Expected { issuer: self.issuer, resource, project: self.require_project },
            required: self.required,
            rule: self.rule,
            well_known: WellKnown::new(&url, &metadata),
            introspector: Introspector {
                http: client(self.timeout, self.root.as_deref())?,
                issuer,
                endpoint: OnceCell::new_with(endpoint),
                authorization: basic(&id, &secret).ok_or(BuildError::Credentials)?,
                cache: self.cache.map(|(lifetime, capacity)| Cache::new(lifetime, capacity)),
            },
        })))
    }
}

fn issuer(text: &str) -> Result<Url, BuildError> {
    let url = Url::parse(text).map_err(|_| BuildError::Issuer("it is not a URL"))?;
    if !may_carry_secrets(&url) {
        return Err(BuildError::Issuer("it must be https; http is for loopback only"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(BuildError::Issuer("it must have no query and no fragment"));
    }
    Ok(url)
}

fn resource(text: &str) -> Result<(ResourceIndicator, Url), BuildError> {
    let resource = ResourceIndicator::parse(text)
        .map_err(|_| BuildError::Resource("it is not an absolute URL without a fragment"))?;
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => Ok((resource, url)),
        _ => Err(BuildError::Resource("it must be an https or http URL")),
    }
}

fn endpoint(text: &str) -> Result<Url, BuildError> {
    let url = Url::parse(text).map_err(|_| BuildError::IntrospectionEndpoint("it is not a URL"))?;
    if may_carry_secrets(&url) {
        Ok(url)
    } else {
        Err(BuildError::IntrospectionEndpoint("it must be https; http is for loopback only"))
    }
}
