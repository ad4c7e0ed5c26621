//! How long a good answer is fresh (RFC 9111 §4.2), within the operator's bounds.

use std::time::Duration;

use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap};

/// Where the server says nothing.
const UNSAID: Duration = Duration::from_secs(3600);

/// How long the answer may be kept, by its headers alone. `no-store` and `no-cache` ask for nothing to be kept; the least
/// freshness of the settings still holds, so that nobody makes us fetch at every request.
pub(super) fn of(headers: &HeaderMap) -> Duration {
    let mut most = UNSAID;
    for directive in
        headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','))
    {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Duration::ZERO,
            "max-age" => most = seconds(value.trim().trim_matches('"')).unwrap_or(Duration::ZERO),
            _ => {}
        }
    }
    let age = headers.get(AGE).and_then(|value| value.to_str().ok()).and_then(|value| seconds(value.trim()));
    most.saturating_sub(age.unwrap_or_default())
}

fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_decide() {
        let cases = [
            (None, None, 3600),
            (Some("max-age=60"), None, 60),
            (Some("public, Max-Age=\"120\", immutable"), Some("20"), 100),
            (Some("max-age=60"), Some("61"), 0),
            (Some("max-age=60, no-cache"), None, 0),
            (Some("no-store"), None, 0),
            (Some("max-age=-1"), None, 0),
            (Some("max-age=99999999999999999999999"), None, 0),
            (Some("private"), Some("nonsense"), 3600),
        ];
        for (control, age, expected) in cases {
            let mut headers = HeaderMap::new();
            control.map(|value| headers.insert(CACHE_CONTROL, value.parse().unwrap()));
            age.map(|value| headers.insert(AGE, value.parse().unwrap()));
            assert_eq!(of(&headers), Duration::from_secs(expected), "{control:?} {age:?}");
        }
    }
}
