//! The confusables of the attack catalogue (V-01 to V-05) and the rule itself as a property.

use proptest::prelude::*;

use super::{RedirectUri, RegisteredRedirectUri, equal_as_registered};
use crate::ErrorCode;

fn registered(text: &str) -> RedirectUri {
    RedirectUri::register(text).unwrap()
}

fn accepts(uri: &str, requested: &str) -> bool {
    registered(uri).matches(requested).is_some()
}

#[test]
fn what_real_clients_register() {
    for text in [
        "https://claude.ai/api/mcp/auth_callback",
        "https://app.example",
        "https://app.example:8443/cb?tenant=1&x=%20",
        "http://127.0.0.1/callback",
        "http://[::1]:33418/",
        "http://localhost:8787/callback",
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "com.example.app:/oauth2redirect/provider",
        "vscode://vscode.github-authentication/did-authenticate",
    ] {
        let uri = registered(text);
        assert_eq!(uri.as_str(), text);
        assert_eq!(uri.matches(text).unwrap().as_str(), text);
        assert_eq!(RegisteredRedirectUri::restore(text).unwrap().as_str(), text);
    }
}

#[test]
fn what_nobody_may_register() {
    let long = format!("https://app.example/{}", "x".repeat(2048));
    for text in [
        "",
        "/cb",
        "cb",
        "//app.example/cb",
        "app.example",
        "https:",
        "https://",
        "https:///cb",
        "https:/app.example/cb",
        "https:app.example/cb",
        "https://app.example/cb#",
        "https://app.example/cb#x",
        "https://*.app.example/cb",
        "https://app.example/*",
        "https://app.example/cb?*",
        "https://user@app.example/cb",
        "https://user:pw@app.example/cb",
        "https://@app.example/cb",
        "https://evil\\@app.example/cb",
        "https://app.example/./cb",
        "https://app.example/a/../cb",
        "https://app.example/cb/.",
        "https://app.example/cb/..",
        "https://app.example/cb/%2e%2e/x",
        "https://app.example/cb/%2E./x",
        "https://app.example/cb/..%2fx",
        "https://app.example/cb/..%252f..%252fevil",
        "https://app.example/cb/%25252e%25252e/x",
        "https://app.example/cb/..%5cx",
        "https://app.example/cb/..;/x",
        "https://app.example/cb%00",
        "https://app.example/cb%0d%0aSet-Cookie:x",
        "https://app.example/c b",
        " https://app.example/cb",
        "https://app.example/cb\n",
        "\u{1}https://app.example/cb",
        "https://app.example/\u{e9}",
        "https://\u{430}pp.example/cb",
        "https://app.example:0/cb",
        "https://app.example:/cb",
        "https://app.example:65536/cb",
        "https://app.example:+443/cb",
        "https://app.example:0443/cb",
        "https://app.example:443@evil/",
        "https://app.example%2f@evil/",
        "https://app.example%2fevil/cb",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://a;b.example/cb",
        "https://a'b.example/cb",
        "https://a~b.example/cb",
        "https://a,b.example/cb",
        "https://[::1/",
        "https://[::1]x/",
        "https://[::ffff:127.0.0.1]/",
        "http://app.example/cb",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/cb",
        "http://localhost.evil/cb",
        "http://127.0.0.1.evil/cb",
        "http://LOCALHOST/cb",
        "http://localhost./cb",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example/x",
        "about:blank",
        "ftp://app.example/cb",
        "ws://app.example/cb",
        "WSS://app.example/cb",
        "view-source:https://app.example",
        "urn:ietf:wg:oauth:2.0:oob",
        "mailto:a",
        "cursor://u@host/cb",
        "1x://host/cb",
        "app_x://host/cb",
        &long,
    ] {
        let error = RedirectUri::register(text).map(|uri| uri.to_string()).expect_err(text);
        assert_eq!(error.code, ErrorCode::InvalidRedirectUri, "{text}");
    }
}

#[test]
fn only_the_same_bytes_match() {
    for requested in [
        "https://evil/cb",
        "https://app.example@evil/cb",
        "https://evil\\@app.example/cb",
        "https://app.example:443@evil/",
        "https://app.example%2f@evil/",
        "https://app.example.evil/cb",
        "https://app.example:443/cb",
        "https://app.example:8443/cb",
        "https://APP.example/cb",
        "HTTPS://app.example/cb",
        "http://app.example/cb",
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb;x",
        "https://app.example/cb?",
        "https://app.example/cb?x=1",
        "https://app.example/cb#",
        "https://app.example/cb/.",
        "https://app.example/cb/%2e%2e/x",
        "https://app.example/cb/..%252f..%252fevil",
        "https://app.example/%63b",
        "https://app.example//cb",
        "https://app.example./cb",
        "https://sub.app.example/cb",
        "https://app.example/cb ",
        " https://app.example/cb",
        "https://app.example/cb%00",
        "https://app.example/cb\0",
        "https://app.example",
        "//app.example/cb",
        "/cb",
        "",
        "javascript:https://app.example/cb",
        "https://user@app.example/cb",
    ] {
        assert!(!accepts("https://app.example/cb", requested), "{requested}");
    }
    assert!(accepts("https://app.example/cb", "https://app.example/cb"));
}

#[test]
fn loopback_addresses_take_any_port() {
    for requested in
        ["http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:80/cb", "http://127.0.0.1:65535/cb"]
    {
        assert!(
            accepts("http://127.0.0.1/cb", requested) && accepts("http://127.0.0.1:3000/cb", requested),
            "{requested}"
        );
    }
    assert!(accepts("http://[::1]/cb?a=1", "http://[::1]:5/cb?a=1"));
    assert!(
        accepts("http://localhost/cb", "http://localhost:5/cb")
            && accepts("http://localhost/cb", "http://localhost/cb")
    );
    assert!(
        !accepts("http://localhost:5/cb", "http://localhost:6/cb")
            && !accepts("http://localhost:5/cb", "http://localhost/cb")
    );
}

#[test]
fn loopback_confusables_do_not_match() {
    for requested in [
        "http://127.0.0.1@evil/cb",
        "http://127.0.0.1:80@evil/cb",
        "http://localhost:80@evil/cb",
        "http://127.0.0.1.evil/cb",
        "http://[::1]@evil/cb",
        "http://[::1].evil/cb",
        "http://0x7f.1/cb",
        "http://2130706433/cb",
        "http://127.1/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://evil\\@127.0.0.1/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:08/cb",
        "http://127.0.0.1:+8/cb",
        "http://127.0.0.1:8a/cb",
        "https://127.0.0.1/cb",
        "http://127.0.0.1:8/cb/",
        "http://127.0.0.1:8/cb?x",
        "http://127.0.0.1:8/CB",
        "http://127.0.0.1:8/",
        "http://127.0.0.1:8",
        "http://127.0.0.1:8/cb#x",
        "http://127.0.0.1:8/./cb",
        "http://127.0.0.1:8/%63b",
        "http://127.0.0.1:8//cb",
        "http://LOCALHOST/cb",
        "http://localhost.evil/cb",
    ] {
        for uri in ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb"] {
            assert!(!accepts(uri, requested), "{uri} {requested}");
        }
    }
    let three = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost/cb"];
    for (one, other) in three.iter().flat_map(|one| three.iter().map(move |other| (one, other))) {
        assert_eq!(accepts(one, other), one == other, "the three names of this computer are three hosts");
    }
}

#[test]
fn answers_are_appended_and_nothing_else_is_touched() {
    let cases = [
        ("https://app.example/cb", "https://app.example/cb?code=a&state=%20%2B%26"),
        ("https://app.example/cb?x=%7E+1", "https://app.example/cb?x=%7E+1&code=a&state=%20%2B%26"),
        ("https://app.example/cb?", "https://app.example/cb?code=a&state=%20%2B%26"),
        ("https://app.example/cb?x&", "https://app.example/cb?x&code=a&state=%20%2B%26"),
        ("https://app.example/cb&", "https://app.example/cb&?code=a&state=%20%2B%26"),
        ("com.example.app:/cb", "com.example.app:/cb?code=a&state=%20%2B%26"),
    ];
    for (uri, location) in cases {
        let to = registered(uri).matches(uri).unwrap();
        assert_eq!(to.with_params(&[("code", "a"), ("state", " +&")]), location);
    }
}

#[test]
fn labels_and_origins() {
    let cases = [
        ("https://App.example:8443/cb", "app.example", "https://app.example:8443", false, false),
        ("http://127.0.0.1:5/cb", "127.0.0.1", "http://127.0.0.1:5", true, false),
        ("http://[::1]/cb", "[::1]", "http://[::1]", true, false),
        ("cursor://anysphere.cursor-mcp/cb", "cursor", "cursor:", false, true),
    ];
    for (text, label, origin, loopback, private) in cases {
        let uri = registered(text);
        assert_eq!((uri.host_label().as_str(), uri.origin().as_str()), (label, origin));
        assert_eq!((uri.is_loopback(), uri.is_private_use()), (loopback, private));
    }
    let asked = registered("http://127.0.0.1/cb").matches("http://127.0.0.1:4711/cb").unwrap();
    assert_eq!((asked.origin().as_str(), asked.is_loopback()), ("http://127.0.0.1:4711", true));
}

#[test]
fn equal_for_deduplication_as_for_requests() {
    let equal = |one: &str, other: &str| equal_as_registered(&registered(one), &registered(other));
    assert!(
        equal("http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb")
            && equal("https://a.example/cb", "https://a.example/cb")
    );
    assert!(
        !equal("http://localhost:1/cb", "http://localhost:2/cb")
            && !equal("http://localhost/cb", "http://localhost:2/cb")
    );
    assert!(
        !equal("http://127.0.0.1/cb", "http://[::1]/cb") && !equal("https://a.example:1/cb", "https://a.example:2/cb")
    );
}

proptest! {
    /// accept(u) exactly when the bytes are equal: mutations of a registered https URI never pass.
    #[test]
    fn a_mutation_of_an_https_uri_never_matches(at in 0usize..24, insert in "[ -~]{0,3}", remove in 0usize..3) {
        let text = "https://app.example/cb?x";
        let end = (at + remove).min(text.len());
        let mutated = format!("{}{insert}{}", &text[..at], &text[end..]);
        prop_assert_eq!(accepts(text, &mutated), mutated == text);
    }

    /// The loopback rule against its own reference: literal prefix, a plain port, the exact rest.
    #[test]
    fn a_mutation_of_a_loopback_uri_matches_only_by_its_port(at in 0usize..20, insert in "[0-9:@./\\\\%a-c]{0,4}", remove in 0usize..3) {
        let text = "http://127.0.0.1:5/cb";
        let end = (at + remove).min(text.len());
        let mutated = format!("{}{insert}{}", &text[..at], &text[end..]);
        let port = mutated.strip_prefix("http://127.0.0.1").and_then(|after| after.strip_suffix("/cb"));
        let plain = |port: &str| port.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == digits));
        prop_assert_eq!(accepts(text, &mutated), port.is_some_and(|port| port.is_empty() || plain(port)), "{}", mutated);
    }

    /// Whatever the state holds, it comes out of the query as it went in.
    #[test]
    fn values_survive_the_query(state in any::<String>()) {
        let location = RegisteredRedirectUri::restore("https://app.example/cb?x=1").unwrap().with_params(&[("state", &state)]);
        let url = url::Url::parse(&location).unwrap();
        let back = url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
        prop_assert_eq!(back, Some(state));
    }

    /// No text makes the parsers panic, and what may be registered is matched by itself.
    #[test]
    fn no_text_panics(text in any::<String>(), scheme in prop::sample::select(vec!["", "https://", "http://127.0.0.1", "x:", "https://[", "http://localhost:"])) {
        let text = format!("{scheme}{text}");
        if let Ok(uri) = RedirectUri::register(&text) {
            prop_assert!(uri.matches(&text).is_some());
        }
    }
}
