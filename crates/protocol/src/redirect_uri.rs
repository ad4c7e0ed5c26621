//! Redirect URIs: what may be registered, and the proof that a requested one was. Owns the comparison (OAuth 2.1 §4.1.3,
//! RFC 8252 §7.3) and how an answer is put into the query; does not own clients or where URIs are kept.

#[cfg(test)]
mod tests;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::OAuthError;
use crate::clean_uri::{CleanUri, is_web};

/// Schemes that run, read, send or open something on the person's own machine, and the retired out-of-band URN.
const DANGEROUS_SCHEMES: [&str; 38] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "content",
    "data",
    "edge",
    "feed",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "gopher",
    "intent",
    "jar",
    "javascript",
    "ldap",
    "ldaps",
    "livescript",
    "mailto",
    "mhtml",
    "mocha",
    "moz-extension",
    "ms-its",
    "ms-msdt",
    "res",
    "resource",
    "search-ms",
    "sftp",
    "smb",
    "sms",
    "ssh",
    "tel",
    "urn",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// RFC 3986 §2.3: everything but the unreserved characters is encoded, so a space is `%20` to every decoder.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A redirect URI that may be registered: https, http on a loopback literal or `localhost`, or a private-use scheme.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri(CleanUri);

impl RedirectUri {
    /// Reads a URI that a client wants to register.
    ///
    /// # Errors
    /// `invalid_redirect_uri` for a relative URI, a fragment, userinfo, a wildcard, dot segments in any encoding, characters
    /// that parsers disagree about, a dangerous scheme, or http elsewhere than on this computer.
    pub fn register(text: &str) -> Result<Self, OAuthError> {
        let uri = CleanUri::parse(text).map_err(refused)?;
        if DANGEROUS_SCHEMES.contains(&uri.scheme()) {
            return Err(refused("has a scheme that must not receive an answer"));
        }
        if uri.scheme() == "http" && loopback(&uri).is_none() {
            return Err(refused("must be https; http is for 127.0.0.1, [::1] and localhost only"));
        }
        Ok(Self(uri))
    }

    /// Compares a requested URI with this one: the same bytes, or the same but for the port on this computer.
    ///
    /// `127.0.0.1` and `[::1]` take any port (RFC 8252 §7.3); `localhost` only when it was registered without one.
    #[must_use]
    pub fn matches(&self, requested: &str) -> Option<RegisteredRedirectUri> {
        if requested == self.as_str() {
            return Some(RegisteredRedirectUri(self.0.clone()));
        }
        let requested = CleanUri::parse(requested).ok()?;
        let any_port = match loopback(&self.0)? {
            Loopback::Address => true,
            Loopback::Localhost => self.0.port().is_none(),
        };
        let same = requested.scheme() == self.0.scheme()
            && requested.host() == self.0.host()
            && requested.rest() == self.0.rest();
        (any_port && same).then_some(RegisteredRedirectUri(requested))
    }

    /// The URI as registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What a person is shown: the host, or the scheme of a program on their device.
    #[must_use]
    pub fn host_label(&self) -> String {
        host_label(&self.0)
    }

    /// Whether the answer goes to this computer over http.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        loopback(&self.0).is_some()
    }

    /// Whether the answer goes to whatever program owns a scheme on this device (RFC 8252 §7.1).
    #[must_use]
    pub fn is_private_use(&self) -> bool {
        !is_web(self.0.scheme())
    }

    /// The source for `form-action` of a Content-Security-Policy: `scheme://host[:port]`, or `scheme:`.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(&self.0)
    }
}

/// Whether the comparison of requests would treat two registered URIs as one.
#[must_use]
pub fn equal_as_registered(one: &RedirectUri, other: &RedirectUri) -> bool {
    let both_addresses =
        || matches!((loopback(&one.0), loopback(&other.0)), (Some(Loopback::Address), Some(Loopback::Address)));
    let same_but_port =
        || one.0.scheme() == other.0.scheme() && one.0.host() == other.0.host() && one.0.rest() == other.0.rest();
    one == other || (both_addresses() && same_but_port())
}

/// A requested redirect URI that a client had registered. It comes into being by [`RedirectUri::matches`]; without it
/// no error and no code can be sent anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegisteredRedirectUri(CleanUri);

impl RegisteredRedirectUri {
    /// Reads back a value that was stored after matching. Only for that: it proves nothing about other text.
    ///
    /// # Errors
    /// `invalid_redirect_uri` when the stored text cannot have come from a match.
    pub fn restore(text: impl AsRef<str>) -> Result<Self, OAuthError> {
        RedirectUri::register(text.as_ref()).map(|uri| Self(uri.0))
    }

    /// The URI as requested, with the port that was really asked for.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URI with these parameters appended to its query; what stands there already is not touched.
    #[must_use]
    pub fn with_params(&self, params: &[(&str, &str)]) -> String {
        let mut location = self.as_str().to_owned();
        for (name, value) in params {
            // A path may end with `&` too; only a query is open at its end.
            match (location.contains('?'), location.ends_with(['?', '&'])) {
                (false, _) => location.push('?'),
                (true, false) => location.push('&'),
                (true, true) => {}
            }
            location.extend(utf8_percent_encode(name, VALUE));
            location.push('=');
            location.extend(utf8_percent_encode(value, VALUE));
        }
        location
    }

    /// See [`RedirectUri::host_label`].
    #[must_use]
    pub fn host_label(&self) -> String {
        host_label(&self.0)
    }

    /// See [`RedirectUri::is_loopback`].
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        loopback(&self.0).is_some()
    }

    /// See [`RedirectUri::is_private_use`].
    #[must_use]
    pub fn is_private_use(&self) -> bool {
        !is_web(self.0.scheme())
    }

    /// See [`RedirectUri::origin`].
    #[must_use]
    pub fn origin(&self) -> String {
        origin(&self.0)
    }
}

enum Loopback {
    Address,
    Localhost,
}

fn loopback(uri: &CleanUri) -> Option<Loopback> {
    match (uri.scheme(), uri.host()?) {
        ("http", "127.0.0.1" | "[::1]") => Some(Loopback::Address),
        ("http", "localhost") => Some(Loopback::Localhost),
        _ => None,
    }
}

fn host_label(uri: &CleanUri) -> String {
    let host = uri.host().filter(|_| is_web(uri.scheme()));
    host.unwrap_or_else(|| uri.scheme()).to_ascii_lowercase()
}

fn origin(uri: &CleanUri) -> String {
    let scheme = uri.scheme();
    match uri.host().filter(|_| is_web(scheme)) {
        Some(host) => {
            let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{scheme}://{}{port}", host.to_ascii_lowercase())
        }
        None => format!("{scheme}:"),
    }
}

fn refused(what: &str) -> OAuthError {
    OAuthError::invalid_redirect_uri(format!("a redirect URI {what}"))
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RegisteredRedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RedirectUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::register(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for RegisteredRedirectUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RegisteredRedirectUri {
    /// As [`RegisteredRedirectUri::restore`]: only for what was stored after matching.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::restore(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
