//! Takes the bearer token out of the `Authorization` header (RFC 6750 §2.1). Nothing else carries a token here: the query
//! and the form body are ignored, as OAuth 2.1 §5.1.1 asks.

use crate::request::Head;

/// Longer than any token of ours and any sensible JWT; what is longer is not asked about.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A token as it was presented. It never prints.
#[derive(Clone, Copy)]
pub(crate) struct Bearer<'a>(&'a str);

/// Why there is no token to ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoToken {
    /// No credentials of the Bearer scheme: a challenge without an error code (RFC 6750 §3).
    Absent,
    /// Two `Authorization` headers, or a value outside the grammar: `invalid_request`.
    Malformed,
}

impl<'a> Bearer<'a> {
    pub fn of(head: &Head<'a>) -> Result<Self, NoToken> {
        let value = head.single("authorization").map_err(|_| NoToken::Malformed)?;
        let value = value.ok_or(NoToken::Absent)?;
        let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(NoToken::Absent);
        }
        let token = token.trim_matches(' ');
        Self::parse(token).ok_or(NoToken::Malformed)
    }

    /// A token that came without a header around it.
    pub fn parse(text: &'a str) -> Option<Self> {
        is_b64token(text).then_some(Self(text))
    }

    /// The token itself, for the introspection request and the cache's hash.
    pub fn expose(self) -> &'a str {
        self.0
    }
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    let allowed =
        |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    !body.is_empty() && token.len() <= MAX_TOKEN_BYTES && body.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::{Bearer, NoToken};
    use crate::request::Head;

    fn read(values: &[&[u8]]) -> Result<String, NoToken> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("authorization", HeaderValue::from_bytes(value).unwrap());
        }
        let head = Head { method: &Method::GET, headers: &headers };
        Bearer::of(&head).map(|token| token.expose().to_owned())
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        for value in ["Bearer lyd_at_x", "bearer lyd_at_x", "BEARER  lyd_at_x "] {
            assert_eq!(read(&[value.as_bytes()]), Ok("lyd_at_x".to_owned()));
        }
        assert_eq!(read(&[b"Bearer a.b-c_d~e+f/g=="]), Ok("a.b-c_d~e+f/g==".to_owned()));
    }

    #[test]
    fn other_schemes_are_no_token() {
        assert_eq!(read(&[]), Err(NoToken::Absent));
        for value in ["Basic YTpi", "DPoP abc", "lyd_at_x", ""] {
            assert_eq!(read(&[value.as_bytes()]), Err(NoToken::Absent));
        }
    }

    #[test]
    fn what_is_malformed_is_told_apart() {
        let long = format!("Bearer {}", "a".repeat(8 * 1024 + 1));
        let hostile: [&[u8]; 8] = [
            b"Bearer",
            b"Bearer ",
            b"Bearer a b",
            b"Bearer a, Bearer b",
            b"Bearer =",
            b"Bearer a=b",
            b"Bearer t\xc3\xb6ken",
            long.as_bytes(),
        ];
        for value in hostile {
            assert_eq!(read(&[value]), Err(NoToken::Malformed));
        }
        assert_eq!(read(&[b"Bearer a", b"Bearer a"]), Err(NoToken::Malformed));
    }
}
