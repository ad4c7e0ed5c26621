//! What goes back to the app: Deny, and `state` byte for byte (O21-33).

use percent_encoding::percent_decode_str;

use super::flow::{APP, CLI, begin, deny, grants};
use crate::harness::{Answer, TestServer};

/// The bytes of `state`, decoded as RFC 3986 alone does it: a `+` stays one.
fn state(answer: &Answer) -> Option<Vec<u8>> {
    let location = answer.location()?;
    let (_, query) = location.split_once('?')?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix("state="))?;
    assert!(!value.contains('+') && value.is_ascii(), "every decoder reads the same: {value}");
    Some(percent_decode_str(value).collect())
}

#[tokio::test]
async fn o21_33_state_comes_back_byte_for_byte() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.connect(&browser).await;
    let printable: String = (0..2048u32).map(|n| char::from(u8::try_from(0x20 + n % 0x5f).unwrap())).collect();
    let states = [
        "grüße ✓ 漢字 🦀 e\u{301} \u{202e}",
        "a+b c%20d%2Be%",
        "%",
        "%00%zz",
        "&code=theirs&iss=https://evil.example#x?y=1",
        "\"<script>alert(1)</script>'",
        " spaces around ",
        "line\r\nLocation: https://evil.example\ttab",
        "eyJhIjoiYj09In0=.==",
        "0",
        printable.as_str(),
    ];
    for text in states {
        let bytes = Some(text.as_bytes().to_vec());
        let allowed = browser.open(&app.authorize(&[("state", text)])).await;
        assert!(allowed.location().unwrap().starts_with(&format!("{APP}?code=")));
        assert_eq!(state(&allowed), bytes, "{text}");
        assert_eq!(allowed.sent("iss"), Some(server.issuer.clone()));
        let id = begin(&browser, &app.authorize(&[("state", text), ("prompt", "consent")])).await;
        assert_eq!(state(&deny(&browser, &id).await), bytes, "denied: {text}");
        let wrong = browser.get(&app.authorize(&[("state", text), ("scope", "nothing:here")])).await;
        assert_eq!(state(&wrong), bytes, "an error: {text}");
        let silent = server.browser().open(&app.authorize(&[("state", text), ("prompt", "none")])).await;
        assert_eq!(state(&silent), bytes, "a silent error: {text}");
        let link = super::flow::link(
            &browser.get(&server.cli().authorize(&[("state", text), ("scope", "nothing:here")])).await,
        );
        let shown = link.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        assert_eq!(shown, text, "on a page");
    }
    let none = browser.open(&app.authorize(&[("state", "")])).await;
    assert_eq!(state(&none), None);
}

#[tokio::test]
async fn o21_33_the_state_of_a_form_sent_by_post_is_the_same() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    app.connect(&browser).await;
    for text in ["grüße + 漢字 %2B & = #", "a b"] {
        let ask = app.ask(&[("state", text)]);
        let fields: Vec<(&str, &str)> = ask.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let again = browser.post("/authorize", &fields).await;
        assert_eq!(again.status, 303);
        assert_eq!(state(&browser.follow(again).await), Some(text.as_bytes().to_vec()), "{text}");
    }
}

#[tokio::test]
async fn deny_answers_access_denied_and_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    for (client, callback) in [(server.cli(), CLI), (server.web_app(), APP)] {
        let id = begin(&browser, &client.authorize(&[])).await;
        let denied = deny(&browser, &id).await;
        assert_eq!(denied.status, 303);
        assert!(
            denied.location().unwrap().starts_with(&format!("{callback}?error=access_denied&")),
            "{:?}",
            denied.location()
        );
        assert_eq!(denied.sent("state").as_deref(), Some("st-4711"));
        assert_eq!(denied.sent("iss"), Some(server.issuer.clone()));
        assert_eq!(denied.sent("code"), None);
        assert_eq!(grants(&server, &client.id).await, 0);
        // Once more is the same answer, and yes comes too late.
        assert_eq!(deny(&browser, &id).await.location(), denied.location());
        assert_eq!(super::flow::allow(&browser, &id, &server.seeded.apollo).await.location(), denied.location());
        assert_eq!(grants(&server, &client.id).await, 0);
    }
}

#[tokio::test]
async fn deny_needs_no_project_and_no_right_form_of_one() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    for project in ["", "x", server.seeded.orion.as_str(), server.seeded.apollo.as_str()] {
        let id = begin(&browser, &cli.authorize(&[])).await;
        let denied =
            super::flow::send(&browser, &format!("/consent/{id}"), &[("decision", "deny"), ("project", project)]).await;
        assert_eq!(denied.sent("error").as_deref(), Some("access_denied"), "{project}");
    }
}
