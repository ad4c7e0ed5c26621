//! The kinds of value that a setting can have, with the name and the example that messages and the reference use.

use std::{borrow::Cow, fmt, net::SocketAddr, path::PathBuf, str::FromStr};

pub use model::AddressRange;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{
    Contact, DatabaseUrl, HumanDuration, MailAddress, MailEncryption, Origin, ProviderWord, PublicUrl, RangeAddress,
    Rate, SecretText, WebAddress,
};

/// What a setting's type says about itself.
pub(super) trait Kind {
    /// Its name in the reference.
    const NAME: &'static str;
    /// A value as it is written in TOML.
    const EXAMPLE: &'static str;
    /// How the environment's text becomes a value.
    const SHAPE: Shape = Shape::Text;
    /// Whether the server cannot start without it.
    const REQUIRED: bool = false;
}

/// How the text of an environment variable is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As it stands.
    Text,
    /// A number or a truth value.
    Scalar,
    /// Separated by commas.
    List,
}

macro_rules! kinds {
    ($($kind:ty: $name:literal, $example:literal, $shape:ident;)+) => {$(
        impl Kind for $kind {
            const NAME: &'static str = $name;
            const EXAMPLE: &'static str = $example;
            const SHAPE: Shape = Shape::$shape;
        }
    )+};
}

kinds! {
    bool: "true or false", "true", Scalar;
    u32: "number", "8", Scalar;
    String: "text", "\"Example\"", Text;
    PathBuf: "path", "\"/etc/lanyard/keys.toml\"", Text;
    HumanDuration: "duration", "\"15m\"", Text;
    Rate: "rate", "\"20/1h\"", Text;
    PublicUrl: "URL", "\"https://auth.example.com\"", Text;
    DatabaseUrl: "database address", "\"sqlite:/var/lib/lanyard/lanyard.db\"", Text;
    WebAddress: "URL", "\"https://docs.example.com/auth\"", Text;
    RangeAddress: "URL", "\"https://api.pwnedpasswords.com/range/\"", Text;
    Contact: "URL", "\"mailto:security@example.com\"", Text;
    Accent: "colour", "\"#1f6feb\"", Text;
    Level: "log filter", "\"info\"", Text;
    SecretText: "secret text", "\"a password\"", Text;
    MailAddress: "e-mail address", "\"no-reply@example.com\"", Text;
    MailEncryption: "\"tls\", \"starttls\" or \"none\"", "\"tls\"", Text;
    ProviderWord: "\"google\", \"microsoft\", \"github\" or \"openid\"", "\"google\"", Text;
    Vec<String>: "list of texts", "[\"openid\", \"email\"]", List;
    LogFormat: "\"json\" or \"text\"", "\"json\"", Text;
    Vec<SocketAddr>: "list of addresses", "[\"127.0.0.1:8443\"]", List;
    Vec<AddressRange>: "list of address ranges", "[\"10.0.0.0/8\"]", List;
    Vec<Origin>: "list of origins", "[\"https://app.example.com\"]", List;
}

impl<T: Kind> Kind for Option<T> {
    const NAME: &'static str = T::NAME;
    const EXAMPLE: &'static str = T::EXAMPLE;
    const SHAPE: Shape = T::SHAPE;
}

/// A setting without a default: the server does not start before it is given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Required<T>(pub Option<T>);

impl<T> Required<T> {
    pub(super) const MISSING: Self = Self(None);
}

impl<T: Kind> Kind for Required<T> {
    const NAME: &'static str = T::NAME;
    const EXAMPLE: &'static str = T::EXAMPLE;
    const SHAPE: Shape = T::SHAPE;
    const REQUIRED: bool = true;
}

/// A colour as `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accent(String);

impl Accent {
    /// `#rrggbb`, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Accent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix('#') {
            Some(digits) if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self(text.to_ascii_lowercase()))
            }
            _ => Err(format!("is \"{}\", which is not a colour", text.escape_debug())),
        }
    }
}

/// Which log lines are written: a level, or a level per target (`info,sqlx=warn`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level(Cow<'static, str>);

impl Level {
    /// Errors, warnings and what happens.
    pub const INFO: Self = Self(Cow::Borrowed("info"));

    /// The filter's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<tracing_subscriber::EnvFilter>() {
            Ok(_) if !text.trim().is_empty() => Ok(Self(Cow::Owned(text.to_owned()))),
            _ => Err(format!("is \"{}\", which is not a log filter", text.escape_debug())),
        }
    }
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Text,
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// These stand in a file as the text that `FromStr` reads and `Display` writes.
macro_rules! written_as_text {
    ($($kind:ty),+) => {$(
        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

written_as_text!(
    HumanDuration,
    Rate,
    PublicUrl,
    DatabaseUrl,
    Origin,
    WebAddress,
    RangeAddress,
    Contact,
    Accent,
    Level,
    MailAddress
);
