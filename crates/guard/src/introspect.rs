//! Asks the authorization server whether a token is active (RFC 7662), as a client with a secret. Every kind of trouble is
//! one error, because the answer to it is one: `503`, and nobody is let in.

use std::net::IpAddr;
use std::time::Duration;

use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION};
use serde::Serialize;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::answer::{ActiveAnswer, Answer, Misunderstood};
use crate::bearer::Bearer;
use crate::issuer::Issuer;

/// More than any introspection answer, key set or issuer metadata needs.
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
    Misunderstood(#[from] Misunderstood),
    #[error("the issuer's metadata: {0}")]
    Metadata(&'static str),
    #[error("the issuer's keys: {0}")]
    Keys(&'static str),
    #[error("it failed several times in a row and is left alone for {0:?}")]
    Paused(Duration),
}

impl Trouble {
    /// After how many seconds it is worth trying again.
    pub fn retry_after(&self) -> u32 {
        match self {
            Self::Paused(pause) => u32::try_from(pause.as_secs()).unwrap_or(u32::MAX).saturating_add(1),
            _ => 2,
        }
    }
}

#[derive(Serialize)]
struct Question<'a> {
    token: &'a str,
    token_type_hint: &'static str,
    /// Where the caller is, for keys that are bound to addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ip: Option<IpAddr>,
}

/// One resource server's questions.
pub(crate) struct Introspector {
    /// As configured; else the issuer's metadata say where.
    pub endpoint: Option<Url>,
    /// The whole `Authorization` header of our own request, marked sensitive.
    pub authorization: HeaderValue,
}

impl Introspector {
    /// The token's state; what is not active is so for whatever reason (RFC 7662 §2.2 does not say which).
    pub async fn ask(&self, issuer: &Issuer, token: Bearer<'_>, from: Option<IpAddr>) -> Result<Answer, Trouble> {
        issuer.ask(self.introspect(issuer, token, from)).await
    }

    async fn introspect(&self, issuer: &Issuer, token: Bearer<'_>, from: Option<IpAddr>) -> Result<Answer, Trouble> {
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint,
            None => {
                let missing = Trouble::Metadata("it has no introspection_endpoint");
                issuer.endpoints().await?.introspection.as_ref().ok_or(missing)?
            }
        };
        let request = issuer
            .http
            .post(endpoint.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header(ACCEPT, "application/json")
            .form(&Question { token: token.expose(), token_type_hint: "access_token", client_ip: from });
        Ok(ActiveAnswer::read(&answer(request).await?)?)
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
