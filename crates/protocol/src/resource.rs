//! Resource indicators (RFC 8707): the identifier of a protected resource in one canonical spelling. Owns the spelling;
//! which resources exist is not known here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use url::Url;

use crate::OAuthError;

const MAX_BYTES: usize = 2048;

/// An absolute URI without fragment, canonical: scheme and host in lower case, no default port, no slash at the end of
/// the path. Two spellings of one resource are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ResourceIndicator(String);

impl ResourceIndicator {
    /// Reads a `resource` parameter (RFC 8707 §2).
    ///
    /// # Errors
    /// `invalid_target` for what is relative, has a fragment or userinfo, or holds characters that no URI has.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        if text.is_empty() || text.len() > MAX_BYTES {
            return Err(refused("is empty or longer than 2048 bytes"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(refused("holds characters that a URI cannot have"));
        }
        if text.contains('#') {
            return Err(refused("must not have a fragment"));
        }
        let url = Url::parse(text).map_err(|_| refused("must be an absolute URI"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("must not have userinfo"));
        }
        Ok(Self(canonical(&url)))
    }

    /// The one resource that a request names; the same one twice is one.
    ///
    /// # Errors
    /// `invalid_target` for a malformed one, or for two different ones.
    pub fn one_of(texts: &[String]) -> Result<Option<Self>, OAuthError> {
        let mut found: Option<Self> = None;
        for text in texts {
            let resource = Self::parse(text)?;
            if found.as_ref().is_some_and(|first| *first != resource) {
                return Err(OAuthError::invalid_target("a request may name one resource only"));
            }
            found = Some(resource);
        }
        Ok(found)
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn canonical(url: &Url) -> String {
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return url.as_str().to_owned();
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}://{}{port}{path}{query}", url.scheme(), host.to_ascii_lowercase())
}

fn refused(what: &str) -> OAuthError {
    OAuthError::invalid_target(format!("the resource {what}"))
}

impl fmt::Display for ResourceIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ResourceIndicator {
    type Err = OAuthError;

    fn from_str(text: &str) -> Result<Self, OAuthError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for ResourceIndicator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceIndicator;
    use crate::ErrorCode;

    #[test]
    fn spellings_of_one_resource_are_equal() {
        let cases = [
            ("https://cal.example.com/", "https://cal.example.com"),
            ("HTTPS://Cal.Example.COM:443/mcp/", "https://cal.example.com/mcp"),
            ("https://cal.example.com/Mcp", "https://cal.example.com/Mcp"),
            ("http://localhost:8081/mcp", "http://localhost:8081/mcp"),
            ("http://LOCALHOST:80/mcp//", "http://localhost/mcp"),
            ("https://a.example/mcp/?tenant=1", "https://a.example/mcp?tenant=1"),
            ("urn:example:api", "urn:example:api"),
        ];
        for (sent, canonical) in cases {
            let resource = ResourceIndicator::parse(sent).unwrap();
            assert_eq!(resource.as_str(), canonical);
            assert_eq!(ResourceIndicator::parse(canonical).unwrap(), resource, "canonical form is stable");
        }
    }

    #[test]
    fn what_is_not_an_absolute_uri_is_an_invalid_target() {
        let long = format!("https://a.example/{}", "x".repeat(2048));
        let cases = [
            "",
            "mcp",
            "/mcp",
            "//a.example/",
            "https://a.example/#x",
            "https://a.example/#",
            "https://u@a.example/",
            "https://u:p@a.example/",
            "https://a.example\\b",
            " https://a.example",
            "https://a.example/\u{e9}",
            "https://",
            &long,
        ];
        for text in cases {
            assert_eq!(ResourceIndicator::parse(text).unwrap_err().code, ErrorCode::InvalidTarget, "{text}");
        }
    }

    #[test]
    fn two_spellings_are_one_and_two_resources_are_too_many() {
        let sent =
            |texts: &[&str]| ResourceIndicator::one_of(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>());
        assert!(sent(&[]).unwrap().is_none());
        assert_eq!(sent(&["https://a.example", "https://A.example/"]).unwrap().unwrap().as_str(), "https://a.example");
        assert_eq!(sent(&["https://a.example", "https://b.example"]).unwrap_err().code, ErrorCode::InvalidTarget);
    }
}
