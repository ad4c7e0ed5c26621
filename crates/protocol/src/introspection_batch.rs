//! Many questions at once: `{"tokens":["…", {"token":"…","client_ip":"…"}]}`. Owns the shape and its bounds.

use std::net::IpAddr;

use serde_json::Value;

use crate::{Confidential, OAuthError, json::Members};

/// So many tokens at the most.
const MOST: usize = 100;
/// And so many bytes.
const MAX_BYTES: usize = 512 * 1024;
/// Longer ones are no tokens of ours, and not asked about.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// What a resource server asks about.
#[derive(Debug)]
pub struct IntrospectionBatch {
    /// 1 to 100.
    pub tokens: Vec<BatchedToken>,
}

/// One of them.
#[derive(Debug)]
pub struct BatchedToken {
    /// The token or the API key.
    pub token: Confidential,
    /// From which address it was shown, where that is told.
    pub client_ip: Option<IpAddr>,
}

impl IntrospectionBatch {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// `invalid_request`, in words that quote nothing of it.
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let mut members = Members::parse(body, MAX_BYTES).map_err(OAuthError::invalid_request)?;
        let Some(Value::Array(tokens)) = members.value("tokens") else {
            return Err(OAuthError::invalid_request("tokens must be a list"));
        };
        if !(1..=MOST).contains(&tokens.len()) {
            return Err(OAuthError::invalid_request("tokens must be 1 to 100"));
        }
        Ok(Self { tokens: tokens.into_iter().map(BatchedToken::read).collect::<Result<_, _>>()? })
    }
}

impl BatchedToken {
    fn read(value: Value) -> Result<Self, OAuthError> {
        let (token, client_ip) = match value {
            Value::String(token) => (Some(token), None),
            Value::Object(_) => {
                let mut members = Members::from_value(value).map_err(OAuthError::invalid_request)?;
                let token = members.text("token").map_err(OAuthError::invalid_request)?;
                (token, members.text("client_ip").map_err(OAuthError::invalid_request)?)
            }
            _ => (None, None),
        };
        let token = token.filter(|token| !token.is_empty() && token.len() <= MAX_TOKEN_BYTES);
        let token = token.ok_or_else(|| {
            OAuthError::invalid_request("each of tokens is a string of at most 16 KiB, or an object with a token")
        })?;
        let client_ip = client_ip.map(|text| text.parse()).transpose();
        let client_ip = client_ip.map_err(|_| OAuthError::invalid_request("client_ip is not an IP address"))?;
        Ok(Self { token: Confidential::new(token), client_ip })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<IntrospectionBatch, OAuthError> {
        IntrospectionBatch::parse(text.as_bytes())
    }

    #[test]
    fn tokens_come_with_or_without_an_address() {
        let batch = read(r#"{"tokens":["a",{"token":"b","client_ip":"192.0.2.7"},{"token":"c"}]}"#).unwrap();
        let told: Vec<_> = batch.tokens.iter().map(|one| (one.token.expose(), one.client_ip)).collect();
        assert_eq!(told, [("a", None), ("b", "192.0.2.7".parse().ok()), ("c", None)]);
        assert!(!format!("{batch:?}").contains("\"a\""), "tokens never print");
    }

    #[test]
    fn what_is_no_list_of_tokens_is_refused() {
        let many = format!("{{\"tokens\":[{}]}}", vec!["\"t\""; 101].join(","));
        let long = format!("{{\"tokens\":[\"{}\"]}}", "t".repeat(17 * 1024));
        for text in [
            "",
            "[]",
            "{}",
            r#"{"tokens":[]}"#,
            r#"{"tokens":"a"}"#,
            r#"{"tokens":[1]}"#,
            r#"{"tokens":[""]}"#,
            r#"{"tokens":[{"client_ip":"192.0.2.7"}]}"#,
            r#"{"tokens":[{"token":"a","client_ip":"here"}]}"#,
            r#"{"tokens":["a"],"tokens":["b"]}"#,
            &many,
            &long,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read(&many.replacen("\"t\",", "", 1)).unwrap().tokens.len(), 100);
    }
}
