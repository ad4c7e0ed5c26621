//! V-01 to V-04: the answer goes to a registered address or nowhere.

use super::flow::{APP, allow, asked, begin, grants, is_pending, stays_here};
use crate::harness::{Client, TestServer, seed};

#[tokio::test]
async fn v01_an_address_that_is_not_registered_gets_no_answer() {
    let server = TestServer::start().await;
    for browser in [server.browser(), server.signed_in().await] {
        for client in [server.web_app(), server.cli()] {
            for address in [
                "https://evil.example/callback",
                "https://app.example.com/other",
                "http://127.0.0.1:4711/other",
                "evil",
                "/callback",
                "//evil.example",
            ] {
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
    let moved = [
        ("redirect_uri", "https://evil.example/callback"),
        ("client_id", "demo-cli"),
        ("state", "theirs"),
        ("iss", "https://evil.example"),
    ];
    let mut fields = vec![("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    fields.extend(moved);
    let answer = browser.submit(&shown, &format!("/consent/{id}"), &fields).await;
    let location = answer.location().unwrap();
    assert!(location.starts_with(&format!("{APP}?")) && !location.contains("evil"), "{location}");
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    assert_eq!(grants(&server, "demo-cli").await, 0);
    app.redeem(&answer).await;

    let id = begin(&browser, &server.cli().authorize(&[])).await;
    let forged =
        if id.ends_with('0') { format!("{}1", &id[..id.len() - 1]) } else { format!("{}0", &id[..id.len() - 1]) };
    stays_here(&allow(&browser, &forged, &server.seeded.apollo).await, "a forged id");
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
