//! Asking providers: at their own origins and nowhere else, for so long and so much, following nothing. Public names lead to
//! public addresses, those of a provider in a private network to addresses there too; this computer is asked in development
//! alone.

use std::time::Duration;

use oauth2::{HttpRequest, HttpResponse};
use protocol::OAuthError;
use reqwest::{Certificate, StatusCode};
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use url::{Host, Url};

use super::{ProviderSettings, UpstreamError, UpstreamSettings};
use crate::{
    DocumentSettings, Error,
    client_document::resolver::{CheckedNames, ThisComputer},
    client_document::{
        address::is_private,
        fetch::{causes, guarded},
    },
};

/// At most so many questions at the same time.
const AT_ONCE: usize = 32;
/// No answer of a provider is longer.
const MOST_BYTES: usize = 128 * 1024;

pub(super) struct Http {
    /// None on a machine without any CA certificate.
    public: Option<reqwest::Client>,
    /// Only for a provider in a private network.
    private: Option<reqwest::Client>,
    /// Only in development.
    loopback: Option<reqwest::Client>,
    timeout: Duration,
    at_once: Semaphore,
}

impl Http {
    pub(super) fn new(settings: &UpstreamSettings, documents: &DocumentSettings) -> Result<Self, Error> {
        let public = guarded(documents, CheckedNames::public()).timeout(settings.timeout).build();
        let is_private = settings.providers.iter().any(|provider| provider.private_network);
        let private =
            is_private.then(|| guarded(documents, CheckedNames::private()).timeout(settings.timeout).build().ok());
        if let (Err(error), false) = (&public, settings.providers.is_empty()) {
            tracing::warn!(error = %causes(error), "providers cannot be asked; are CA certificates installed?");
        }
        let loopback = settings.loopback.then(|| this_computer(settings, documents)).transpose()?;
        let private = private.flatten();
        Ok(Self { public: public.ok(), private, loopback, timeout: settings.timeout, at_once: Semaphore::new(AT_ONCE) })
    }

    /// Whether this address is one of the provider's, and who may go there.
    pub(super) fn check(&self, provider: &ProviderSettings, url: &Url) -> Result<&reqwest::Client, UpstreamError> {
        let refused = |why: &str| UpstreamError::Refused(format!("{}: {why}", url.origin().ascii_serialization()));
        if !provider.origins.contains(&url.origin().ascii_serialization()) {
            return Err(refused("not an origin of this provider"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("an address with a user name in it"));
        }
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(refused("no host")),
        };
        if is_here {
            return self.loopback.as_ref().ok_or_else(|| refused("this computer"));
        }
        let is_name = match url.host() {
            Some(Host::Domain(name)) => provider.private_network || name.contains('.'),
            // The HTTP client asks no resolver about literals.
            Some(Host::Ipv4(address)) => provider.private_network && is_private(address.into()),
            Some(Host::Ipv6(address)) => provider.private_network && is_private(address.into()),
            None => false,
        };
        if !is_name || url.scheme() != "https" {
            return Err(refused("not a public name by https"));
        }
        let client = if provider.private_network { &self.private } else { &self.public };
        client.as_ref().ok_or_else(|| refused("no CA certificates on this machine"))
    }

    /// Waits for whoever asks the same already; no longer than one question takes.
    pub(super) async fn turn<'m, T>(&self, kept: &'m Mutex<T>) -> Result<MutexGuard<'m, T>, UpstreamError> {
        tokio::time::timeout(self.timeout, kept.lock())
            .await
            .map_err(|_| UpstreamError::Unavailable("too many wait for the provider".to_owned()))
    }

    /// Asks once. What is not 200 or a refusal in the protocol's own form (4xx) is trouble of the provider.
    pub(super) async fn ask(
        &self,
        provider: &ProviderSettings,
        request: HttpRequest,
    ) -> Result<HttpResponse, UpstreamError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|error| UpstreamError::Refused(format!("an endpoint that is no address: {error}")))?;
        let client = self.check(provider, &url)?;
        let Ok(_permit) = self.at_once.try_acquire() else {
            return Err(UpstreamError::Unavailable("too many questions to providers at the same time".to_owned()));
        };
        let request = reqwest::Request::try_from(request)?;
        tokio::time::timeout(self.timeout, async { read(client.execute(request).await?).await })
            .await
            .unwrap_or_else(|_| Err(UpstreamError::Unavailable(format!("{} took too long", provider.id))))
    }

    /// Asks for a document.
    pub(super) async fn fetch(&self, provider: &ProviderSettings, url: &str) -> Result<Vec<u8>, UpstreamError> {
        let request = oauth2::http::Request::get(url)
            .header("accept", "application/json")
            .body(Vec::new())
            .map_err(|error| UpstreamError::Refused(format!("an endpoint that is no address: {error}")))?;
        let answer = self.ask(provider, request).await?;
        if answer.status() == StatusCode::OK {
            return Ok(answer.into_body());
        }
        Err(UpstreamError::Unavailable(format!("{url}: status {}", answer.status())))
    }
}

/// Plain http too: it does not leave the machine.
fn this_computer(settings: &UpstreamSettings, documents: &DocumentSettings) -> Result<reqwest::Client, Error> {
    let refused = |error: &reqwest::Error| OAuthError::server_error(format!("the development CA: {}", causes(error)));
    let roots = match documents.development_ca.as_deref() {
        Some(ca) => Certificate::from_pem_bundle(ca).map_err(|error| refused(&error))?,
        None => Vec::new(),
    };
    let client = guarded(documents, ThisComputer).timeout(settings.timeout).https_only(false).tls_certs_only(roots);
    Ok(client.build().map_err(|error| refused(&error))?)
}

/// Reads status and body, and no more of it than an honest one has.
async fn read(mut response: reqwest::Response) -> Result<HttpResponse, UpstreamError> {
    let status = response.status();
    if status.is_redirection() {
        return Err(UpstreamError::Refused(format!("status {status}: redirects are not followed")));
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Err(UpstreamError::Unavailable(format!("status {status}")));
    }
    let mut builder = oauth2::http::Response::builder().status(status);
    if let Some(kind) = response.headers().get("content-type") {
        builder = builder.header("content-type", kind);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(UpstreamError::Refused(format!("an answer longer than {MOST_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    builder.body(body).map_err(|error| UpstreamError::Refused(error.to_string()))
}

impl From<reqwest::Error> for UpstreamError {
    fn from(error: reqwest::Error) -> Self {
        Self::Unavailable(causes(&error))
    }
}

#[cfg(test)]
mod tests;
