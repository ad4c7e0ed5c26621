//! V-07: a parameter that comes twice is believed by nobody.

use super::flow::{APP, CLI, begin, link, no_code, stays_here};
use crate::harness::{
    Answer, TestServer,
    browser::{encode, http},
    seed::RESOURCE,
};

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
            for values in
                [[known.as_str(), &known], [&known, other], [other, &known], [other, other], [&known, ""], ["", &known]]
            {
                let doubled: String = values.iter().map(|value| format!("&{}", encode(&[(name, value)]))).collect();
                stays_here(&browser.get(&format!("{without}{doubled}")).await, &doubled);
                let body = format!("{}{doubled}", without.trim_start_matches("/authorize?"));
                stays_here(&posted(&server, "/authorize", &body).await, &doubled);
            }
            let once = encode(&[(name, other)]);
            stays_here(
                &posted(&server, &format!("/authorize?{once}"), all.trim_start_matches("/authorize?")).await,
                "address and body",
            );
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
            let doubled = encode(&[(name, values[0]), (name, values[1])]);
            let sent = browser.get(&format!("{}&{doubled}", app.authorize(&[(name, "")]))).await;
            assert_eq!(sent.status, 303, "{doubled}: {}", sent.body);
            assert!(
                sent.location().unwrap().starts_with(&format!("{APP}?error=invalid_request&")),
                "{doubled}: {:?}",
                sent.location()
            );
            assert_eq!(sent.sent("iss"), Some(server.issuer.clone()));
            assert_eq!(sent.sent("state").as_deref(), (name != "state").then_some("st-4711"));
            let shown = browser.get(&format!("{}&{doubled}", cli.authorize(&[(name, "")]))).await;
            no_code(&shown, &doubled);
            assert!(
                shown.location().is_none()
                    && link(&shown).as_str().starts_with(&format!("{CLI}?error=invalid_request&")),
                "{doubled}"
            );
        }
    }
}

#[tokio::test]
async fn v07_the_resource_may_repeat_and_still_means_one() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let twice = |other: &str| format!("{}&{}", app.authorize(&[]), encode(&[("resource", other)]));
    begin(&browser, &twice(RESOURCE)).await;
    let refused = browser.get(&twice("https://other.example/mcp")).await;
    assert_eq!(refused.sent("error").as_deref(), Some("invalid_target"), "{:?}", refused.location());
}

/// A cross-site form, without cookies.
async fn posted(server: &TestServer, path: &str, body: &str) -> Answer {
    let request =
        http(server.address).post(server.url(path)).header("content-type", "application/x-www-form-urlencoded");
    Answer::of(request.body(body.to_owned())).await
}
