//! How mail is sent: the values that `[mail]` takes, and what they come to.

use std::{fmt, path::PathBuf, str::FromStr};

use lettre::Address;
use model::Email;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Mail {
    /// Nowhere: no server is configured.
    None,
    /// Development: kept in memory, shown at `/dev/mail`.
    Inbox,
    /// To a mail server.
    Smtp(Smtp),
}

/// A mail server, and how it is reached.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and when the connection is encrypted.
    pub encryption: MailEncryption,
    /// User name and password.
    pub login: Option<(String, SecretText)>,
    /// Whom mails come from.
    pub from: MailAddress,
    /// The only certificate authority to trust, where it is not a public one.
    pub ca: Option<PathBuf>,
}

/// When a connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// From the first byte (RFC 8314).
    Tls,
    /// After a few words in clear (RFC 3207); if the server does not offer it, nothing is sent.
    Starttls,
    /// Never; to this machine alone.
    None,
}

impl MailEncryption {
    /// The usual port.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::Starttls => 587,
            Self::None => 25,
        }
    }
}

/// An address that mail comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress(Address);

impl MailAddress {
    /// As an envelope takes it.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.0
    }
}

impl FromStr for MailAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let email = Email::parse(text).and_then(|email| email.as_str().parse().ok());
        email.map(Self).ok_or_else(|| format!("is \"{}\", which is not an e-mail address", text.escape_debug()))
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A password among the settings. It never prints, and is never written.
#[derive(Clone)]
pub struct SecretText(String);

impl SecretText {
    /// The password, for whoever signs in with it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().any(char::is_control) {
            return Err(de::Error::custom("has a control character in it"));
        }
        Ok(Self(text))
    }
}
