//! The Cookie header. Input: its lines.
//!
//! A cookie of ours counts when it stands exactly once, in its own form; both decided here a second time. What is set is read
//! back, and no value prints.

use actix_web::{http::header::HeaderValue, test::TestRequest};
use model::Secret;
use protocol::Confidential;
use server::{config::HumanDuration, cookie::Cookies};

const ISSUERS: [(&str, &str, &str); 2] =
    [("https://auth.example.com/t1", "__Host-lanyard-", ""), ("http://localhost:8080", "lanyard-", "-8080")];

/// The property.
pub fn holds(data: &[u8]) {
    let lines: Vec<HeaderValue> =
        data.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    for (issuer, before, after) in ISSUERS {
        let cookies = Cookies::new(&issuer.parse().unwrap());
        let mut request = TestRequest::default();
        for line in &lines {
            request = request.append_header(("cookie", line));
        }
        let request = request.to_http_request();
        let only = |what: &str| only(&lines, &format!("{before}{what}{after}"));
        let session =
            only("session").filter(|text| text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric()));
        let read = cookies.session(&request);
        assert_eq!(read.as_ref().map(Confidential::expose), session.as_deref());
        assert!(!format!("{read:?}").contains(session.as_deref().filter(|text| text.len() > 20).unwrap_or("\0")));
        let browser = cookies.browser(&request);
        assert_eq!(browser.as_ref().map(Secret::expose), only("browser").filter(|text| is_a_secret(text)));
        let theme = only("theme").filter(|theme| ["light", "dark"].contains(&theme.as_str()));
        assert_eq!(cookies.theme(&request), theme.as_deref());
        if let Some(secret) = browser {
            read_back(&cookies, &secret, session.as_deref().unwrap_or("0"));
        }
    }
}

/// RFC 6265 §4.2.1, one pair at a time; nothing where the name stands twice.
fn only(lines: &[HeaderValue], name: &str) -> Option<String> {
    let mut values = Vec::new();
    for line in lines.iter().filter_map(|line| line.to_str().ok()) {
        for pair in line.split(';') {
            let pair = pair.trim();
            if pair.len() > name.len() && pair.starts_with(name) && pair.as_bytes()[name.len()] == b'=' {
                values.push(pair[name.len() + 1..].to_owned());
            }
        }
    }
    values.pop().filter(|_| values.is_empty())
}

/// 43 digits of base62 that stand for less than 2^256, whose last value is written here.
fn is_a_secret(text: &str) -> bool {
    let largest = Secret::from_bytes([0xFF; 32]).expose();
    // The alphabet is in the order of ASCII, so numbers of one length compare as texts.
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && text <= largest.as_str()
}

fn read_back(cookies: &Cookies, secret: &Secret, session: &str) {
    let text = Confidential::new(session);
    let set =
        [cookies.set_browser(secret), cookies.set_session(&text, HumanDuration::days(1)), cookies.set_theme("dark")];
    let request = set.into_iter().fold(TestRequest::default(), TestRequest::cookie).to_http_request();
    assert_eq!(cookies.browser(&request).map(|read| read.expose()), Some(secret.expose()));
    assert_eq!(cookies.session(&request).map(|read| read.expose().to_owned()), Some(session.to_owned()));
    assert_eq!(cookies.theme(&request), Some("dark"));
}
