//! V-59, V-05, V-21: what is fetched for strangers, through the whole server.

use std::{io::Write as _, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    browser::flow::{is_consent, is_sign_in, no_code, stays_here},
    clients::wire::{error, fields},
    harness::{Answer as Answered, Client, TestServer},
};
use https_server::{Answer, HttpsServer};

#[path = "../../../../identity/tests/clients/https_server.rs"]
mod https_server;

const CALLBACK: &str = "http://127.0.0.1:4711/callback";

/// A server of ours, and one that hosts a client's document.
struct Hosted {
    server: TestServer,
    host: HttpsServer,
    _ca: tempfile::NamedTempFile,
}

impl Hosted {
    async fn start() -> Self {
        let host = HttpsServer::start(Answer::Silence).await;
        let mut ca = tempfile::NamedTempFile::new().unwrap();
        ca.write_all(host.ca.as_bytes()).unwrap();
        let path = ca.path().to_str().unwrap().to_owned();
        let server = TestServer::start_with(&[("DOCUMENTS__DEVELOPMENT_CA", &path)]).await;
        Self { server, host, _ca: ca }
    }

    fn client(&self) -> Client<'_> {
        Client::public(&self.server, &self.host.url("/client.json"), CALLBACK)
    }

    fn says(&self, changes: &Value) {
        let mut document = json!({
            "client_id": self.host.url("/client.json"), "client_name": "Assistant", "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none",
        });
        document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.host.answer(Answer::json(&document, "cache-control: max-age=0\r\n"));
    }
}

#[tokio::test]
async fn v59_no_address_that_a_stranger_names_leads_inside() {
    // Not in development: there is no test authority, so that this computer is inside too.
    let server = TestServer::start().await;
    let host = HttpsServer::start(Answer::json(&json!({}), "")).await;
    let browser = server.signed_in().await;
    let port = host.port;
    let inside = [
        format!("https://localhost:{port}/client"),
        format!("https://127.0.0.1:{port}/client"),
        format!("https://[::1]:{port}/client"),
        format!("https://[::ffff:127.0.0.1]:{port}/client"),
        format!("https://[64:ff9b::7f00:1]:{port}/client"),
        format!("https://2130706433:{port}/client"),
        format!("https://0x7f.1:{port}/client"),
        format!("https://0177.0.0.1:{port}/client"),
        format!("https://127.1:{port}/client"),
        format!("https://user@localhost:{port}/client"),
        format!("https://localhost.:{port}/client"),
        "https://0.0.0.0/client".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/client".to_owned(),
        "https://[fd00::1]/client".to_owned(),
        "https://metadata/client".to_owned(),
    ];
    for address in &inside {
        let client = Client::public(&server, address, CALLBACK);
        let shown = browser.open(&client.authorize(&[])).await;
        stays_here(&shown, address);
        assert!(!shown.body.contains("connection") && !shown.body.contains("refused by"), "{address}: {}", shown.body);
        for member in ["jwks_uri", "logo_uri", "client_uri", "sector_identifier_uri", "backchannel_logout_uri"] {
            let mut body = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" });
            if member == "jwks_uri" {
                body["token_endpoint_auth_method"] = json!("private_key_jwt");
            }
            body[member] = json!(address);
            let request = server.http().post(server.url("/register")).header("content-type", "application/json");
            let made = Answered::of(request.body(body.to_string())).await;
            assert!(matches!(made.status.as_u16(), 201 | 400 | 429), "{member} {address}: {}", made.body);
            if member == "jwks_uri" && made.status == 201 {
                asks_with_an_assertion(&server, made.json()["client_id"].as_str().unwrap()).await;
            }
        }
        let by_reference = browser.open(&server.web_app().authorize(&[("request_uri", address)])).await;
        assert_eq!(by_reference.sent("error").as_deref(), Some("request_uri_not_supported"), "{address}");
    }
    assert_eq!(host.connections(), 0, "somebody was led inside");
}

/// Whatever the assertion is, the keys are looked for first.
async fn asks_with_an_assertion(server: &TestServer, id: &str) {
    let text = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let now = crate::harness::START.as_seconds();
    let claims = json!({ "iss": id, "sub": id, "aud": server.issuer, "jti": "1", "iat": now, "exp": now + 60 });
    let assertion = format!("{}.{}.{}", text(json!({ "alg": "ES256" })), text(claims), URL_SAFE_NO_PAD.encode([7; 64]));
    let request = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    assert_eq!(error(&fields(server, "/token", &request).await), "invalid_client");
}

#[tokio::test]
async fn v59_nothing_is_fetched_before_somebody_has_signed_in() {
    let hosted = Hosted::start().await;
    hosted.says(&json!({}));
    let stranger = hosted.server.browser();
    for _ in 0..5 {
        assert!(is_sign_in(&stranger.open(&hosted.client().authorize(&[])).await));
    }
    assert_eq!(hosted.host.connections(), 0);
    stranger.sign_in("member@example.com", crate::harness::PASSWORD).await;
    assert!(is_consent(&stranger.open(&hosted.client().authorize(&[])).await));
    assert_eq!(hosted.host.connections(), 1);
}

#[tokio::test]
async fn v59_hostile_answers_end_in_a_page_and_are_not_remembered() {
    let hosted = Hosted::start().await;
    let browser = hosted.server.signed_in().await;
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{rest}\r\n").into_bytes();
    let led_away =
        format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", hosted.host.url("/elsewhere"));
    for (what, answer) in [
        ("a redirect", Answer::text(led_away)),
        ("a gigabyte", Answer::Endless(head(""))),
        ("a gzip bomb", Answer::Endless(head("content-encoding: gzip\r\n"))),
        ("slow-loris", Answer::Trickle(head("content-length: 4000\r\n"))),
        ("silence", Answer::Silence),
        ("no JSON", Answer::json(&"nothing", "")),
        ("another client's document", Answer::json(&json!({ "client_id": "https://other.example/c" }), "")),
    ] {
        hosted.host.answer(answer);
        let before = hosted.host.connections();
        stays_here(&browser.open(&hosted.client().authorize(&[])).await, what);
        assert_eq!(hosted.host.connections(), before + 1, "{what}: asked once, and nothing else");
    }
    hosted.says(&json!({}));
    assert!(is_consent(&browser.open(&hosted.client().authorize(&[])).await), "the next try is a new one");
}

#[tokio::test]
async fn v05_a_document_with_anything_that_a_browser_would_run_is_no_client() {
    let hosted = Hosted::start().await;
    let browser = hosted.server.signed_in().await;
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:x",
        "\u{1}javascript:x",
    ] {
        for member in [
            "redirect_uris",
            "post_logout_redirect_uris",
            "client_uri",
            "logo_uri",
            "tos_uri",
            "policy_uri",
            "jwks_uri",
        ] {
            let is_list = member.ends_with("uris");
            hosted.says(&json!({ member: if is_list { json!([CALLBACK, uri]) } else { json!(uri) } }));
            stays_here(&browser.open(&hosted.client().authorize(&[])).await, &format!("{member} {uri}"));
            // A host is asked so often in a minute and no oftener.
            hosted.server.advance(Duration::from_secs(5));
        }
    }
    hosted.says(&json!({}));
    let shown = browser.open(&hosted.client().authorize(&[])).await;
    assert!(is_consent(&shown) && !shown.body.contains("<img"), "pictures of apps are not shown: {}", shown.body);
}

#[tokio::test]
async fn v21_a_scope_that_the_client_gave_up_is_dead_at_once() {
    let hosted = Hosted::start().await;
    let (server, client) = (&hosted.server, hosted.client());
    let browser = server.signed_in().await;
    hosted.says(&json!({ "scope": "issues:read offline_access openid" }));
    let tokens = client.connect(&browser).await;
    assert!(server.api().accepts(&tokens.access).await);
    hosted.says(&json!({ "scope": "openid" }));
    server.advance(Duration::from_secs(10 * 60));
    // Somebody arrives, so that the document is read again.
    no_code(&browser.open(&client.authorize(&[("prompt", "consent")])).await, "a new request");
    assert!(!server.api().accepts(&tokens.access).await, "introspection of the old access token");
    // What is left of the grant may still be refreshed; it opens nothing.
    let left = client.refresh(&tokens).await;
    assert!(!server.api().accepts(&left.access).await, "a refreshed token");
    assert_eq!(client.userinfo(&left.access).await.status, 403, "a token for an API tells nothing of its person");
}
