//! V-13: nothing of ours sends a person to an address that came in the request.

use super::flow::{csrf, send};
use crate::harness::{PASSWORD, TestServer, page};

const EVIL: [&str; 9] = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "/x\r\nLocation: https://evil.example",
    "%2f%2fevil.example",
];
const NAMES: [&str; 12] = [
    "back",
    "next",
    "return_to",
    "returnUrl",
    "return",
    "redirect",
    "redirect_uri",
    "redirect_url",
    "url",
    "continue",
    "target",
    "post_logout_redirect_uri",
];

/// Within this server: a path of ours, which no browser reads as another host.
fn is_ours(location: &str) -> bool {
    let base = url::Url::parse("http://localhost:1/").unwrap();
    location.starts_with('/') && base.join(location).is_ok_and(|url| url.host_str() == Some("localhost"))
}

#[tokio::test]
async fn v13_changing_theme_or_language_leads_back_to_a_page_of_ours() {
    for path in ["", "/t1"] {
        let server = TestServer::start_at(path, &[]).await;
        let browser = server.browser();
        for evil in EVIL {
            for (switch, name, value) in [("/theme", "theme", "dark"), ("/language", "language", "de")] {
                let answer = send(&browser, switch, &[(name, value), ("back", evil)]).await;
                let location = answer.location().unwrap();
                let is_ours = is_ours(&location) && location.starts_with(path);
                assert!(answer.status == 303 && is_ours, "{switch}, {evil:?}: {location}");
                assert!(answer.headers.get_all("location").iter().count() == 1);
            }
        }
        let answer = send(&browser, "/theme", &[("theme", "dark"), ("back", "/connections?x=1")]).await;
        assert_eq!(answer.location(), Some(format!("{path}/connections?x=1")));
    }
}

#[tokio::test]
async fn v13_signing_in_and_out_lead_to_fixed_places() {
    let server = TestServer::start().await;
    for name in NAMES {
        for evil in &EVIL[..3] {
            let browser = server.browser();
            let query = crate::harness::browser::encode(&[(name, evil)]);
            let form = browser.get(&format!("/sign-in?{query}")).await;
            assert!(
                !form.body.contains("href=\"https://evil") && !form.body.contains("action=\"https://evil"),
                "{query}"
            );
            let proof = csrf(&browser).await;
            let fields =
                [("csrf", proof.as_str()), ("email", "member@example.com"), ("password", PASSWORD), (name, evil)];
            let answer = browser.post(&format!("/sign-in?{query}"), &fields).await;
            assert_eq!((answer.status.as_u16(), answer.location().as_deref()), (303, Some("/")), "{query}");
            assert_eq!(browser.get(&format!("/sign-in?{query}")).await.location().as_deref(), Some("/"), "{query}");
            let out = send(&browser, &format!("/sign-out?{query}"), &[(name, evil)]).await;
            assert!(out.location().is_none(), "{query}");
            // The page's own address, to which the language switch comes back, is ours whatever stands in its query.
            let own = "name=\"back\" value=\"/sign-out?";
            let all_ours = out.body.lines().all(|line| !line.contains("evil.example") || line.contains(own));
            assert!(all_ours, "{query}: {}", out.body);
        }
    }
}

#[tokio::test]
async fn v13_no_page_links_to_what_its_address_says() {
    let server = TestServer::start().await;
    let member = server.signed_in().await;
    let bare = server.browser();
    let query = NAMES.map(|name| format!("{name}=https://evil.example/")).join("&");
    for path in [
        "/",
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/connections",
        "/security",
        "/nowhere",
        "//evil.example/",
        "/consent/x",
        "/authorize",
    ] {
        for browser in [&member, &bare] {
            let answer = browser.get(&server.url(&format!("{path}?{query}"))).await;
            assert!(answer.location().is_none_or(|location| is_ours(&location)), "{path}: {:?}", answer.location());
            for attribute in ["href", "src", "action", "formaction"] {
                assert!(
                    !answer.body.contains(&format!("{attribute}=\"https://evil"))
                        && !answer.body.contains(&format!("{attribute}=\"//")),
                    "{path}"
                );
            }
            assert!(!answer.body.contains("http-equiv=\"refresh\""));
        }
    }
    let page_of_theirs = member.get(&server.url("//evil.example/")).await;
    if let Some((_, hidden)) = page::form(&page_of_theirs.body, "/theme") {
        let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert!(is_ours(&member.post("/theme", &fields).await.location().unwrap()));
    }
}

#[tokio::test]
async fn v13_a_form_sent_by_post_comes_back_to_us() {
    let server = TestServer::start().await;
    let app = server.web_app();
    let ask = app.ask(&[("redirect_uri", "https://evil.example/callback")]);
    let fields: Vec<(&str, &str)> = ask.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = server.browser().post("/authorize", &fields).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().unwrap().starts_with("/authorize?") && is_ours(&answer.location().unwrap()));
}
