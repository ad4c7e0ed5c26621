//! A provider on loopback: its endpoints, and what it signs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::{
    digest, hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use url::Url;

use super::super::{START, TestServer};
use super::{CLIENT, Manner, SECRET, Says, Signs, Speaks, TENANT};

/// A provider.
#[derive(Clone)]
pub struct Upstream {
    pub base: String,
    speaks: Speaks,
    shared: Arc<Shared>,
}

struct Shared {
    pair: EcdsaKeyPair,
    other: EcdsaKeyPair,
    kid: Mutex<String>,
    person: Mutex<Value>,
    addresses: Mutex<Value>,
    manner: Mutex<Manner>,
    codes: Mutex<HashMap<String, Asked>>,
    asked: Mutex<Vec<String>>,
    verifiers: Mutex<Vec<String>>,
    now: Mutex<i64>,
}

/// What was asked at its authorization endpoint.
#[derive(Clone)]
struct Asked {
    nonce: Option<String>,
    challenge: String,
    redirect_uri: String,
    person: Value,
}

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

impl Upstream {
    /// Listens. Nobody is there yet.
    pub async fn start(speaks: Speaks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let shared = Arc::new(Shared {
            pair: pair(),
            other: pair(),
            kid: Mutex::new("first".to_owned()),
            person: Mutex::default(),
            addresses: Mutex::new(json!([])),
            manner: Mutex::default(),
            codes: Mutex::default(),
            asked: Mutex::default(),
            verifiers: Mutex::default(),
            now: Mutex::new(START.as_micros() / 1_000_000),
        });
        let upstream = Self { base, speaks, shared };
        let serving = upstream.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().answer(stream));
            }
        });
        upstream
    }

    /// The settings of a server that offers it under this name.
    pub fn settings<'a>(&'a self, name: &str, kind: &'a str) -> Vec<(String, &'a str)> {
        let setting = |key: &str| format!("PROVIDERS__{}__{key}", name.to_ascii_uppercase());
        vec![
            (setting("KIND"), kind),
            (setting("BASE_URL"), self.base.as_str()),
            (setting("CLIENT_ID"), CLIENT),
            (setting("CLIENT_SECRET"), SECRET),
        ]
    }

    /// Somebody is signed in there: claims of an ID token, or GitHub's `/user`.
    pub fn person(&self, person: Value) {
        *self.shared.person.lock().unwrap() = person;
    }

    /// Their addresses at GitHub.
    pub fn addresses(&self, addresses: Value) {
        *self.shared.addresses.lock().unwrap() = addresses;
    }

    /// From now on it does this.
    pub fn manner(&self, manner: Manner) {
        *self.shared.manner.lock().unwrap() = manner;
    }

    /// From now on its key has another name.
    pub fn rename_key(&self, kid: &str) {
        *self.shared.kid.lock().unwrap() = kid.to_owned();
    }

    /// Its clock goes with the server's.
    pub fn clock(&self, server: &TestServer) {
        *self.shared.now.lock().unwrap() = server.authority.now().as_micros() / 1_000_000;
    }

    /// What it was asked, as `METHOD path`.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The PKCE verifiers that came with codes.
    pub fn verifiers(&self) -> Vec<String> {
        self.shared.verifiers.lock().unwrap().clone()
    }

    /// The person agrees at its authorization endpoint; where the browser is sent back to.
    pub fn agree(&self, location: &str) -> String {
        let url = Url::parse(location).unwrap();
        let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert!(location.starts_with(&self.base), "sent to {location}");
        assert_eq!(sent["client_id"], CLIENT);
        assert_eq!(sent["response_type"], "code");
        assert_eq!(sent["code_challenge_method"], "S256");
        let code = format!("code-{}", self.shared.codes.lock().unwrap().len());
        let asked = Asked {
            nonce: sent.get("nonce").cloned(),
            challenge: sent["code_challenge"].clone(),
            redirect_uri: sent["redirect_uri"].clone(),
            person: self.shared.person.lock().unwrap().clone(),
        };
        self.shared.codes.lock().unwrap().insert(code.clone(), asked);
        let mut back = Url::parse(&sent["redirect_uri"]).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &sent["state"]);
        back.into()
    }

    async fn answer(self, mut stream: TcpStream) {
        let Some((head, body)) = request(&mut stream).await else { return };
        let mut words = head.split_ascii_whitespace();
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        self.shared.asked.lock().unwrap().push(format!("{method} {path}"));
        let says = self.shared.manner.lock().unwrap().says.clone();
        let told = says.iter().find(|(end, _)| path.ends_with(*end)).map(|(_, says)| says.clone());
        let (status, more, text) = match told {
            None => self.own(path, &head, &body),
            Some(Says::Status(status)) => (status, String::new(), "{}".to_owned()),
            Some(Says::Redirect(to)) => (302, format!("location: {to}\r\n"), String::new()),
            Some(Says::TooMuch) => (200, String::new(), format!("{{\"x\":\"{}\"}}", "x".repeat(4 * 1024 * 1024))),
            Some(Says::Text(text)) => (200, String::new(), text.to_owned()),
            Some(Says::Nothing) => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
        };
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{more}connection: close\r\n\r\n",
            text.len()
        );
        let _ = stream.write_all(head.as_bytes()).await;
        let _ = stream.write_all(text.as_bytes()).await;
        let _ = stream.shutdown().await;
    }

    /// What an honest one answers, but for the manner of its words.
    fn own(&self, path: &str, head: &str, body: &str) -> (u16, String, String) {
        let ok = |value: Value| (200, String::new(), value.to_string());
        if path.ends_with("/openid-configuration") {
            return ok(self.metadata());
        }
        if path.ends_with("/jwks") {
            return ok(json!({ "keys": [self.key()] }));
        }
        if path.ends_with("/token") || path.ends_with("/access_token") {
            return match self.redeem(head, body) {
                Ok(answer) => ok(answer),
                Err(error) => (400, String::new(), json!({ "error": error }).to_string()),
            };
        }
        let bearer = head.lines().any(|line| line.eq_ignore_ascii_case("authorization: Bearer token-of-github"));
        match path {
            "/api/v3/user" if bearer => ok(self.shared.person.lock().unwrap().clone()),
            "/api/v3/user/emails" if bearer => ok(self.shared.addresses.lock().unwrap().clone()),
            _ => (404, String::new(), "{}".to_owned()),
        }
    }

    fn metadata(&self) -> Value {
        let base = &self.base;
        let issuer = match self.speaks {
            Speaks::Microsoft => format!("{base}/{{tenantid}}/v2.0"),
            _ => base.clone(),
        };
        let mut all = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        });
        merge(&mut all, &self.shared.manner.lock().unwrap().metadata);
        all
    }

    fn key(&self) -> Value {
        let point = self.shared.pair.public_key().as_ref();
        let mut key = json!({
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "kid": *self.shared.kid.lock().unwrap(),
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]),
            "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        });
        if self.speaks == Speaks::Microsoft {
            key["issuer"] = json!(format!("{}/{TENANT}/v2.0", self.base));
        }
        key
    }

    /// The published key as a shared secret, for whoever confuses the two.
    pub fn public_key_bytes(&self) -> Vec<u8> {
        self.shared.pair.public_key().as_ref().to_vec()
    }

    fn redeem(&self, head: &str, body: &str) -> Result<Value, &'static str> {
        let sent: HashMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let secret: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{secret}"));
        let by_header = head.lines().any(|line| line == format!("authorization: Basic {basic}"));
        let by_body = sent.get("client_secret").is_some_and(|sent| sent == SECRET) && sent["client_id"] == CLIENT;
        if !by_header && !by_body {
            return Err("invalid_client");
        }
        self.shared.verifiers.lock().unwrap().extend(sent.get("code_verifier").cloned());
        // Once.
        let asked = sent.get("code").and_then(|code| self.shared.codes.lock().unwrap().remove(code));
        let asked = asked.ok_or("invalid_grant")?;
        let challenge = digest::digest(&digest::SHA256, sent["code_verifier"].as_bytes());
        if URL_SAFE_NO_PAD.encode(challenge) != asked.challenge || sent["redirect_uri"] != asked.redirect_uri {
            return Err("invalid_grant");
        }
        Ok(match self.speaks {
            Speaks::GitHub => {
                json!({ "access_token": "token-of-github", "token_type": "bearer", "scope": "user:email" })
            }
            _ => json!({ "access_token": "unused", "token_type": "Bearer", "id_token": self.id_token(&asked) }),
        })
    }

    fn id_token(&self, asked: &Asked) -> String {
        let manner = self.shared.manner.lock().unwrap().clone();
        let now = *self.shared.now.lock().unwrap();
        let issuer = match self.speaks {
            Speaks::Microsoft => format!("{}/{TENANT}/v2.0", self.base),
            _ => self.base.clone(),
        };
        let mut claims = json!({ "iss": issuer, "aud": CLIENT, "iat": now, "exp": now + 3600, "nonce": asked.nonce, "auth_time": now });
        merge(&mut claims, asked.person.as_object().expect("a person"));
        merge(&mut claims, &manner.claims);
        let alg = match manner.signs {
            Signs::Well | Signs::WithAnotherKey => "ES256",
            Signs::Not => "none",
            Signs::ByHmac(_) => "HS256",
        };
        let mut header = json!({ "alg": alg, "typ": "JWT", "kid": *self.shared.kid.lock().unwrap() });
        merge(&mut header, &manner.header);
        let payload = manner.payload.unwrap_or_else(|| claims.to_string());
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(payload));
        let random = SystemRandom::new();
        let signature = match &manner.signs {
            Signs::Well => self.shared.pair.sign(&random, input.as_bytes()).unwrap().as_ref().to_vec(),
            Signs::WithAnotherKey => self.shared.other.sign(&random, input.as_bytes()).unwrap().as_ref().to_vec(),
            Signs::Not => Vec::new(),
            Signs::ByHmac(key) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), input.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Members of one object over those of another; null takes one away.
fn merge(into: &mut Value, from: &Map<String, Value>) {
    let into = into.as_object_mut().expect("an object");
    for (name, value) in from {
        match value {
            Value::Null => drop(into.remove(name)),
            value => drop(into.insert(name.clone(), value.clone())),
        }
    }
}

/// Reads one request: its head, and as much of a body as it says.
async fn request(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    loop {
        let mut some = [0; 4096];
        let count = stream.read(&mut some).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&some[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            return Some((head.to_owned(), body.to_owned()));
        }
    }
}
