//! A stand-in for the whole authorization server as far as a guard speaks to it: metadata, keys, introspection, events. It
//! signs with keys of its own and says of a token what a test told it to say.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use guard::{Guard, GuardBuilder};
use http::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub const RESOURCE: &str = "https://api.example.com/notes";

/// The stand-in.
#[derive(Clone)]
pub struct Stand {
    pub url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    keys: Mutex<Vec<(String, EcdsaKeyPair)>>,
    fetched: AtomicUsize,
    asked: AtomicUsize,
    broken: AtomicBool,
    slow: AtomicBool,
    answers: Mutex<HashMap<String, Value>>,
    feeds: Mutex<Vec<UnboundedSender<String>>>,
    listened: Mutex<Vec<Option<String>>>,
}

impl Stand {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stand = Self { url, inner: Arc::default() };
        stand.add_key("first");
        let app = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/jwks", get(jwks))
            .route("/introspect", post(introspect))
            .route("/events", get(events))
            .with_state(stand.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        stand
    }

    pub fn guard(&self) -> GuardBuilder {
        Guard::builder(&self.url, RESOURCE).required_scopes("notes:read".parse().unwrap())
    }

    pub fn asking(&self) -> GuardBuilder {
        self.guard().introspection("api", "secret")
    }

    /// Publishes a new key.
    pub fn add_key(&self, kid: &str) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        self.inner.keys.lock().unwrap().push((kid.to_owned(), pair));
    }

    pub fn remove_keys(&self) {
        self.inner.keys.lock().unwrap().clear();
    }

    pub fn set_broken(&self, broken: bool) {
        self.inner.broken.store(broken, Ordering::SeqCst);
    }

    /// Whether introspection takes a while.
    pub fn set_slow(&self, slow: bool) {
        self.inner.slow.store(slow, Ordering::SeqCst);
    }

    pub fn fetched(&self) -> usize {
        self.inner.fetched.load(Ordering::SeqCst)
    }

    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// With which `Last-Event-ID` each connection to the feed came.
    pub fn listened(&self) -> Vec<Option<String>> {
        self.inner.listened.lock().unwrap().clone()
    }

    /// What introspection says of a token from now on; what is not said is not active.
    pub fn say(&self, token: &str, answer: Value) {
        self.inner.answers.lock().unwrap().insert(token.to_owned(), answer);
    }

    pub fn revoke(&self, token: &str) {
        self.inner.answers.lock().unwrap().remove(token);
    }

    /// An active token of this grant.
    pub fn active(&self, token: &str, grant: &str) {
        let mut answer = self.claims();
        answer["active"] = true.into();
        answer["token_type"] = "Bearer".into();
        answer["grant_id"] = grant.into();
        self.say(token, answer);
    }

    /// Tells every listener.
    pub fn tell(&self, text: &str) {
        self.inner.feeds.lock().unwrap().retain(|feed| feed.send(text.to_owned()).is_ok());
    }

    /// Hangs up on every listener.
    pub fn hang_up(&self) {
        self.inner.feeds.lock().unwrap().clear();
    }

    /// Good claims, to be changed by a test.
    pub fn claims(&self) -> Value {
        json!({
            "iss": self.url, "aud": RESOURCE, "sub": "person", "client_id": "client", "scope": "notes:read", "jti": "j",
            "iat": now(), "exp": now() + 600, "organization": "acme", "project": "apollo", "access": "read", "grant_id": "g",
        })
    }

    /// A token with these claims, signed with the key of this name.
    pub fn sign(&self, kid: &str, claims: &Value) -> String {
        self.sign_with(&json!({"alg": "ES256", "kid": kid, "typ": "at+jwt"}), kid, claims.to_string().as_bytes())
    }

    pub fn sign_with(&self, header: &Value, kid: &str, claims: &[u8]) -> String {
        let keys = self.inner.keys.lock().unwrap();
        let pair = &keys.iter().find(|(name, _)| name == kid).unwrap().1;
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims));
        let signature = pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// The status that a GET with this token gets.
pub async fn status(guard: &Guard, token: &str) -> u16 {
    status_of(guard, &Method::GET, token).await
}

pub async fn status_of(guard: &Guard, method: &Method, token: &str) -> u16 {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    let admitted = async {
        let grant = guard.admit(method, &headers).await?;
        guard.permit(&grant, method, &headers, &bytes::Bytes::new())
    };
    admitted.await.map_or_else(|reply| reply.status.as_u16(), |()| 200)
}

/// Waits until something is so; it must be within ten seconds.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a token's times are of this moment")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn metadata(State(stand): State<Stand>) -> Json<Value> {
    let url = &stand.url;
    Json(
        json!({"issuer": url, "introspection_endpoint": format!("{url}/introspect"), "jwks_uri": format!("{url}/jwks")}),
    )
}

async fn jwks(State(stand): State<Stand>) -> Result<Json<Value>, StatusCode> {
    stand.inner.fetched.fetch_add(1, Ordering::SeqCst);
    if stand.inner.broken.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let keys = stand.inner.keys.lock().unwrap();
    let jwk = |(kid, pair): &(String, EcdsaKeyPair)| {
        let point = pair.public_key().as_ref();
        let number = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": number(&point[1..33]), "y": number(&point[33..])})
    };
    Ok(Json(json!({"keys": keys.iter().map(jwk).collect::<Vec<_>>()})))
}

async fn introspect(State(stand): State<Stand>, form: String) -> Result<Json<Value>, StatusCode> {
    stand.inner.asked.fetch_add(1, Ordering::SeqCst);
    if stand.inner.broken.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let mut fields = form.split('&');
    let token = fields.find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
    let from = form.split('&').find(|pair| pair.starts_with("client_ip="));
    let token = &from.map_or_else(|| token.to_owned(), |from| format!("{token}&{from}"));
    let answer = stand.inner.answers.lock().unwrap().get(token).cloned();
    if stand.inner.slow.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(Json(answer.unwrap_or(json!({"active": false}))))
}

async fn events(State(stand): State<Stand>, headers: HeaderMap) -> Response {
    if headers.get("authorization").is_none_or(|value| value != "Basic YXBpOnNlY3JldA==") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let last = headers.get("last-event-id").map(|value| value.to_str().unwrap().to_owned());
    let (sender, receiver): (_, UnboundedReceiver<String>) = unbounded_channel();
    sender.send(": alive\n\n".to_owned()).unwrap();
    stand.inner.feeds.lock().unwrap().push(sender);
    stand.inner.listened.lock().unwrap().push(last);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|text| (Ok::<_, Infallible>(text), receiver))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(stream)).into_response()
}
