//! Fetching from strangers: the only way out of this server towards an address that somebody else named. Owns the guard
//! around it (where, how long, how much); does not own what the answer means.

use std::{error::Error as StdError, sync::Arc, time::Duration};

use model::Timestamp;
use protocol::OAuthError;
use reqwest::{
    Certificate, ClientBuilder,
    header::{ACCEPT, CONTENT_TYPE},
    redirect,
};
use tokio::sync::Semaphore;
use url::Url;

use super::{
    body::Body,
    destination::{Destination, may_be_told},
    key_sets::KeySets,
    limits::{Flight, Flights, Hosts},
    resolver::{CheckedNames, ThisComputer},
};
use crate::{DocumentSettings, Error};

/// At most so many fetches at the same time.
const AT_ONCE: usize = 32;

/// Why nothing was fetched; the text is for the log.
#[derive(Debug)]
pub(crate) enum FetchError {
    /// The URL may not be asked.
    Refused(String),
    /// It was asked and gave no good answer.
    Failed(String),
    /// We have asked too often.
    Busy(String),
}

impl FetchError {
    /// The text alone.
    pub(crate) fn into_detail(self) -> String {
        match self {
            Self::Refused(detail) | Self::Failed(detail) | Self::Busy(detail) => detail,
        }
    }
}

/// The status of an answer.
pub(crate) struct Answered(pub(crate) u16);

/// Fetches documents and key sets of clients.
pub(crate) struct DocumentFetcher {
    /// None on a machine without any CA certificate.
    public: Option<reqwest::Client>,
    /// Only in development.
    loopback: Option<reqwest::Client>,
    settings: DocumentSettings,
    hosts: Hosts,
    flights: Flights,
    at_once: Semaphore,
    pub(super) key_sets: KeySets,
}

impl DocumentFetcher {
    /// A fetcher that asks the system's resolver.
    ///
    /// # Errors
    /// A development CA that is not a certificate.
    pub(crate) fn new(settings: &DocumentSettings) -> Result<Self, Error> {
        let public = guarded(settings, CheckedNames::public()).build();
        if let Err(error) = &public {
            tracing::warn!(error = %causes(error), "client documents cannot be fetched; are CA certificates installed?");
        }
        Self::with(settings, public.ok())
    }

    pub(super) fn with(settings: &DocumentSettings, public: Option<reqwest::Client>) -> Result<Self, Error> {
        let loopback = settings.development_ca.as_deref().map(|ca| loopback(settings, ca)).transpose()?;
        Ok(Self {
            public,
            loopback,
            settings: settings.clone(),
            hosts: Hosts::default(),
            flights: Flights::default(),
            at_once: Semaphore::new(AT_ONCE),
            key_sets: KeySets::default(),
        })
    }

    /// Fetches JSON of at most `most` bytes.
    pub(crate) async fn fetch(&self, url: &Url, most: usize, now: Timestamp) -> Result<Body, FetchError> {
        let client = self.client_for(url)?;
        let host = url.host_str().unwrap_or_default();
        if !self.hosts.may_fetch(host, now) {
            return Err(FetchError::Busy(format!("{host} was asked too often in this minute")));
        }
        let Ok(_permit) = self.at_once.try_acquire() else {
            return Err(FetchError::Busy("too many fetches at the same time".to_owned()));
        };
        self.in_time(async {
            Body::read(client.get(url.clone()).header(ACCEPT, "application/json").send().await?, most).await
        })
        .await
    }

    /// Asks a service that the operator named, under the same guard, and reads at most `most` bytes of plain text. Its host is
    /// not counted among strangers'; whoever asks bounds how many do at the same time.
    pub(crate) async fn ask_named(
        &self,
        url: &Url,
        (name, value): (&'static str, &'static str),
        most: usize,
    ) -> Result<Vec<u8>, FetchError> {
        let client = self.client_for(url)?;
        self.in_time(async { Body::read_text(client.get(url.clone()).header(name, value).send().await?, most).await })
            .await
    }

    /// Tells an address that somebody named, under the same guard; reads the status of its answer and nothing else.
    pub(crate) async fn tell(
        &self,
        url: &Url,
        headers: [(&'static str, String); 3],
        body: String,
        within: Duration,
    ) -> Result<Answered, FetchError> {
        // What is said of it goes to logs and pages, and an address may hold what only its owner knows.
        may_be_told(url, self.loopback.is_some()).map_err(|why| FetchError::Refused(why.to_owned()))?;
        let client = self.client_for(url)?;
        let asking = headers
            .into_iter()
            .fold(client.post(url.clone()), |asking, (name, value)| asking.header(name, value))
            .header(CONTENT_TYPE, "application/json")
            .timeout(within)
            .body(body);
        let telling = async {
            let answer = asking.send().await.map_err(reqwest::Error::without_url)?;
            Ok::<_, FetchError>(Answered(answer.status().as_u16()))
        };
        tokio::time::timeout(within, telling)
            .await
            .unwrap_or_else(|_| Err(FetchError::Failed("it took too long".to_owned())))
    }

    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, FetchError> {
        let destination = Destination::of(url, self.loopback.is_some())
            .map_err(|why| FetchError::Refused(format!("{url}: {why}")))?;
        let client = match destination {
            Destination::Public => self.public.as_ref(),
            Destination::Loopback => self.loopback.as_ref(),
        };
        client.ok_or_else(|| FetchError::Refused("no CA certificates on this machine".to_owned()))
    }

    /// The whole of it: resolving, connecting, and a body that trickles.
    async fn in_time<T>(&self, asking: impl Future<Output = Result<T, FetchError>>) -> Result<T, FetchError> {
        tokio::time::timeout(self.settings.timeout, asking)
            .await
            .unwrap_or_else(|_| Err(FetchError::Failed("it took too long".to_owned())))
    }

    /// The one fetch of this document, for whoever wants it at the same time.
    pub(super) fn flight(&self, url: &str) -> Flight {
        self.flights.to(url)
    }

    /// How long to wait for others that fetch the same.
    pub(super) fn patience(&self) -> Duration {
        self.settings.timeout * 2
    }

    /// How long an answer is kept: what its headers say, within the operator's bounds.
    pub(super) fn freshness(&self, said: Duration) -> Duration {
        said.min(self.settings.most_freshness).max(self.settings.least_freshness)
    }
}

/// A client that goes to what `names` says and nowhere else.
pub(crate) fn guarded(settings: &DocumentSettings, names: impl reqwest::dns::Resolve + 'static) -> ClientBuilder {
    reqwest::Client::builder()
        .dns_resolver(Arc::new(names))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .https_only(true)
        .timeout(settings.timeout)
        .pool_max_idle_per_host(0)
        .user_agent(concat!("Lanyard/", env!("CARGO_PKG_VERSION")))
}

fn loopback(settings: &DocumentSettings, ca: &[u8]) -> Result<reqwest::Client, Error> {
    let refused = |error: &reqwest::Error| OAuthError::server_error(format!("the development CA: {}", causes(error)));
    let roots = Certificate::from_pem_bundle(ca).map_err(|error| refused(&error))?;
    if roots.is_empty() {
        return Err(OAuthError::server_error("the development CA holds no certificate in PEM").into());
    }
    Ok(guarded(settings, ThisComputer).tls_certs_only(roots).build().map_err(|error| refused(&error))?)
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        Self::Failed(causes(&error))
    }
}

/// An error with what caused it: the outermost alone says little.
pub(crate) fn causes(error: &dyn StdError) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        next = cause.source();
    }
    words
}
