//! API keys as an operator makes them, and resource servers that are shown them.

use std::net::SocketAddr;

use identity::admin::{Act, KeyAdd};
use serde_json::{Value, json};

use super::{
    Answer, TestServer,
    browser::{encode, http},
    seed::{act, text},
};

/// A key as it was shown.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// The whole of it.
    pub text: String,
}

impl Key {
    pub fn of(answer: &Value) -> Self {
        Self { id: text(answer, "key_id"), text: text(answer, "key") }
    }
}

/// A key for reading the issues of Apollo, that belongs to nobody.
pub fn reading(name: &str) -> KeyAdd {
    KeyAdd {
        organization: "acme".into(),
        project: "apollo".into(),
        name: name.into(),
        scope: "issues:read".into(),
        resource: None,
        user: None,
        expires_in: None,
        addresses: Vec::new(),
        per_minute: None,
        per_month: None,
    }
}

/// A resource server of its own, with its secret.
pub struct EventsApi {
    pub secret: String,
}

impl EventsApi {
    /// One that takes in what services send.
    pub async fn add(server: &TestServer) -> Self {
        let added = Act::ResourceAdd {
            id: Some("events-api".into()),
            name: "Events".into(),
            identifier: "https://events.example.com/v1".into(),
            scopes: vec![
                "events:read=read:read events".into(),
                "events:ingest=ingest:send events".into(),
                "events:delete=write:delete events".into(),
            ],
        };
        Self { secret: text(&act(&server.authority, added).await, "client_secret") }
    }
}

/// What a resource server is told, by whichever process it asks.
pub async fn ask(at: SocketAddr, resource: (&str, &str), fields: &[(&str, &str)]) -> Answer {
    ask_by(&http(at), at, resource, fields).await
}

/// The same, over connections that last.
pub async fn ask_by(http: &reqwest::Client, at: SocketAddr, resource: (&str, &str), fields: &[(&str, &str)]) -> Answer {
    let request =
        http.post(format!("http://localhost:{}/introspect", at.port())).basic_auth(resource.0, Some(resource.1));
    Answer::of(request.header("content-type", "application/x-www-form-urlencoded").body(encode(fields))).await
}

impl TestServer {
    /// Makes a key.
    pub async fn key(&self, key: KeyAdd) -> Key {
        Key::of(&act(&self.authority, Act::KeyAdd(Box::new(key))).await)
    }

    /// What `demo-api` is told of this key.
    pub async fn told_of(&self, key: &Key) -> Answer {
        self.told_with(key, &[]).await
    }

    /// The same, with more parameters.
    pub async fn told_with(&self, key: &Key, more: &[(&str, &str)]) -> Answer {
        let fields: Vec<(&str, &str)> =
            [("token", key.text.as_str())].into_iter().chain(more.iter().copied()).collect();
        ask(self.address, ("demo-api", &self.seeded.api_secret), &fields).await
    }

    /// Whether `demo-api` lets it in.
    pub async fn admits(&self, key: &Key) -> bool {
        self.told_of(key).await.json()["active"] == true
    }

    /// Asks about many at once.
    pub async fn batch(&self, body: &Value) -> Answer {
        let request =
            self.http().post(self.url("/introspect/batch")).basic_auth("demo-api", Some(&self.seeded.api_secret));
        Answer::of(request.header("content-type", "application/json").body(body.to_string())).await
    }

    /// Takes a key back.
    pub async fn revoke_key(&self, key: &Key) {
        act(&self.authority, Act::KeyRevoke { key: key.id.clone() }).await;
    }
}

/// A batch of these.
pub fn tokens(tokens: &[&str]) -> Value {
    json!({ "tokens": tokens })
}
