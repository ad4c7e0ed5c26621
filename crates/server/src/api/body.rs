//! Bodies: JSON of at most 64 KiB, read into a type; fields that it does not know are refused.

use std::pin::Pin;

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web::Bytes};
use serde::de::DeserializeOwned;

use super::{Kind, Problem};

/// What was sent.
pub struct Body<T>(pub T);

/// The longest body, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.content_type().eq_ignore_ascii_case("application/json");
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                let said = "Send JSON, and say so: Content-Type: application/json.";
                return Err(Problem::new(Kind::UnsupportedMediaType, said));
            }
            let too_large = |_| Problem::new(Kind::TooLarge, "The body is longer than 64 KiB, or broke off.");
            read(&bytes.await.map_err(too_large)?).map(Self)
        })
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::new(Kind::Malformed, format!("The body is no JSON: it ends being so in line {line}, column {column}."))
    })?;
    if has_nul(&value) {
        return Err(Problem::new(Kind::Invalid, "A text holds U+0000, which no database keeps; leave it out."));
    }
    // Read from the text again: a value has lost that a name stood there twice.
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(Kind::Invalid, format!("The body is not as described: {error}.")))
}

fn has_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(has_nul),
        serde_json::Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        name: String,
    }

    #[test]
    fn what_is_not_described_is_refused() {
        assert_eq!(read::<Named>(br#"{"name":"x"}"#).unwrap().name, "x");
        let kind = |text: &[u8]| read::<Named>(text).unwrap_err().kind();
        assert_eq!(kind(b"{"), Kind::Malformed);
        assert_eq!(kind(b""), Kind::Malformed);
        for odd in [
            r#"{"name":"x","role":"owner"}"#,
            r#"{"name":1}"#,
            r"{}",
            r#"{"name":"x","name":"y"}"#,
            r#"{"name":"\u0000"}"#,
        ] {
            assert_eq!(kind(odd.as_bytes()), Kind::Invalid, "{odd}");
        }
    }
}
