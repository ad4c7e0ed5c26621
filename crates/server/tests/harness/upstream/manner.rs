//! What a provider on loopback says and how, the truth or not.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// How it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    OpenId,
    Microsoft,
    GitHub,
}

/// How an ID token is signed.
#[derive(Clone, Debug, Default)]
pub enum Signs {
    /// With the key that is published.
    #[default]
    Well,
    /// Not at all.
    Not,
    /// With a key that looks like the published one.
    WithAnotherKey,
    /// By HMAC with these bytes.
    ByHmac(Vec<u8>),
}

/// What it answers at an address.
#[derive(Clone, Debug)]
pub enum Says {
    /// This status, and nothing worth reading.
    Status(u16),
    /// Somewhere else.
    Redirect(String),
    /// Nothing, for longer than anybody waits.
    Nothing,
    /// More than anybody reads.
    TooMuch,
    /// This.
    Text(&'static str),
}

/// All that can be changed of what it does.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Members of the ID token that are other than they should be; null takes one away.
    pub claims: Map<String, Value>,
    /// Members of its header.
    pub header: Map<String, Value>,
    /// How it is signed.
    pub signs: Signs,
    /// A whole payload, as text, in place of the claims.
    pub payload: Option<String>,
    /// Members of the metadata.
    pub metadata: Map<String, Value>,
    /// Answers in place of its own, by the end of their path.
    pub says: HashMap<&'static str, Says>,
}
