//! `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers): how often an API key may be used, for the
//! resource server to hand on to whoever shows the key.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use protocol::{Allowance, Spans};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// The length of the longest month; the month itself is the calendar's.
const MONTH: u64 = 31 * 24 * 3600;

/// Writes both headers; none where there is no cap.
pub(super) fn write(headers: &mut HeaderMap, allowance: &Allowance) {
    for (name, text) in [(POLICY, policy(&allowance.limits)), (STATE, state(allowance))] {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
}

fn policy(limits: &Spans) -> Option<String> {
    let minute = limits.minute.map(|limit| format!("\"minute\";q={limit};w=60"));
    let month = limits.month.map(|limit| format!("\"month\";q={limit};w={MONTH}"));
    list([minute, month])
}

fn state(allowance: &Allowance) -> Option<String> {
    let item = |name: &str, remaining: Option<u64>, reset: Option<u64>| {
        Some(format!("\"{name}\";r={};t={}", remaining?, reset?))
    };
    let (remaining, resets) = (&allowance.remaining, &allowance.resets);
    list([item("minute", remaining.minute, resets.minute), item("month", remaining.month, resets.month)])
}

fn list(items: [Option<String>; 2]) -> Option<String> {
    let items: Vec<String> = items.into_iter().flatten().collect();
    (!items.is_empty()).then(|| items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cap_is_an_item_of_both_lists() {
        let spans = |minute, month| Spans { minute, month };
        let both = Allowance {
            limits: spans(Some(600), Some(10_000)),
            remaining: spans(Some(599), Some(9)),
            resets: spans(Some(7), Some(86_400)),
        };
        let mut headers = HeaderMap::new();
        write(&mut headers, &both);
        assert_eq!(headers.get("ratelimit-policy").unwrap(), "\"minute\";q=600;w=60, \"month\";q=10000;w=2678400");
        assert_eq!(headers.get("ratelimit").unwrap(), "\"minute\";r=599;t=7, \"month\";r=9;t=86400");
        let mut headers = HeaderMap::new();
        write(&mut headers, &Allowance::default());
        assert!(headers.is_empty());
    }
}
