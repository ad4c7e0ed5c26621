//! Redirect URIs. Input: the registered one, a line feed, the requested one.
//!
//! A requested URI is accepted exactly when the rule says so (RFC 8252 §7.3, OAuth 2.1 §4.1.3), read here from the text alone;
//! what may be registered reads the same to two other parsers; an answer is appended and nothing else changes.

use protocol::{RedirectUri, RegisteredRedirectUri, equal_as_registered};
use url::Url;

use crate::refusal;

/// The property.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    let registered = register(one);
    let requested = register(other);
    let Some(uri) = registered else { return };
    let matched = uri.matches(other);
    assert_eq!(matched.is_some(), is_the_same(one, other), "{one:?} and {other:?}");
    if let Some(matched) = matched {
        assert_eq!(matched.as_str(), other);
        assert!(requested.is_some(), "what is matched could be registered: {other:?}");
        answer_is_appended(&matched, one);
    }
    if let Some(requested) = requested {
        assert_eq!(equal_as_registered(&uri, &requested), equal_as_registered(&requested, &uri));
        if equal_as_registered(&uri, &requested) {
            assert!(uri.matches(other).is_some() && requested.matches(one).is_some());
        }
    }
}

fn register(text: &str) -> Option<RedirectUri> {
    let plain = is_plain(text);
    match RedirectUri::register(text) {
        Ok(uri) => {
            registrable(&uri, text);
            Some(uri)
        }
        Err(error) => {
            refusal::is_sayable(&error);
            assert!(!plain, "{text} is refused: {error}");
            assert!(RegisteredRedirectUri::restore(text).is_err());
            None
        }
    }
}

/// The same bytes; or the same but for the port, on the loopback addresses, and on `localhost` if it was registered without.
fn is_the_same(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    let (Some(one), Some(two)) = (here(registered), here(requested)) else { return false };
    let any_port = one.host != "localhost" || one.port.is_none();
    requested.len() <= 2048 && one.host == two.host && one.rest == two.rest && any_port
}

struct Here<'t> {
    host: &'static str,
    port: Option<u16>,
    rest: &'t str,
}

/// A text that begins like an http address of this computer.
fn here(text: &str) -> Option<Here<'_>> {
    let (scheme, after) = text.split_at_checked(7)?;
    if !scheme.eq_ignore_ascii_case("http://") {
        return None;
    }
    let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| after.starts_with(host))?;
    let after = &after[host.len()..];
    let (port, rest) = match after.strip_prefix(':') {
        None => (None, after),
        Some(more) => {
            let (digits, rest) = more.split_at(more.find(|c: char| !c.is_ascii_digit()).unwrap_or(more.len()));
            let is_number = !digits.is_empty() && !digits.starts_with('0') && digits.len() <= 5;
            (Some(digits.parse().ok().filter(|_| is_number)?), rest)
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(Here { host, port, rest })
}

/// What has to be registrable, whatever else is: names, a port, a path of words.
fn is_plain(text: &str) -> bool {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, "callback"));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let labels: Vec<&str> = host.split('.').collect();
    let alphabetic = labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let host_is_plain = alphabetic && host.len() < 250 && labels.iter().all(|label| label.len() < 60 && word(label));
    let port_is_plain = port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    host_is_plain && port_is_plain && text.len() <= 2048 && path.split('/').all(word)
}

fn registrable(uri: &RedirectUri, text: &str) {
    assert_eq!(uri.as_str(), text);
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && !b"#*<>\"\\^`{|}".contains(&byte)), "{text}");
    assert!(uri.matches(text).is_some());
    assert_eq!(RegisteredRedirectUri::restore(text).unwrap().as_str(), text);
    assert_eq!(&serde_json::from_value::<RedirectUri>(serde_json::to_value(uri).unwrap()).unwrap(), uri);
    let scheme = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
    for dangerous in
        ["javascript", "data", "vbscript", "file", "blob", "about", "view-source", "ws", "wss", "urn", "intent"]
    {
        assert_ne!(scheme, dangerous);
    }
    let web = matches!(scheme.as_str(), "http" | "https");
    assert_eq!(uri.is_private_use(), !web);
    assert_eq!(uri.is_loopback(), scheme == "http");
    assert_eq!(uri.is_loopback(), here(text).is_some());
    if web {
        reads_the_same_elsewhere(uri, text);
    } else {
        assert_eq!(uri.origin(), format!("{scheme}:"));
        assert_eq!(uri.host_label(), scheme);
    }
}

/// What a browser (WHATWG) and a server's library see is what was written; no path was shortened.
fn reads_the_same_elsewhere(uri: &RedirectUri, text: &str) {
    let (_, rest) = text.split_once("://").unwrap();
    let (authority, after) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (path, query) = after.split_once('?').map_or((after, None), |(path, query)| (path, Some(query)));
    let browser = Url::parse(text).unwrap();
    assert!(browser.username().is_empty() && browser.password().is_none() && browser.fragment().is_none());
    assert_eq!(browser.path(), if path.is_empty() { "/" } else { path });
    // WHATWG writes an apostrophe in a query as %27, which every decoder reads as the same.
    assert_eq!(browser.query().map(str::to_owned), query.map(|query| query.replace('\'', "%27")));
    assert_eq!(uri.host_label(), browser.host_str().unwrap());
    let library: http::Uri = text.parse().unwrap();
    assert_eq!(library.authority().unwrap().as_str(), authority);
    assert!(library.host().unwrap().eq_ignore_ascii_case(browser.host_str().unwrap()), "{text}");
    assert_eq!(library.port_u16(), authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok()));
    // It stands in a Content-Security-Policy, where it must be one source.
    let source = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/[]".contains(&byte);
    assert!(uri.origin().bytes().all(source), "{}", uri.origin());
    assert_eq!(Url::parse(&uri.origin()).unwrap().origin(), browser.origin());
}

/// What stood there stays, and a decoder finds what was appended, whatever it was.
fn answer_is_appended(to: &RegisteredRedirectUri, value: &str) {
    let location = to.with_params(&[("code", value), ("iss", "https://as.example")]);
    let appended = location.strip_prefix(to.as_str()).unwrap();
    assert!(!appended.contains('#') && appended.bytes().all(|byte| byte.is_ascii_graphic()));
    let pairs: Vec<_> = form_urlencoded::parse(appended.trim_start_matches(['?', '&']).as_bytes()).collect();
    assert_eq!(pairs, [("code".into(), value.into()), ("iss".into(), "https://as.example".into())]);
    if !to.is_private_use() {
        let (before, after) = (Url::parse(to.as_str()).unwrap(), Url::parse(&location).unwrap());
        assert_eq!((before.origin(), before.path()), (after.origin(), after.path()));
    }
}
