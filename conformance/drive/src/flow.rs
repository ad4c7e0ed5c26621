//! The steps of a client and of a resource server, each one request and its answer. Owns requests, which are prepared once,
//! and what answers mean; whoever calls owns connections and order.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    Error,
    wire::{self, Answer, Connection, Form, encode},
};

// RFC 7636 Appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What a server says to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    /// Done, and this is what it gave.
    Granted(T),
    /// Refused for good.
    Refused {
        /// The status.
        status: u16,
        /// The protocol's error code; empty where there is none.
        error: String,
    },
    /// Not now: 429 or 503, or another 5xx.
    Unavailable {
        /// The status.
        status: u16,
    },
}

impl<T> Verdict<T> {
    /// What was granted, or an error for whoever expects nothing else.
    ///
    /// # Errors
    /// Anything but a grant.
    pub fn granted(self, step: &'static str) -> Result<T, Error> {
        match self {
            Self::Granted(gift) => Ok(gift),
            Self::Refused { status, error } => Err(Error::Unexpected { step, status, body: error }),
            Self::Unavailable { status } => Err(Error::Unexpected { step, status, body: "unavailable".to_owned() }),
        }
    }

    fn of(answer: &Answer<'_>, gift: impl FnOnce(&Answer<'_>) -> Option<T>) -> Self {
        let error = |answer: &Answer<'_>| answer.member("error").unwrap_or_default().to_owned();
        match answer.status {
            200..=299 => gift(answer).map_or_else(
                || Self::Refused { status: answer.status, error: "an answer without what was asked for".to_owned() },
                Self::Granted,
            ),
            429 | 500.. => Self::Unavailable { status: answer.status },
            status => Self::Refused { status, error: error(answer) },
        }
    }
}

/// What a client holds. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token, if it got one.
    pub refresh: Option<String>,
    /// The ID token, if it got one.
    pub id: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    fn of(answer: &Answer<'_>) -> Option<Self> {
        let text = |name: &str| answer.member(name).map(str::to_owned);
        Some(Self { access: text("access_token")?, refresh: text("refresh_token"), id: text("id_token") })
    }
}

/// A client with its requests prepared.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its client_id.
    pub id: String,
    /// Where answers go; empty for a client that acts for itself.
    pub redirect_uri: String,
    /// What it asks for, by spaces.
    pub scope: String,
    /// At which resource.
    pub resource: Option<String>,
    token: Form,
    revoke: Form,
    /// What a public client adds to every body.
    named: String,
}

impl Client {
    /// A client without a secret.
    #[must_use]
    pub fn public(host: &str, id: &str, redirect_uri: &str) -> Self {
        let named = format!("&{}", encode(&[("client_id", id)]));
        Self::new(host, id, redirect_uri, &[], named)
    }

    /// A client with a secret, which it sends by Basic.
    #[must_use]
    pub fn confidential(host: &str, id: &str, secret: &str, redirect_uri: &str) -> Self {
        Self::new(host, id, redirect_uri, &[&basic(id, secret)], String::new())
    }

    fn new(host: &str, id: &str, redirect_uri: &str, headers: &[&str], named: String) -> Self {
        Self {
            id: id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scope: String::new(),
            resource: None,
            token: Form::new(host, "/token", headers),
            revoke: Form::new(host, "/revoke", headers),
            named,
        }
    }

    /// What it asks for.
    #[must_use]
    pub fn asking(mut self, scope: &str, resource: Option<&str>) -> Self {
        self.scope = scope.to_owned();
        self.resource = resource.map(str::to_owned);
        self
    }

    /// The address at which a browser begins.
    #[must_use]
    pub fn authorization_target(&self) -> String {
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", self.scope.as_str()),
            ("state", "af0ifjsldkj"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        fields.extend(self.resource.as_deref().map(|resource| ("resource", resource)));
        format!("/authorize?{}", encode(&fields))
    }

    /// The request that redeems a code.
    #[must_use]
    pub fn redemption(&self, code: &str) -> Vec<u8> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        self.token.with(&[&encode(&fields), &self.named])
    }

    /// The request that refreshes.
    #[must_use]
    pub fn refreshment(&self, refresh_token: &str) -> Vec<u8> {
        self.token.with(&["grant_type=refresh_token&refresh_token=", refresh_token, &self.named])
    }

    /// The request of client_credentials.
    #[must_use]
    pub fn own_credentials(&self) -> Vec<u8> {
        let mut fields = vec![("grant_type", "client_credentials"), ("scope", self.scope.as_str())];
        fields.extend(self.resource.as_deref().map(|resource| ("resource", resource)));
        self.token.with(&[&encode(&fields), &self.named])
    }

    /// The request that revokes.
    #[must_use]
    pub fn revocation(&self, token: &str) -> Vec<u8> {
        self.revoke.with(&["token=", token, &self.named])
    }

    /// Redeems a code.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn redeem(&self, connection: &mut Connection, code: &str) -> Result<Verdict<Tokens>, Error> {
        Ok(Verdict::of(&connection.ask(&self.redemption(code)).await?, Tokens::of))
    }

    /// Refreshes.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn refresh(&self, connection: &mut Connection, token: &str) -> Result<Verdict<Tokens>, Error> {
        Ok(Verdict::of(&connection.ask(&self.refreshment(token)).await?, Tokens::of))
    }

    /// Gets a token for itself.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn client_credentials(&self, connection: &mut Connection) -> Result<Verdict<Tokens>, Error> {
        Ok(Verdict::of(&connection.ask(&self.own_credentials()).await?, Tokens::of))
    }

    /// Revokes what the token belongs to.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn revoke(&self, connection: &mut Connection, token: &str) -> Result<Verdict<()>, Error> {
        Ok(Verdict::of(&connection.ask(&self.revocation(token)).await?, |_| Some(())))
    }
}

/// A resource server, which is shown tokens.
#[derive(Clone, Debug)]
pub struct ResourceServer {
    introspect: Form,
}

impl ResourceServer {
    /// With its name and secret, which it sends by Basic.
    #[must_use]
    pub fn new(host: &str, id: &str, secret: &str) -> Self {
        Self { introspect: Form::new(host, "/introspect", &[&basic(id, secret)]) }
    }

    /// The request that asks about a token.
    #[must_use]
    pub fn introspection(&self, token: &str) -> Vec<u8> {
        self.introspect.with(&["token=", token])
    }

    /// Whether a token is good.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn introspect(&self, connection: &mut Connection, token: &str) -> Result<Verdict<bool>, Error> {
        Ok(Verdict::of(&connection.ask(&self.introspection(token)).await?, is_active))
    }
}

/// What an introspection answers (RFC 7662 §2.2).
#[must_use]
pub fn is_active(answer: &Answer<'_>) -> Option<bool> {
    let body = std::str::from_utf8(answer.body).ok()?;
    let (_, rest) = body.split_once("\"active\":")?;
    Some(rest.trim_start().starts_with("true"))
}

/// The request for userinfo.
#[must_use]
pub fn userinfo(host: &str, access_token: &str) -> Vec<u8> {
    wire::get(host, "/userinfo", &[&format!("authorization: Bearer {access_token}")])
}

/// RFC 6749 §2.3.1: both parts are encoded as in a form first.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("authorization: Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))))
}
