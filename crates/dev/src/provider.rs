//! The demo provider: an OpenID provider for `lanyard dev`, that a newcomer can click. It stands beside the demo app, on this
//! machine alone, asks nobody for a password, and speaks the truth about people who do not exist.

mod page;
mod signing;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{RawQuery, State},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use http::StatusCode;
use identity::Clock;
use model::Secret;
use serde_json::{Value, json};
use server::command::Failure;

use self::signing::Signer;

/// Its name among the server's providers.
pub const NAME: &str = "demo";
/// Who the server is there: a public client, so that there is no secret to keep.
pub const CLIENT: &str = "lanyard-dev";
/// Where it stands on the demo app's address.
pub const PATH: &str = "/provider";
/// So many codes wait at the most; then the oldest press must be made again.
const MOST_CODES: usize = 100;

/// Somebody who does not exist: who they are, and what they are called.
struct DemoPerson {
    subject: &'static str,
    name: &'static str,
    email: &'static str,
}

/// One without an account, and one whose address has one.
const PEOPLE: [DemoPerson; 2] = [
    DemoPerson { subject: "newcomer", name: "Nora Newcomer", email: "newcomer@demo.example" },
    DemoPerson { subject: "member", name: "Mel Member", email: "member@example.com" },
];

/// The provider.
pub struct DemoProvider {
    issuer: String,
    redirect_uri: String,
    signer: Signer,
    clock: Clock,
    codes: Mutex<HashMap<String, Asked>>,
}

/// A request that somebody agreed to.
struct Asked {
    nonce: Option<String>,
    challenge: String,
    person: &'static DemoPerson,
}

impl DemoProvider {
    /// Beside the demo app on this port, for the server with this public URL.
    ///
    /// # Errors
    /// No key can be made.
    pub fn new(demo_port: u16, server: &str) -> Result<Self, Failure> {
        Ok(Self {
            issuer: issuer(demo_port),
            redirect_uri: format!("{server}/upstream/{NAME}/callback"),
            signer: Signer::new()?,
            clock: Clock::system(),
            codes: Mutex::default(),
        })
    }

    /// Its addresses, below [`PATH`].
    pub fn router(self) -> Router {
        Router::new()
            .route(&format!("{PATH}/.well-known/openid-configuration"), get(metadata))
            .route(&format!("{PATH}/jwks"), get(jwks))
            .route(&format!("{PATH}/authorize"), get(authorize).post(agree))
            .route(&format!("{PATH}/token"), post(token))
            .with_state(Arc::new(self))
    }

    /// What a request at the authorization endpoint says, if it is the server's.
    fn request(&self, query: &str) -> Option<HashMap<String, String>> {
        let sent: HashMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let says = |name: &str, value: &str| sent.get(name).is_some_and(|sent| sent == value);
        let is_right = says("client_id", CLIENT)
            && says("redirect_uri", &self.redirect_uri)
            && says("response_type", "code")
            && says("code_challenge_method", "S256")
            && sent.contains_key("code_challenge");
        is_right.then_some(sent)
    }

    /// A code for what was asked; where the browser takes it.
    fn code(&self, sent: &HashMap<String, String>, person: &'static DemoPerson) -> Option<String> {
        let code = Secret::generate().expose();
        let mut back = url::Url::parse(&self.redirect_uri).ok()?;
        back.query_pairs_mut().append_pair("code", &code).append_pair("iss", &self.issuer);
        if let Some(state) = sent.get("state") {
            back.query_pairs_mut().append_pair("state", state);
        }
        let asked = Asked { nonce: sent.get("nonce").cloned(), challenge: sent.get("code_challenge")?.clone(), person };
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MOST_CODES {
            codes.clear();
        }
        codes.insert(code, asked);
        Some(back.into())
    }

    /// The ID token for a code, which is good once.
    fn redeem(&self, body: &str) -> Result<String, &'static str> {
        let sent: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let says = |name: &str, value: &str| sent.get(name).is_some_and(|sent| sent == value);
        if !says("client_id", CLIENT) {
            return Err("invalid_client");
        }
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = sent.get("code").and_then(|code| codes.remove(code)).ok_or("invalid_grant")?;
        drop(codes);
        let verifier = sent.get("code_verifier").ok_or("invalid_grant")?;
        if !says("redirect_uri", &self.redirect_uri) || signing::challenge(verifier) != asked.challenge {
            return Err("invalid_grant");
        }
        let now = self.clock.now().as_micros() / 1_000_000;
        let claims = json!({
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": asked.person.subject,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked.nonce,
            "name": asked.person.name,
            "email": asked.person.email,
            "email_verified": true,
        });
        self.signer.sign(&claims).ok_or("server_error")
    }
}

/// Its issuer, beside the demo app on this port.
#[must_use]
pub fn issuer(demo_port: u16) -> String {
    format!("http://localhost:{demo_port}{PATH}")
}

async fn metadata(State(provider): State<Arc<DemoProvider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn jwks(State(provider): State<Arc<DemoProvider>>) -> Json<Value> {
    Json(json!({ "keys": [provider.signer.jwk()] }))
}

async fn authorize(State(provider): State<Arc<DemoProvider>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match provider.request(&query) {
        Some(_) => Html(page::choose(&query)).into_response(),
        None => (StatusCode::BAD_REQUEST, "This is not a request of the development server.").into_response(),
    }
}

async fn agree(State(provider): State<Arc<DemoProvider>>, RawQuery(query): RawQuery, body: String) -> Response {
    let sent = provider.request(&query.unwrap_or_default());
    let form: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let person = PEOPLE.iter().find(|person| form.get("person").is_some_and(|chosen| chosen == person.subject));
    match sent.zip(person).and_then(|(sent, person)| provider.code(&sent, person)) {
        Some(location) => Redirect::to(&location).into_response(),
        None => (StatusCode::BAD_REQUEST, "This is not a request of the development server.").into_response(),
    }
}

async fn token(State(provider): State<Arc<DemoProvider>>, body: String) -> Response {
    match provider.redeem(&body) {
        Ok(id_token) => {
            let access_token = Secret::generate().expose();
            Json(json!({ "access_token": access_token, "token_type": "Bearer", "id_token": id_token })).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response(),
    }
}

#[cfg(test)]
mod tests;
