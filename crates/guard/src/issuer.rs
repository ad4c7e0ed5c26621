//! The line to the authorization server: one HTTP client, one set of endpoints, one breaker for all that is asked.

use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::sync::OnceCell;
use url::Url;

use crate::breaker::Breaker;
use crate::introspect::Trouble;
use crate::issuer_metadata::{Endpoints, endpoints};

pub(crate) struct Issuer {
    pub http: Client,
    pub url: Url,
    /// Found in the issuer's metadata when they are first needed.
    pub endpoints: OnceCell<Endpoints>,
    pub breaker: Breaker,
}

impl Issuer {
    pub async fn endpoints(&self) -> Result<&Endpoints, Trouble> {
        self.endpoints.get_or_try_init(|| endpoints(&self.http, &self.url)).await
    }

    /// Asks, unless it is left alone after failures.
    pub async fn ask<T>(&self, question: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        self.breaker.ask(Instant::now()).map_err(Trouble::Paused)?;
        let answer = question.await;
        self.breaker.note(answer.is_ok(), Instant::now());
        answer
    }
}

/// A client that goes where it was told and nowhere else: no proxy from the environment, no redirects. `timeout` is for
/// connecting, and for a whole answer where there is an end to wait for.
pub(crate) fn client(timeout: Duration, ends: bool, root: Option<&[u8]>) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeout)
        .user_agent(concat!("lanyard-guard/", env!("CARGO_PKG_VERSION")));
    if ends {
        builder = builder.timeout(timeout);
    }
    if let Some(pem) = root {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}
