//! The answer of the introspection endpoint (RFC 7662 §2.2), written by the server and read by resource servers. Owns its
//! shape; whether a token is active is decided elsewhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::Scope;

/// Whether a grant may change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Reading only.
    Read,
    /// Reading and changing.
    Write,
}

/// What there is to say about a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// Unknown, expired, revoked, or none of the asker's business: exactly `{"active":false}`.
    Inactive,
    /// Good at this moment.
    Active(Box<ActiveToken>),
    /// An API key that is good at this moment.
    Key(Box<ActiveKey>),
    /// An API key that is in force but has used up what it may for now: not active, and not invalid either. Whoever shows
    /// it is to be answered 429.
    Limited(Box<LimitedKey>),
}

/// An active token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveToken {
    /// What it permits.
    pub scope: Scope,
    /// The client that holds it.
    pub client_id: String,
    /// The person, or the client itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The resource that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// The issuer.
    pub iss: String,
    /// When it expires, in seconds since 1970.
    pub exp: u64,
    /// When it was issued, in seconds since 1970.
    pub iat: u64,
    /// `Bearer`.
    pub token_type: String,
    /// The grant that it rests on; `/events` tells when that ends. Absent where no person stands behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// The organization's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The one project's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Who uses it in the person's stead, where it was exchanged (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Whether it may change anything; absent where no resource is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
}

/// Who acts; inside, who acted before (RFC 8693 §4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The resource server's name.
    pub sub: String,
    /// From whom it had the token that it exchanged, if that had been exchanged too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

impl Actor {
    /// The chain of these, the present one first; nothing without any.
    #[must_use]
    pub fn chain(actors: &[String]) -> Option<Self> {
        let (last, before) = actors.split_first()?;
        Some(Self { sub: last.clone(), act: Self::chain(before).map(Box::new) })
    }
}

/// The `token_type` of API keys.
pub const API_KEY: &str = "api_key";
/// The `reason` of an API key that has used up what it may for now.
pub const RATE_LIMITED: &str = "rate_limited";

/// An API key in force. It has no client; what it permits, a project lends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveKey {
    /// `api_key`.
    pub token_type: String,
    /// The key's id; never the key.
    pub key_id: String,
    /// What it permits at the resource that asks.
    pub scope: Scope,
    /// The person who made it, or the key itself where an operator did.
    pub sub: String,
    /// The resource that asks.
    pub aud: String,
    /// The issuer.
    pub iss: String,
    /// When it expires, in seconds since 1970.
    pub exp: u64,
    /// When it was issued, in seconds since 1970.
    pub iat: u64,
    /// The organization's id.
    pub organization: String,
    /// The one project's id.
    pub project: String,
    /// Whether it may change anything.
    pub access: Access,
    /// What it may still do, where it is limited at all.
    #[serde(flatten)]
    pub allowance: Allowance,
}

/// An API key that must wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitedKey {
    /// `api_key`.
    pub token_type: String,
    /// The key's id.
    pub key_id: String,
    /// `rate_limited`.
    pub reason: String,
    /// For how many seconds it must: what belongs into the `Retry-After` of a 429.
    pub retry_after: u64,
    /// What it may still do.
    #[serde(flatten)]
    pub allowance: Allowance,
}

/// How much an API key may be used. One use is one time that somebody asks about it and is told that it is good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// The caps.
    #[serde(default)]
    pub limits: Spans,
    /// What is left of them, at least: another process may have put aside some that it will not use.
    #[serde(default)]
    pub remaining: Spans,
    /// In how many seconds each begins anew.
    #[serde(default)]
    pub resets: Spans,
}

/// A number for each span of time; none where there is no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans {
    /// Of the present minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute: Option<u64>,
    /// Of the present month (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u64>,
}

#[derive(Serialize)]
struct Answer<T> {
    active: bool,
    #[serde(flatten)]
    said: T,
}

/// What an inactive token comes with.
#[derive(Serialize)]
struct Nothing {}

impl Serialize for Introspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Inactive => Answer { active: false, said: Nothing {} }.serialize(serializer),
            Self::Active(said) => Answer { active: true, said }.serialize(serializer),
            Self::Key(said) => Answer { active: true, said }.serialize(serializer),
            Self::Limited(said) => Answer { active: false, said }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Introspection {
    /// An answer that says `active` but lacks a member is an error, never half a token.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let says = |member: &str, word: &str| value.get(member).and_then(Value::as_str) == Some(word);
        let (is_key, is_limited) = (says("token_type", API_KEY), says("reason", RATE_LIMITED));
        let read = match value.get("active") {
            Some(Value::Bool(false)) if is_key && is_limited => serde_json::from_value(value).map(Self::Limited),
            Some(Value::Bool(false)) => Ok(Self::Inactive),
            Some(Value::Bool(true)) if is_key => serde_json::from_value(value).map(Self::Key),
            Some(Value::Bool(true)) => serde_json::from_value(value).map(Self::Active),
            _ => return Err(de::Error::custom("active is missing or not a boolean")),
        };
        read.map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Access, ActiveKey, ActiveToken, Actor, Allowance, Introspection, LimitedKey, Spans};
    use crate::Scope;

    fn active() -> Introspection {
        Introspection::Active(Box::new(ActiveToken {
            scope: Scope::parse("issues:read").unwrap(),
            client_id: "c".to_owned(),
            sub: Some("u".to_owned()),
            aud: Some("https://api.example/mcp".to_owned()),
            iss: "https://as.example".to_owned(),
            exp: 2,
            iat: 1,
            token_type: "Bearer".to_owned(),
            grant_id: Some("g".to_owned()),
            organization: Some("o".to_owned()),
            project: Some("p".to_owned()),
            act: Actor::chain(&["b".to_owned(), "a".to_owned()]),
            access: Some(Access::Read),
        }))
    }

    #[test]
    fn inactive_says_nothing_else() {
        assert_eq!(serde_json::to_string(&Introspection::Inactive).unwrap(), r#"{"active":false}"#);
        assert_eq!(
            serde_json::from_str::<Introspection>(r#"{"active":false,"sub":"x"}"#).unwrap(),
            Introspection::Inactive
        );
    }

    #[test]
    fn active_survives_the_wire() {
        let json = serde_json::to_value(active()).unwrap();
        assert_eq!(
            (&json["active"], &json["access"], &json["scope"]),
            (&true.into(), &"read".into(), &"issues:read".into())
        );
        assert_eq!(json["act"], serde_json::json!({ "sub": "b", "act": { "sub": "a" } }));
        assert_eq!(serde_json::from_value::<Introspection>(json).unwrap(), active());
    }

    fn key() -> Introspection {
        Introspection::Key(Box::new(ActiveKey {
            token_type: "api_key".to_owned(),
            key_id: "k".to_owned(),
            scope: Scope::parse("events:ingest").unwrap(),
            sub: "u".to_owned(),
            aud: "https://api.example/mcp".to_owned(),
            iss: "https://as.example".to_owned(),
            exp: 2,
            iat: 1,
            organization: "o".to_owned(),
            project: "p".to_owned(),
            access: Access::Write,
            allowance: Allowance {
                limits: Spans { minute: Some(60), month: None },
                remaining: Spans { minute: Some(59), month: None },
                resets: Spans { minute: Some(7), month: None },
            },
        }))
    }

    #[test]
    fn a_key_is_told_from_a_token_and_too_many_from_not_valid() {
        let json = serde_json::to_value(key()).unwrap();
        assert_eq!((&json["active"], &json["token_type"]), (&true.into(), &"api_key".into()));
        assert_eq!(json["remaining"], json!({ "minute": 59 }));
        assert_eq!(serde_json::from_value::<Introspection>(json).unwrap(), key());
        let limited = Introspection::Limited(Box::new(LimitedKey {
            token_type: "api_key".to_owned(),
            key_id: "k".to_owned(),
            reason: "rate_limited".to_owned(),
            retry_after: 7,
            allowance: Allowance::default(),
        }));
        let json = serde_json::to_value(&limited).unwrap();
        assert_eq!((&json["active"], &json["retry_after"]), (&false.into(), &7.into()));
        assert_eq!(serde_json::from_value::<Introspection>(json).unwrap(), limited);
        let half = json!({ "active": true, "token_type": "api_key", "key_id": "k" });
        assert!(serde_json::from_value::<Introspection>(half).is_err());
    }

    #[test]
    fn half_an_answer_is_no_answer() {
        for text in [r#"{"active":true}"#, r#"{"active":"true"}"#, "{}", "[]", r#"{"active":1}"#] {
            assert!(serde_json::from_str::<Introspection>(text).is_err(), "{text}");
        }
    }
}
