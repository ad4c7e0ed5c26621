//! The parameters of one request, from a query string or a form body, each read once and for all.
//! Owns decoding, repetition and size; what a parameter means belongs to the request that takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use percent_encoding::percent_decode;

use crate::OAuthError;

const MAX_BYTES: usize = 64 * 1024;
const MAX_PARAMETERS: usize = 100;
const MAX_VALUE_BYTES: usize = 16 * 1024;

/// RFC 8707 §2 and RFC 8693 §2.1 let these two repeat; nothing else may (RFC 6749 §3.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// Decoded parameters. A value is never empty (empty means absent, RFC 6749 §3.1) and holds no U+0000.
#[derive(Clone, Default)]
pub struct Params {
    values: BTreeMap<String, Vec<String>>,
    refused: BTreeSet<String>,
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// `invalid_request` for a repeated name, text that is not UTF-8, U+0000, or too much of anything.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let (params, errors) = Self::parse_lossy(text);
        match errors.into_iter().next() {
            None => Ok(params),
            Some(error) => Err(error),
        }
    }

    /// Like [`Params::parse`], but keeps what is sound, so that an error page or redirect can still be built.
    /// Names that were refused have no value and answer true to [`Params::is_refused`].
    #[must_use]
    pub fn parse_lossy(text: &str) -> (Self, Vec<OAuthError>) {
        let mut params = Self::default();
        if text.len() > MAX_BYTES {
            return (params, vec![OAuthError::invalid_request("the request has more than 64 KiB of parameters")]);
        }
        let pieces = || text.split('&').filter(|piece| !piece.is_empty());
        if pieces().nth(MAX_PARAMETERS).is_some() {
            return (params, vec![OAuthError::invalid_request("the request has more than 100 parameters")]);
        }
        let errors = pieces().filter_map(|piece| params.add(piece).err()).collect();
        (params, errors)
    }

    /// The value of a parameter that was sent, the first one if it may repeat.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// Takes the value out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.values.remove(name)?.into_iter().next()
    }

    /// Takes out a value that must be there.
    ///
    /// # Errors
    /// `invalid_request` naming the parameter.
    pub fn required(&mut self, name: &str) -> Result<String, OAuthError> {
        self.take(name).ok_or_else(|| missing(name))
    }

    /// Every value of a parameter that may repeat, in the order sent; empty if absent.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    /// All pairs, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
    }

    /// Whether the parameter was sent but cannot be believed: repeated or malformed. Only after [`Params::parse_lossy`].
    #[must_use]
    pub fn is_refused(&self, name: &str) -> bool {
        self.refused.contains(name)
    }

    /// The first refused name, if there is one.
    pub(crate) fn first_refused(&self) -> Option<&str> {
        self.refused.first().map(String::as_str)
    }

    fn add(&mut self, piece: &str) -> Result<(), OAuthError> {
        let (raw_name, raw_value) = piece.split_once('=').unwrap_or((piece, ""));
        let name =
            decode(raw_name).ok_or_else(|| OAuthError::invalid_request("a parameter name is not valid UTF-8"))?;
        match self.sound(&name, raw_value) {
            Ok(value) => {
                // An empty value is kept as a name without values: it counts as sent when it comes again.
                self.values.entry(name).or_default().extend(Some(value).filter(|value| !value.is_empty()));
                Ok(())
            }
            Err(error) => {
                self.values.remove(&name);
                self.refused.insert(name);
                Err(error)
            }
        }
    }

    fn sound(&self, name: &str, raw_value: &str) -> Result<String, OAuthError> {
        let value = decode(raw_value).ok_or_else(|| wrong(name, "is not valid UTF-8"))?;
        if value.contains('\0') {
            return Err(wrong(name, "contains U+0000"));
        }
        if value.len() > MAX_VALUE_BYTES {
            return Err(wrong(name, "is longer than 16 KiB"));
        }
        let repeated = self.values.contains_key(name) || self.refused.contains(name);
        if repeated && !REPEATABLE.contains(&name) {
            return Err(wrong(name, "is repeated"));
        }
        Ok(value)
    }
}

impl fmt::Debug for Params {
    /// Names only: a value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn decode(raw: &str) -> Option<String> {
    // As most are sent.
    if !raw.bytes().any(|byte| matches!(byte, b'+' | b'%')) {
        return Some(raw.to_owned());
    }
    let spaced = raw.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

pub(crate) fn missing(name: &str) -> OAuthError {
    wrong(name, "is missing")
}

fn wrong(name: &str, what: &str) -> OAuthError {
    let shown: String = name.chars().take(60).collect();
    OAuthError::invalid_request(format!("the parameter '{shown}' {what}"))
}

#[cfg(test)]
mod tests {
    use super::Params;
    use crate::ErrorCode;

    #[test]
    fn decodes_pluses_percents_and_unicode() {
        let params = Params::parse("state=a%2Bb+c%25&name=%C3%BCml&flag&empty=").unwrap();
        assert_eq!(params.get("state"), Some("a+b c%"));
        assert_eq!(params.get("name"), Some("üml"));
        assert_eq!(params.get("flag"), None);
        assert_eq!(params.get("empty"), None);
    }

    #[test]
    fn a_repeated_name_is_refused_by_name() {
        for text in [
            "client_id=a&client_id=a",
            "client_id=a&client_id=b",
            "client_id=&client_id=b",
            "client%5Fid=a&client_id=b",
        ] {
            let error = Params::parse(text).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidRequest, "{text}");
            assert!(error.description.contains("client_id"), "{text}");
        }
        let params = Params::parse("resource=a&resource=b&audience=x&audience=x").unwrap();
        assert_eq!(params.all("resource"), ["a", "b"]);
        assert_eq!(params.all("absent").len(), 0);
    }

    #[test]
    fn lossy_keeps_what_is_sound_and_nothing_of_what_is_not() {
        let (params, errors) = Params::parse_lossy("client_id=a&scope=x&scope=y&scope=z&state=s&nonce=%FF");
        assert_eq!(params.get("client_id"), Some("a"));
        assert_eq!(params.get("state"), Some("s"));
        assert_eq!(params.get("scope"), None);
        assert!(params.is_refused("scope") && params.is_refused("nonce") && !params.is_refused("state"));
        assert_eq!(errors.len(), 3);
    }

    #[test]
    fn malformed_or_too_much_is_refused() {
        let many = "resource=x&".repeat(101);
        let long = format!("a={}", "x".repeat(16 * 1024 + 1));
        let huge = format!("a={}", "x".repeat(64 * 1024));
        for text in ["a=%FF", "%FF=a", "a=%00", &many, &long, &huge] {
            assert_eq!(Params::parse(text).unwrap_err().code, ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn debug_shows_names_only() {
        let params = Params::parse("client_secret=hush&client_id=a").unwrap();
        assert_eq!(format!("{params:?}"), r#"{"client_id", "client_secret"}"#);
    }

    #[test]
    fn required_and_take() {
        let mut params = Params::parse("code=abc").unwrap();
        assert_eq!(params.required("code").unwrap(), "abc");
        assert!(params.required("code").unwrap_err().description.contains("'code' is missing"));
    }
}
