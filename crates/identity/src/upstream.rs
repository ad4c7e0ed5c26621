//! Upstream: the providers that we are a client of. Owns where a trip to one leads, and who comes back from it; what becomes of
//! them here (an account, a session, a connection) is `account`'s.
//!
//! Every word of a provider is a stranger's word. It is fetched from that provider's own hosts alone, within bounds of time and
//! size, and believed only as far as the provider's kind warrants.

mod claims;
mod discovery;
mod github;
mod health;
mod http;
mod id_token;
mod keys;
mod openid;
mod provider;
mod redeem;

use std::sync::Arc;

use model::{Email, Secret, ServerSecrets, Timestamp, UpstreamKey, UpstreamLogin, server_secret::Purpose};
use protocol::Confidential;

pub use health::ProviderHealth;
pub use provider::{ProviderKind, ProviderSettings, UpstreamSettings};

use self::{http::Http, provider::Provider};
use crate::{DocumentSettings, Error};

/// Why a provider's answer came to nothing. The text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// It could not be asked, or was in trouble itself; later it may answer.
    #[error("{0}")]
    Unavailable(String),
    /// What it said is not believed.
    #[error("{0}")]
    Refused(String),
}

/// Who came back.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    /// Who they are there.
    pub(crate) who: UpstreamKey,
    /// As people tell one from another: an address or a name.
    pub(crate) label: Option<String>,
    /// Their address.
    pub(crate) email: Option<Email>,
    /// Whether the provider proves that the address is theirs.
    pub(crate) proven: bool,
    /// What they are called there.
    pub(crate) name: Option<String>,
}

/// What a trip carries there and must bring back.
pub(crate) struct Trip {
    state: String,
    nonce: String,
    verifier: String,
    began: Timestamp,
    fresh: bool,
}

impl Trip {
    /// The trip of this login. Nonce and PKCE verifier (RFC 7636 §4.1: 43 characters) are derived, so that neither is stored;
    /// nothing if that version of the server's secret is gone. `fresh`: the provider is to ask the person again.
    pub(crate) fn of(login: &UpstreamLogin, state: String, fresh: bool, secrets: &ServerSecrets) -> Option<Self> {
        let derived = |what: &[u8]| {
            let bytes = secrets.derive(login.key_version, Purpose::Upstream, &[what, login.id.as_str().as_bytes()])?;
            Some(Secret::from_bytes(bytes).expose())
        };
        let (nonce, verifier) = (derived(b"nonce")?, derived(b"verifier")?);
        Some(Self { state, nonce, verifier, began: login.created_at, fresh })
    }
}

/// The configured providers, and what is known of each.
pub(crate) struct Providers {
    all: Vec<Arc<Provider>>,
    http: Http,
}

impl Providers {
    pub(crate) fn new(settings: &UpstreamSettings, documents: &DocumentSettings, issuer: &str) -> Result<Self, Error> {
        let all = settings.providers.iter().map(|one| Arc::new(Provider::new(one.clone(), issuer))).collect();
        Ok(Self { all, http: Http::new(settings, documents)? })
    }

    /// What is configured of a provider; nothing if there is none of this name.
    pub(crate) fn settings(&self, id: &str) -> Option<&ProviderSettings> {
        self.find(id).map(|provider| &provider.settings)
    }

    fn find(&self, id: &str) -> Option<&Arc<Provider>> {
        self.all.iter().find(|provider| provider.settings.id == id)
    }

    /// Where the browser is sent.
    pub(crate) async fn departure(&self, id: &str, trip: &Trip, now: Timestamp) -> Result<String, UpstreamError> {
        let provider = self.find(id).ok_or_else(|| gone(id))?;
        let url = match provider.settings.kind {
            ProviderKind::GitHub => github::departure(provider, trip)?,
            _ => {
                let metadata = provider.metadata(&self.http, now).await?;
                openid::departure(provider, &metadata, trip)?
            }
        };
        // The browser goes to nobody else either.
        self.http.check(&provider.settings, &url)?;
        Ok(url.into())
    }

    /// Whether an answer comes from the provider that was asked (RFC 9207 §2.4, the defence against mix-up).
    pub(crate) async fn check_issuer(&self, id: &str, iss: Option<&str>, now: Timestamp) -> Result<(), UpstreamError> {
        let provider = self.find(id).ok_or_else(|| gone(id))?;
        if provider.settings.kind == ProviderKind::GitHub {
            return github::check_issuer(provider, iss);
        }
        let metadata = provider.metadata(&self.http, now).await?;
        metadata.check_issuer(&provider.settings, iss)
    }

    /// Who comes back with this code.
    pub(crate) async fn arrival(
        &self,
        id: &str,
        code: Confidential,
        trip: &Trip,
        now: Timestamp,
    ) -> Result<Arrived, UpstreamError> {
        let provider = self.find(id).ok_or_else(|| gone(id))?;
        let arrived = match provider.settings.kind {
            ProviderKind::GitHub => github::arrival(provider, &self.http, &code, trip).await,
            _ => openid::arrival(provider, &self.http, &code, trip, now).await,
        };
        match arrived {
            // What is refused may be what one browser brought; that says nothing of the provider.
            Err(refused @ UpstreamError::Refused(_)) => Err(refused),
            other => provider.seen.note(other, now, |health| &mut health.arrived_at),
        }
    }

    /// How this provider has answered lately.
    pub(crate) fn health(&self, id: &str) -> ProviderHealth {
        self.find(id).map(|provider| provider.seen.now()).unwrap_or_default()
    }
}

fn gone(id: &str) -> UpstreamError {
    UpstreamError::Refused(format!("there is no provider {id}"))
}
