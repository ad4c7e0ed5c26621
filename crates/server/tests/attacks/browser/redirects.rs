//! V-01 to V-05, V-07: the answer goes to a registered address or nowhere.

use identity::admin::Act;
use serde_json::{Value, json};

use super::flow::{APP, CLI, asked, begin, grants, is_pending, link, no_code, stays_here};
use crate::harness::{
    Answer, Client, TestServer,
    browser::http,
    seed::{self, RESOURCE},
};

#[tokio::test]
async fn v01_an_address_that_is_not_registered_gets_no_answer() {
    let server = TestServer::start().await;
    for browser in [server.browser(), server.signed_in().await] {
        for client in [server.web_app(), server.cli()] {
            for address in ["https://evil.example/callback", "https://app.example.com/other", "http://127.0.0.1:4711/other", "evil", "/callback", "//evil.example"] {
                let more = [("redirect_uri", address), ("response_type", "token"), ("prompt", "none")];
                for changes in [&more[..1], &more[..2], &more[..]] {
                    stays_here(&browser.get(&client.authorize(changes)).await, address);
                }
            }
        }
    }
}

#[tokio::test]
async fn v01_the_consent_form_cannot_move_the_answer() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let shown = asked(&browser, &app.authorize(&[])).await;
    let id = shown.consent_id();
    let moved = [("redirect_uri", "https://evil.example/callback"), ("client_id", "demo-cli"), ("state", "theirs"), ("iss", "https://evil.example")];
    let mut fields = vec![("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    fields.extend(moved);
    let answer = browser.submit(&shown, &format!("/consent/{id}"), &fields).await;
    let location = answer.location().unwrap();
    assert!(location.starts_with(&format!("{APP}?")) && !location.contains("evil"), "{location}");
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    assert_eq!(grants(&server, "demo-cli").await, 0);
    app.redeem(&answer).await;

    let id = begin(&browser, &server.cli().authorize(&[])).await;
    let forged = if id.ends_with('0') { format!("{}1", &id[..id.len() - 1]) } else { format!("{}0", &id[..id.len() - 1]) };
    stays_here(&super::flow::allow(&browser, &forged, &server.seeded.apollo).await, "a forged id");
    assert!(is_pending(&server, &id).await);
}

/// Each is refused as a page, and none is stored.
async fn none_matches(server: &TestServer, client: &Client<'_>, addresses: &[&str]) {
    let browser = server.signed_in().await;
    for address in addresses {
        stays_here(&browser.get(&client.authorize(&[("redirect_uri", address)])).await, address);
    }
}

#[tokio::test]
async fn v02_what_parsers_read_as_another_host_matches_nothing() {
    let server = TestServer::start().await;
    let app = server.web_app();
    let confusing = [
        "https://app.example.com@evil.example/callback",
        "https://app.example.com:443@evil.example/callback",
        "https://app.example.com%2f@evil.example/callback",
        "https://app.example.com%40evil.example/callback",
        "https://evil.example\\@app.example.com/callback",
        "https://evil.example#@app.example.com/callback",
        "https://evil.example?@app.example.com/callback",
        "https://app.example.com.evil.example/callback",
        "https://app.example.comevil.example/callback",
        "https://app.example.com\\.evil.example/callback",
        "https://app。example。com/callback",
        "https://ａpp.example.com/callback",
        "https://аpp.example.com/callback",
        "https://app.example.com./callback",
        "https://app.example.com:443/callback",
        "https://user@app.example.com/callback",
        "https://APP.example.com/callback",
        "HTTPS://app.example.com/callback",
        "http://app.example.com/callback",
        "https:app.example.com/callback",
        "https:/app.example.com/callback",
        "https:///app.example.com/callback",
        "https:\\\\app.example.com\\callback",
        " https://app.example.com/callback",
        "https://app.example.com/callback ",
        "https://app.example.com/callback\t",
        "https://app.example.com/call\nback",
        "https://app.example.com/callback\r\nLocation: https://evil.example",
    ];
    none_matches(&server, &app, &confusing).await;
    begin(&server.browser(), &app.authorize(&[])).await;
}

#[tokio::test]
async fn v03_spellings_of_this_computer_match_nothing_but_the_registered_one() {
    let server = TestServer::start().await;
    seed::act(&server.authority, seed::client(seed::plain("loopback", &["http://127.0.0.1/callback"]))).await;
    let client = Client::public(&server, "loopback", "http://127.0.0.1:4711/callback");
    let confusing = [
        "http://127.0.0.1@evil.example/callback",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1:4711@evil.example/callback",
        "http://127.0.0.1:4711\\@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1.nip.io/callback",
        "http://localhost:80@evil.example/callback",
        "http://[::1]@evil.example/callback",
        "http://localhost/callback",
        "http://localhost:4711/callback",
        "http://[::1]/callback",
        "http://[::ffff:127.0.0.1]/callback",
        "http://0x7f.1/callback",
        "http://0x7f000001/callback",
        "http://2130706433/callback",
        "http://0177.0.0.1/callback",
        "http://127.1/callback",
        "http://127.0.0.2/callback",
        "http://0.0.0.0/callback",
        "https://127.0.0.1/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:80:80/callback",
        "http://127.0.0.1:+80/callback",
        "http://127.0.0.1:8O/callback",
        "http://127.0.0.1:４７/callback",
        "http://127.0.0.1:4711/callback/",
        "http://127.0.0.1:4711/Callback",
        "http://127.0.0.1:4711/callback?x=1",
        "http://127.0.0.1:4711/callback#x",
        "http://127.0.0.1:4711//callback",
        "http://127.0.0.1:4711",
    ];
    none_matches(&server, &client, &confusing).await;
    let browser = server.browser();
    for address in ["http://127.0.0.1/callback", "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback"] {
        begin(&browser, &client.authorize(&[("redirect_uri", address)])).await;
    }
}

#[tokio::test]
async fn v04_paths_are_compared_byte_by_byte() {
    let server = TestServer::start().await;
    let walks = [
        "https://app.example.com/callback/",
        "https://app.example.com/callback/.",
        "https://app.example.com/callback/..",
        "https://app.example.com/callback/../callback",
        "https://app.example.com/./callback",
        "https://app.example.com//callback",
        "https://app.example.com/callback/%2e%2e/evil",
        "https://app.example.com/callback/..%2fevil",
        "https://app.example.com/callback/..%252f..%252fevil",
        "https://app.example.com/callback;x",
        "https://app.example.com/callback%00",
        "https://app.example.com/callback%20",
        "https://app.example.com/%63allback",
        "https://app.example.com/callback%2f",
        "https://app.example.com/CALLBACK",
        "https://app.example.com/callback?",
        "https://app.example.com/callback?x=1",
        "https://app.example.com/callback#",
        "https://app.example.com/callback#x",
        "https://app.example.com/callbac",
        "https://app.example.com/callbackx",
        "https://app.example.com",
        "https://app.example.com/*",
        "*",
    ];
    none_matches(&server, &server.web_app(), &walks).await;
}

async fn registered(server: &TestServer, body: &Value) -> Answer {
    Answer::of(http(server.address).post(server.url("/register")).header("content-type", "application/json").body(body.to_string())).await
}

#[tokio::test]
async fn v04_no_pattern_can_be_registered() {
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", "100000/1m")]).await;
    for uri in [
        "https://*.example.com/callback",
        "https://app.example.com/*",
        "https://app.example.com:*/callback",
        "https://app.example.com/callback?*",
        "https://app.example.com/../callback",
        "https://app.example.com/%2e%2e/callback",
        "https://app.example.com/callback#x",
        "https://user@app.example.com/callback",
        "http://app.example.com/callback",
        "http://127.0.0.1:*/callback",
        "*",
        "",
    ] {
        for uris in [json!([uri]), json!(["https://app.example.com/callback", uri])] {
            let refused = registered(&server, &json!({ "redirect_uris": uris })).await;
            assert_eq!(refused.status, 400, "{uris}: {}", refused.body);
            assert_eq!(refused.json()["error"], "invalid_redirect_uri", "{uris}");
        }
    }
}

#[tokio::test]
async fn v05_nothing_that_a_browser_would_run_can_be_registered() {
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", "100000/1m")]).await;
    let good = "https://app.example.com/callback";
    let dangerous = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://app.example.com/%0aalert(1)",
        "\u{1}javascript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://app.example.com/x",
        "view-source:https://app.example.com/",
    ];
    for uri in dangerous {
        for member in ["redirect_uris", "post_logout_redirect_uris"] {
            for uris in [json!([uri]), json!([good, uri])] {
                let mut body = json!({ "redirect_uris": [good] });
                body[member] = uris;
                let refused = registered(&server, &body).await;
                assert_eq!(refused.status, 400, "{body}: {}", refused.body);
            }
        }
        for member in ["client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri"] {
            let mut body = json!({ "redirect_uris": [good] });
            body[member] = json!(uri);
            let refused = registered(&server, &body).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.body);
            assert_eq!(refused.json()["error"], "invalid_client_metadata", "{body}");
        }
        let by_operator = seed::client(seed::plain("evil", &[uri]));
        assert!(server.authority.act(by_operator, server.authority.now()).await.is_err(), "{uri}");
        let home = identity::admin::ClientAdd { client_uri: Some(uri.to_owned()), ..seed::plain("evil", &[good]) };
        assert!(server.authority.act(Act::ClientAdd(Box::new(home)), server.authority.now()).await.is_err(), "{uri}");
    }
    assert_eq!(registered(&server, &json!({ "redirect_uris": [good] })).await.status, 201);
}

/// Every parameter that /authorize knows, with another value than the one that is sent first.
const KNOWN: [(&str, &str, &str); 12] = [
    ("response_type", "code", "token"),
    ("scope", "issues:read", "issues:write"),
    ("state", "st-4711", "theirs"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "0000000000000000000000000000000000000000000"),
    ("code_challenge_method", "S256", "plain"),
    ("nonce", "n-1", "n-2"),
    ("prompt", "consent", "none"),
    ("max_age", "1000", "0"),
    ("login_hint", "member@example.com", "outsider@example.com"),
    ("id_token_hint", "x", "y"),
    ("response_mode", "query", "fragment"),
    ("request_uri", "", "https://evil.example/r"),
];

#[tokio::test]
async fn v07_a_doubled_address_or_client_leads_nowhere() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    for client in [server.web_app(), server.cli()] {
        for (name, other) in [("client_id", "other"), ("redirect_uri", "https://evil.example/callback")] {
            let known = client.ask(&[]).into_iter().find(|(known, _)| known == name).unwrap().1;
            let all = client.authorize(&[]);
            let without = client.authorize(&[(name, "")]);
            for values in [[known.as_str(), &known], [&known, other], [other, &known], [other, other], [&known, ""], ["", &known]] {
                let doubled: String = values.iter().map(|value| format!("&{}", crate::harness::browser::encode(&[(name, value)]))).collect();
                stays_here(&browser.get(&format!("{without}{doubled}")).await, &doubled);
                let body = format!("{}{doubled}", without.trim_start_matches("/authorize?"));
                stays_here(&posted(&server, "/authorize", &body).await, &doubled);
            }
            let once = crate::harness::browser::encode(&[(name, other)]);
            stays_here(&posted(&server, &format!("/authorize?{once}"), all.trim_start_matches("/authorize?")).await, "address and body");
        }
    }
}

#[tokio::test]
async fn v07_any_other_doubled_parameter_ends_the_request() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let (app, cli) = (server.web_app(), server.cli());
    for (name, value, other) in KNOWN {
        for values in [[value, value], [value, other], [other, value]] {
            let doubled = crate::harness::browser::encode(&[(name, values[0]), (name, values[1])]);
            let sent = browser.get(&format!("{}&{doubled}", app.authorize(&[(name, "")]))).await;
            assert_eq!(sent.status, 303, "{doubled}: {}", sent.body);
            assert!(sent.location().unwrap().starts_with(&format!("{APP}?error=invalid_request&")), "{doubled}: {:?}", sent.location());
            assert_eq!(sent.sent("iss"), Some(server.issuer.clone()));
            assert_eq!(sent.sent("state").as_deref(), (name != "state").then_some("st-4711"));
            let shown = browser.get(&format!("{}&{doubled}", cli.authorize(&[(name, "")]))).await;
            no_code(&shown, &doubled);
            assert!(shown.location().is_none() && link(&shown).as_str().starts_with(&format!("{CLI}?error=invalid_request&")), "{doubled}");
        }
    }
}

#[tokio::test]
async fn v07_the_resource_may_repeat_and_still_means_one() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let twice = |other: &str| format!("{}&{}", app.authorize(&[]), crate::harness::browser::encode(&[("resource", other)]));
    begin(&browser, &twice(RESOURCE)).await;
    let refused = browser.get(&twice("https://other.example/mcp")).await;
    assert_eq!(refused.sent("error").as_deref(), Some("invalid_target"), "{:?}", refused.location());
}

/// A cross-site form, without cookies.
async fn posted(server: &TestServer, path: &str, body: &str) -> Answer {
    let request = http(server.address).post(server.url(path)).header("content-type", "application/x-www-form-urlencoded");
    Answer::of(request.body(body.to_owned())).await
}
