//! Addresses on the web that settings name: origins, pages, and how to report a vulnerability.

use std::{fmt, str::FromStr};

use url::Url;

/// `scheme://host[:port]` exactly as a browser sends it in `Origin` (RFC 6454 §6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| format!("is \"{}\", which is not an origin", text.escape_debug()))?;
        let canonical = url.origin().ascii_serialization();
        match url.scheme() {
            "https" | "http" if canonical == text => Ok(Self(canonical)),
            "https" | "http" => Err(format!("is not an origin as browsers send it, which would be \"{canonical}\"")),
            _ => Err("must begin with https://".to_owned()),
        }
    }
}

/// An absolute http or https address that is shown or handed out as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(String);

impl FromStr for WebAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "https" | "http") && url.username().is_empty() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(format!("is \"{}\", which is not a web address", text.escape_debug())),
        }
    }
}

/// Where ranges of hashes are asked for: an https address to whose end the first digits of a hash are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeAddress(Url);

impl FromStr for RangeAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Url::parse(text) {
            Ok(url) if url.scheme() == "https" && text.ends_with('/') && url.query().is_none() => Ok(Self(url)),
            Ok(url) if url.scheme() == "https" => Err("must end with a /".to_owned()),
            _ => Err(format!("is \"{}\", which is not an https address", text.escape_debug())),
        }
    }
}

impl RangeAddress {
    /// The address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for RangeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// How to reach whoever answers for security: a `mailto:` or `https:` address (RFC 9116 §2.5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(String);

impl FromStr for Contact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "https" | "mailto") && url.path().len() > 1 => Ok(Self(text.to_owned())),
            Ok(url) if url.scheme() == "https" => Ok(Self(text.to_owned())),
            _ => Err(format!("is \"{}\", which is neither mailto: nor https:", text.escape_debug())),
        }
    }
}

impl Origin {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl WebAddress {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Contact {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        assert!("https://app.example.com".parse::<Origin>().is_ok());
        assert!("http://localhost:3000".parse::<Origin>().is_ok());
        for text in
            ["*", "null", "https://app.example.com/", "https://App.example.com", "https://*.example.com/x", "app"]
        {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_contact_is_a_uri() {
        assert!("mailto:security@example.com".parse::<Contact>().is_ok());
        assert!("https://example.com/security".parse::<Contact>().is_ok());
        assert!("https://example.com".parse::<Contact>().is_ok());
        for text in ["security@example.com", "mailto:", "tel:+1", "http://example.com/security"] {
            assert!(text.parse::<Contact>().is_err(), "{text}");
        }
    }
}
