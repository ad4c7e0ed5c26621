//! Asks the authorization server whether a token is active (RFC 7662), as a client with a secret. Every kind of trouble is
//! one error, because the answer to it is one: `503`, and nobody is let in.

use std::time::{Duration, Instant};

use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION};
use protocol::{ActiveToken, Introspection};
use reqwest::Client;
use tokio::sync::OnceCell;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::bearer::Bearer;
use crate::cache::Cache;
use crate::issuer_metadata;

/// More than any introspection answer or issuer metadata needs.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// The authorization server could not be asked. The text is for the log; it holds no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("the request failed: {0}")]
    Transport(#[from] reqwest::Error),
    #[error("the answer had status {0}")]
    Status(u16),
    #[error("the answer was longer than {MAX_ANSWER_BYTES} bytes")]
    TooLong,
    #[error("the answer was not understood: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the issuer's metadata: {0}")]
    Metadata(&'static str),
}

/// One resource server's line to its authorization server.
pub(crate) struct Introspector {
    pub http: Client,
    pub issuer: Url,
    /// As configured, or found in the issuer's metadata at the first question.
    pub endpoint: OnceCell<Url>,
    /// The whole `Authorization` header of our own request, marked sensitive.
    pub authorization: HeaderValue,
    pub cache: Option<Cache>,
}

impl Introspector {
    /// The token's state; `None` when it is not active, for whatever reason (RFC 7662 §2.2 does not say which).
    pub async fn ask(&self, token: Bearer<'_>) -> Result<Option<ActiveToken>, Trouble> {
        // The age of an answer counts from the question: a revocation after it must not be hidden for longer.
        let asked_at = Instant::now();
        if let Some(answer) = self.cache.as_ref().and_then(|cache| cache.recall(token, asked_at)) {
            return Ok(Some(answer));
        }
        match self.introspect(token).await? {
            Introspection::Inactive => Ok(None),
            Introspection::Active(answer) => {
                if let Some(cache) = &self.cache {
                    cache.remember(token, &answer, asked_at);
                }
                Ok(Some(*answer))
            }
        }
    }

    async fn introspect(&self, token: Bearer<'_>) -> Result<Introspection, Trouble> {
        let endpoint =
            self.endpoint.get_or_try_init(|| issuer_metadata::introspection_endpoint(&self.http, &self.issuer)).await?;
        let request = self
            .http
            .post(endpoint.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json")
            .form(&[("token", token.expose()), ("token_type_hint", "access_token")]);
        Ok(serde_json::from_slice(&answer(request).await?)?)
    }
}

/// Sends a request and reads an answer of status 200 and bounded length.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Result<Vec<u8>, Trouble> {
    let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
    if response.status() != http::StatusCode::OK {
        return Err(Trouble::Status(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Trouble::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A client that goes where it was told and nowhere else: no proxy from the environment, no redirects.
pub(crate) fn client(timeout: Duration, root: Option<&[u8]>) -> Result<Client, reqwest::Error> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeout)
        .timeout(timeout)
        .user_agent(concat!("lanyard-guard/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = root {
        builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
    }
    builder.build()
}

/// RFC 6749 §2.3.1: both parts are form-encoded before they are joined. `None` if that gave no header value, which it cannot.
pub(crate) fn basic(client_id: &str, secret: &str) -> Option<HeaderValue> {
    use base64::Engine as _;
    let encode = |part: &str| byte_serialize(part.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(client_id), encode(secret));
    let text = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
