//! What programs do: redeem, refresh, use again what may not be used again, ask about tokens, revoke, register, prove who they
//! are by an assertion; and secrets in all the places where they do not belong.

use std::time::Duration;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Secret;
use protocol::CodeVerifier;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    binary::Site,
    people,
    visitor::{Answer, Visitor},
};

pub const RESOURCE: &str = "https://api.example.com/mcp";
pub const CALLBACK: &str = "https://app.example.com/callback";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Who a program is.
pub struct Program<'s> {
    pub site: &'s Site,
    pub http: Visitor,
    pub id: String,
    pub secret: Option<String>,
}

impl<'s> Program<'s> {
    pub fn new(site: &'s Site, id: &str, secret: Option<String>) -> Self {
        Self { site, http: Visitor::of(site), id: id.to_owned(), secret }
    }

    /// The address at which a person begins, and the verifier that belongs to it.
    pub fn ask(&self, scope: &str) -> (String, String) {
        let verifier = Secret::generate().expose();
        self.site.ledger.kept("a code verifier", verifier.as_bytes(), None);
        let challenge = CodeVerifier::parse(&verifier).unwrap().challenge();
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &self.id),
                ("redirect_uri", CALLBACK),
                ("scope", scope),
            ])
            .extend_pairs([("state", "st-4711"), ("resource", RESOURCE), ("nonce", "n-1")])
            .extend_pairs([("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")])
            .finish();
        (format!("/authorize?{query}"), verifier)
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("/token", fields).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        match &self.secret {
            Some(secret) => self.http.send(path, self.http.form(path, fields).basic_auth(&self.id, Some(secret))).await,
            None => {
                let all: Vec<_> = fields.iter().copied().chain([("client_id", self.id.as_str())]).collect();
                self.http.post(path, &all).await
            }
        }
    }

    pub async fn redeem(&self, code: &str, verifier: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        self.token(&fields).await
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        self.http.send("/userinfo", self.http.request(Method::GET, "/userinfo").bearer_auth(token)).await
    }
}

/// The whole life of a connection, its end by a stale token included. Gives a refresh token that still works.
pub async fn connection(program: &Program<'_>, person: &Visitor, api: &Program<'_>) -> String {
    let (address, verifier) = program.ask("openid email issues:read offline_access");
    let answer = people::allow(person, &address).await;
    let code = answer.sent("code").unwrap();
    let wrong = Secret::generate().expose();
    program.site.ledger.kept("a wrong code verifier", wrong.as_bytes(), None);
    program.redeem(&code, &wrong).await.expect(400);
    program.redeem(&changed(&code), &verifier).await.expect(400);
    let first = program.redeem(&code, &verifier).await.expect(200);
    told(program, api, &first.member("access_token")).await;
    let second = program.refresh(&first.member("refresh_token")).await.expect(200);
    // Within the window the same again.
    assert_eq!(
        program.refresh(&first.member("refresh_token")).await.member("access_token"),
        second.member("access_token")
    );
    told(program, api, &second.member("access_token")).await;
    let third = program.refresh(&second.member("refresh_token")).await.expect(200);
    told(program, api, &third.member("access_token")).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    program.refresh(&first.member("refresh_token")).await.expect(400);
    program.refresh(&third.member("refresh_token")).await.expect(400);
    program.redeem(&code, &verifier).await.expect(400);

    let (address, verifier) = program.ask("issues:read offline_access");
    let code = people::allow(person, &address).await.sent("code").unwrap();
    let tokens = program.redeem(&code, &verifier).await.expect(200);
    program.post("/revoke", &[("token", &tokens.member("refresh_token"))]).await.expect(200);
    program.post("/revoke", &[("token", &changed(&tokens.member("refresh_token")))]).await.expect(200);
    let (address, verifier) = program.ask("issues:read offline_access");
    let code = people::allow(person, &address).await.sent("code").unwrap();
    program.redeem(&code, &verifier).await.expect(200).member("refresh_token")
}

async fn told(program: &Program<'_>, api: &Program<'_>, access: &str) {
    api.post("/introspect", &[("token", access)]).await.expect(200);
    api.post("/introspect", &[("token", &changed(access))]).await.expect(200);
    program.userinfo(access).await;
    program.userinfo(&changed(access)).await.expect(401);
    program.post("/introspect", &[("token", access)]).await;
}

/// With another last character, which is a part of the tag.
fn changed(token: &str) -> String {
    let (body, last) = token.split_at(token.len() - 1);
    format!("{body}{}", if last == "0" { "1" } else { "0" })
}

/// An API key where it belongs and where it does not, rotated by its id and taken back by its text.
pub async fn api_key(api: &Program<'_>, key: &str) {
    let (http, site) = (&api.http, api.site);
    api.post("/introspect", &[("token", key)]).await.expect(200);
    api.post("/introspect", &[("token", &changed(key))]).await.expect(200);
    api.post("/introspect", &[("token", key), ("client_ip", key)]).await.expect(400);
    for body in [
        json!({ "tokens": [key, { "token": key, "client_ip": "192.0.2.7" }] }),
        json!({ "tokens": key }),
        json!({ "tokens": [{ "token": key, "client_ip": key }] }),
    ] {
        let request = http.request(Method::POST, "/introspect/batch").basic_auth(&api.id, api.secret.as_deref());
        http.send("/introspect/batch", request.header("content-type", "application/json").body(body.to_string())).await;
    }
    http.send("/introspect", http.request(Method::POST, &format!("/introspect?token={key}"))).await.expect(400);
    http.send("/userinfo", http.request(Method::GET, "/userinfo").bearer_auth(key)).await.expect(401);
    http.send("/token", http.form("/token", &[]).basic_auth(key, Some(key))).await;
    let id = &key["lyd_key_".len()..30];
    let rotated = site.succeeds(&["key", "rotate", id, "--json"]);
    let rotated: Value = serde_json::from_str(&rotated).unwrap();
    let text = rotated["key"].as_str().unwrap();
    api.post("/introspect", &[("token", text)]).await.expect(200);
    site.fails(&["key", "rotate", key], "");
    site.succeeds(&["key", "revoke", key]);
    api.post("/introspect", &[("token", text)]).await.expect(200);
}

/// Wrong credentials, and right ones where they do not belong.
pub async fn misplaced(program: &Program<'_>, refresh: &str) {
    let (http, ledger) = (&program.http, &program.site.ledger);
    let secret = program.secret.clone().unwrap();
    let wrong = "a client secret that is wrong 1";
    ledger.typed("a wrong client secret", wrong);
    let ask = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    for given in [wrong, &format!("{secret}0"), ""] {
        http.send("/token", http.form("/token", &ask).basic_auth(&program.id, Some(given))).await.expect(401);
        http.send("/introspect", http.form("/introspect", &ask).basic_auth("demo-api", Some(given))).await.expect(401);
        http.send("/introspect", http.form("/introspect", &ask).basic_auth("nobody", Some(given))).await.expect(401);
    }
    // The name and the secret exchanged, a header that cannot be read, a secret as a scheme, a bearer as a client.
    http.send("/token", http.form("/token", &ask).basic_auth(&secret, Some(&program.id))).await.expect(401);
    for header in [format!("Basic {secret}"), secret.clone(), format!("Bearer {secret}"), format!("Basic  {refresh} ")]
    {
        http.send("/token", http.form("/token", &ask).header("authorization", header)).await.expect(401);
    }
    let id = program.id.as_str();
    for fields in [
        vec![("client_id", id), ("client_secret", &secret), ("client_secret", &secret)],
        vec![("client_id", id), ("client_secret", &secret), ("refresh_token", refresh), ("refresh_token", refresh)],
        vec![("client_id", id), ("client_secret", &secret), ("grant_type", refresh)],
        vec![("client_id", &secret), ("grant_type", "refresh_token"), ("refresh_token", refresh)],
        vec![
            ("client_id", id),
            ("client_secret", &secret),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("scope", &secret),
        ],
        vec![
            ("client_id", id),
            ("client_secret", &secret),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("resource", &secret),
        ],
        vec![
            ("client_id", id),
            ("client_secret", &secret),
            ("grant_type", "authorization_code"),
            ("code", refresh),
            ("code_verifier", &secret),
        ],
    ] {
        http.post("/token", &fields).await;
    }
    in_addresses(program, refresh, &secret).await;
    for (path, body) in [
        ("/token", format!("{{\"refresh_token\":\"{refresh}\"}}")),
        ("/register", format!("{{\"redirect_uris\":[\"{secret}\"],\"client_secret\":\"{secret}\"}}")),
        ("/register", format!("{{\"redirect_uris\":[\"{CALLBACK}\"],\"token_endpoint_auth_method\":\"{secret}\"}}")),
        ("/register", format!("{{\"redirect_uris\":[\"https://user:{secret}@a.example/\"]}}")),
        ("/register", secret.clone()),
    ] {
        let request = http.request(Method::POST, path).header("content-type", "application/json").body(body);
        http.send(path, request).await;
    }
    program.userinfo(&secret).await.expect(401);
    program.userinfo("an unreadable token, which is none").await;
}

/// A secret in an address is in every log on the way but ours.
async fn in_addresses(program: &Program<'_>, refresh: &str, secret: &str) {
    let http = &program.http;
    for path in [
        format!("/token?client_secret={secret}&refresh_token={refresh}"),
        format!("/introspect?token={refresh}"),
        format!("/userinfo?access_token={refresh}"),
        format!("/callback/{refresh}"),
        format!("/consent/{secret}"),
        format!("/assets/{secret}"),
        format!("/{secret}?{refresh}"),
        format!("/authorize?client_id={secret}&redirect_uri={CALLBACK}"),
        format!(
            "/authorize?response_type=code&client_id={}&redirect_uri={CALLBACK}&client_secret={secret}",
            program.id
        ),
        format!("/authorize?response_type={secret}&client_id={}&redirect_uri={CALLBACK}", program.id),
        format!("/authorize?response_type=code&client_id=https://user:{secret}@a.example/c&redirect_uri={CALLBACK}"),
    ] {
        http.get(&path).await;
        let name = path.split('?').next().unwrap().to_owned();
        http.send(&name, http.form(&path, &[("token", refresh)])).await;
        http.send(&name, http.request(Method::PUT, &path)).await;
    }
    let fields = [("response_type", "code"), ("client_id", program.id.as_str()), ("client_secret", secret)];
    http.post("/authorize", &fields).await;
    let odd =
        http.request(Method::GET, "/").header("cookie", format!("__Host-lanyard-session={secret}; {refresh}={secret}"));
    http.send("/", odd.header("x-request-id", secret).header("host", "localhost").header("referer", refresh)).await;
    let method = Method::from_bytes(secret.replace('_', "-").as_bytes()).unwrap();
    http.send("a method that is a secret", http.request(method, "/token")).await;
}

/// Clients that register themselves: with a secret, and with keys.
pub async fn registered(site: &Site, person: &Visitor) {
    let http = Visitor::of(site);
    for method in ["client_secret_basic", "client_secret_post", "none"] {
        let asked = json!({ "client_name": method, "redirect_uris": [CALLBACK], "token_endpoint_auth_method": method });
        let answer = http.json("/register", &asked).await.expect(201);
        manage(&http, &answer).await;
    }
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let key = json!({ "kty": "EC", "crv": "P-256", "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]) });
    let asked = json!({
        "client_name": "Keyed", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [key] },
    });
    let id = http.json("/register", &asked).await.expect(201).member("client_id");
    let keyed = Program::new(site, &id, None);
    let (address, verifier) = keyed.ask("issues:read offline_access");
    let code = people::allow(person, &address).await.sent("code").unwrap();
    let good = assertion(site, &pair, &id, "1");
    let redemption = |assertion| {
        [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier.as_str()),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ]
    };
    let stranger = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let foreign = assertion(site, &stranger, &id, "2");
    http.post("/token", &redemption(&foreign)).await.expect(401);
    http.post("/token", &redemption(&good)).await.expect(200);
    http.post("/token", &redemption(&good)).await.expect(401);
    let unsigned = good.rsplit_once('.').unwrap().0.to_owned();
    http.post("/token", &redemption(&unsigned)).await.expect(401);
    // A document that cannot be fetched, and one whose address must not be.
    for client_id in ["https://client.invalid/document.json", "https://127.0.0.1/document.json"] {
        let asks = Program::new(site, client_id, None);
        person.open(&asks.ask("issues:read").0).await;
    }
}

/// RFC 7592, where the server offers it.
async fn manage(http: &Visitor, answer: &Answer) {
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    let Some(token) = json["registration_access_token"].as_str() else { return };
    let uri = json["registration_client_uri"].as_str().unwrap();
    let (_, path) = uri.split_once("://").unwrap().1.split_once('/').unwrap();
    for token in [token.to_owned(), changed(token)] {
        http.send("the registration", http.request(Method::GET, &format!("/{path}")).bearer_auth(token)).await;
    }
}

fn assertion(site: &Site, pair: &EcdsaKeyPair, client: &str, jti: &str) -> String {
    let now = identity::Clock::system().now().as_seconds();
    let claims = json!({ "iss": client, "sub": client, "aud": site.issuer, "exp": now + 300, "jti": jti });
    let input =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap());
    site.ledger.kept("an assertion's signature", signature.as_bytes(), None);
    format!("{input}.{signature}")
}
