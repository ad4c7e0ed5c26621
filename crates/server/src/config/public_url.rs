//! The issuer: the one address by which the world knows this server (RFC 8414 §2, OpenID Connect Discovery §3).

use std::{fmt, str::FromStr};

use url::{Host, Url};

/// `https://host[:port][/path]`, kept byte for byte as configured: no query, fragment, user name or trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    origin_length: usize,
    secure: bool,
    loopback: bool,
}

impl PublicUrl {
    /// The issuer.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `scheme://host[:port]`, as a browser sends it in `Origin`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin_length).unwrap_or(&self.text)
    }

    /// The path before every route of ours, without a trailing slash: empty, or such as `/t1`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text.get(self.origin_length..).unwrap_or_default()
    }

    /// `host[:port]`, as a browser sends it in `Host`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.origin().split_once("://").map_or("", |(_, authority)| authority)
    }

    /// The host without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        let port = authority.rfind(':').filter(|at| !authority.get(*at..).is_some_and(|rest| rest.ends_with(']')));
        port.and_then(|at| authority.get(..at)).unwrap_or(authority)
    }

    /// Whether it is https; if not, it is a development server on loopback.
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.secure
    }

    /// Whether its host is this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| format!("is \"{}\", which is not a URL", text.escape_debug()))?;
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("must begin with https://".to_owned()),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not carry a user name or password".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("must not have a query or fragment".to_owned());
        }
        let canonical = url.as_str().trim_end_matches('/');
        if canonical != text {
            // A client compares the issuer as bytes (RFC 8414 §3.3), so only one spelling may exist.
            return Err(format!("is not in its canonical form, which is \"{canonical}\""));
        }
        if url.path() != "/" && !url.path().split('/').skip(1).all(is_plain_segment) {
            return Err("may have only letters, digits, \"-\", \"_\", \".\" and \"~\" in its path".to_owned());
        }
        let loopback = match url.host() {
            Some(Host::Domain(domain)) => domain == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err("has no host".to_owned()),
        };
        let origin_length = url.origin().ascii_serialization().len();
        Ok(Self { text: text.to_owned(), origin_length, secure, loopback })
    }
}

fn is_plain_segment(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_parts_are_slices_of_what_was_written() {
        let url: PublicUrl = "https://auth.example.com:8443/t1/x".parse().unwrap();
        assert_eq!(url.as_str(), "https://auth.example.com:8443/t1/x");
        assert_eq!(url.origin(), "https://auth.example.com:8443");
        assert_eq!(url.authority(), "auth.example.com:8443");
        assert_eq!(url.path(), "/t1/x");
        assert!(url.is_https() && !url.is_loopback());

        let dev: PublicUrl = "http://[::1]:8080".parse().unwrap();
        assert_eq!((dev.authority(), dev.path()), ("[::1]:8080", ""));
        assert!(dev.is_loopback() && !dev.is_https());
    }

    #[test]
    fn only_one_spelling_is_accepted() {
        for text in [
            "",
            "auth.example.com",
            "ftp://auth.example.com",
            "https://auth.example.com/",
            "https://auth.example.com/t1/",
            "https://AUTH.example.com",
            "https://auth.example.com:443",
            "https://auth.example.com?x",
            "https://auth.example.com#x",
            "https://a@auth.example.com",
            "https://auth.example.com/a/../b",
            "https://auth.example.com/a//b",
            "https://auth.example.com/a%20b",
            "https://auth.example.com/a;b",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }
}
