//! Puts a guard together from an app's settings and refuses what could not protect anything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderName;
use protocol::{ProtectedResourceMetadata, ResourceIndicator, Scope};
use tokio::sync::OnceCell;
use url::Url;

use crate::answers::{Answers, Memory};
use crate::breaker::Breaker;
use crate::error::BuildError;
use crate::feed::{Line, Link, listen};
use crate::grant::Expected;
use crate::guard::{Guard, Inner};
use crate::introspect::{Introspector, basic};
use crate::issuer::{Issuer, client};
use crate::issuer_metadata::may_carry_secrets;
use crate::judge::Judge;
use crate::jwks::Jwks;
use crate::rule::Rule;
use crate::well_known::WellKnown;

/// Settings of a [`Guard`]; see [`Guard::builder`]. No Debug: it holds the introspection secret.
#[must_use]
pub struct GuardBuilder {
    issuer: String,
    resource: String,
    endpoint: Option<String>,
    jwks_uri: Option<String>,
    events: Option<String>,
    credentials: Option<(String, String)>,
    required: Scope,
    supported: Option<Scope>,
    name: Option<String>,
    rule: Rule,
    require_project: bool,
    jwt: bool,
    keys: bool,
    client_ip: Option<HeaderName>,
    memory: Memory,
    fed: bool,
    timeout: Duration,
    root: Option<Vec<u8>>,
}

impl GuardBuilder {
    pub(crate) fn new(issuer: String, resource: String) -> Self {
        Self {
            issuer,
            resource,
            endpoint: None,
            jwks_uri: None,
            events: None,
            credentials: None,
            required: Scope::empty(),
            supported: None,
            name: None,
            rule: Rule::Http,
            require_project: true,
            jwt: false,
            keys: false,
            client_ip: None,
            memory: Memory { capacity: 10_000, ..Memory::default() },
            fed: false,
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

    /// Where the issuer's keys stand. Without it, the issuer's metadata say so.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.jwks_uri = Some(url.into());
        self
    }

    /// Where the issuer's events are told. Without it, at `/events` below the issuer.
    pub fn events_endpoint(mut self, url: impl Into<String>) -> Self {
        self.events = Some(url.into());
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

    /// Judges JWT access tokens (RFC 9068) here, by the issuer's keys, for a resource that has them. Such a token is good until
    /// it expires, ten minutes at the most, whatever is revoked meanwhile; with the event feed it is asked about once, and
    /// refused within a second of a revocation. Without [`Self::introspection`] nothing but JWTs is let in.
    pub fn jwt_access_tokens(mut self) -> Self {
        self.jwt = true;
        self
    }

    /// Lets API keys in too, which are asked about like tokens. Default: no.
    pub fn api_keys(mut self) -> Self {
        self.keys = true;
        self
    }

    /// The header in which a proxy in front of the app tells the caller's address, such as `x-real-ip`: API keys may be bound
    /// to addresses, and one that is does not work without. The proxy must set it, whatever the caller sent.
    pub fn client_ip_header(mut self, name: HeaderName) -> Self {
        self.client_ip = Some(name);
        self
    }

    /// Listens to the issuer's events and remembers good answers until an event takes them away: at most a second after a
    /// revocation, while the feed is there; a feed that breaks off is noticed at once, one that falls silent after twelve
    /// seconds. While it is not there each request is asked about, as without it. Listening begins with [`Self::build`], on a
    /// thread of its own.
    pub fn event_feed(mut self) -> Self {
        self.fed = true;
        self
    }

    /// Remembers good answers for `staleness` without asking again: a revocation may take that long. Default: off, so that it
    /// takes effect with the next request.
    pub fn stale_up_to(mut self, staleness: Duration) -> Self {
        self.memory.good = Some(staleness);
        self
    }

    /// Remembers for `staleness` that a token is not active, so that somebody who repeats a bad one is not asked about each
    /// time. Default: off. What becomes good again (a resource that was disabled) may take that long.
    pub fn refusals_stale_up_to(mut self, staleness: Duration) -> Self {
        self.memory.refused = Some(staleness);
        self
    }

    /// How many answers are remembered at the most, good ones and refusals each. Default: 10,000.
    pub fn remembered(mut self, answers: usize) -> Self {
        self.memory.capacity = answers;
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

    /// Checks the settings. Opens no connection, but for the feed's.
    ///
    /// # Errors
    /// [`BuildError`] names the setting that is missing or wrong.
    pub fn build(self) -> Result<Guard, BuildError> {
        let issuer = issuer(&self.issuer)?;
        let (resource, url) = resource(&self.resource)?;
        let introspector = introspector(self.endpoint.as_deref(), self.credentials, self.jwt && !self.fed)?;
        let jwks_uri = self.jwks_uri.as_deref().map(endpoint).transpose()?;
        let events_endpoint = self.events.as_deref().map(endpoint).transpose()?;
        let scopes = self.supported.as_ref().unwrap_or(&self.required).iter().map(str::to_owned).collect();
        let mut metadata = ProtectedResourceMetadata::new(resource.clone(), self.issuer.clone(), scopes);
        metadata.resource_name = self.name;
        let link = self.fed.then(|| Arc::new(Link::new(Instant::now())));
        let answers = Arc::new(Answers::new(self.memory, link.clone()));
        let root = self.root.as_deref();
        if let (Some(link), Some(introspector)) = (link, &introspector) {
            listen(Line {
                http: client(self.timeout, false, root)?,
                url: events_endpoint.unwrap_or_else(|| events(&issuer)),
                authorization: introspector.authorization.clone(),
                link,
                answers: Arc::downgrade(&answers),
            })?;
        }
        Ok(Guard(Arc::new(Inner {
            rule: self.rule,
            well_known: WellKnown::new(&url, &metadata),
            client_ip: self.client_ip,
            judge: Judge {
                expected: Expected { issuer: self.issuer, resource, project: self.require_project, keys: self.keys },
                required: self.required,
                issuer: Issuer {
                    http: client(self.timeout, true, root)?,
                    url: issuer,
                    endpoints: OnceCell::new(),
                    breaker: Breaker::default(),
                },
                introspector,
                jwks: self.jwt.then(|| Jwks::new(jwks_uri)),
                answers,
                is_fed: self.fed,
            },
        })))
    }
}

/// The questions of a resource server with these credentials; none, where JWTs are enough and there are none.
fn introspector(
    endpoint: Option<&str>,
    credentials: Option<(String, String)>,
    optional: bool,
) -> Result<Option<Introspector>, BuildError> {
    let endpoint = endpoint.map(self::endpoint).transpose()?;
    let Some((id, secret)) = credentials else {
        return if optional { Ok(None) } else { Err(BuildError::Credentials) };
    };
    if id.is_empty() || secret.is_empty() {
        return Err(BuildError::Credentials);
    }
    let authorization = basic(&id, &secret).ok_or(BuildError::Credentials)?;
    Ok(Some(Introspector { endpoint, authorization }))
}

/// The feed stands below the issuer.
fn events(issuer: &Url) -> Url {
    let mut events = issuer.clone();
    events.set_path(&format!("{}/events", issuer.path().trim_end_matches('/')));
    events
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
    let url = Url::parse(text).map_err(|_| BuildError::Endpoint("it is not a URL"))?;
    if may_carry_secrets(&url) {
        Ok(url)
    } else {
        Err(BuildError::Endpoint("it must be https; http is for loopback only"))
    }
}
