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

#[derive(Serialize)]
struct Answer<'a> {
    active: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    token: Option<&'a ActiveToken>,
}

impl Serialize for Introspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let token = match self {
            Self::Inactive => None,
            Self::Active(token) => Some(token.as_ref()),
        };
        Answer { active: token.is_some(), token }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Introspection {
    /// An answer that says `active` but lacks a member is an error, never half a token.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match value.get("active") {
            Some(Value::Bool(false)) => Ok(Self::Inactive),
            Some(Value::Bool(true)) => serde_json::from_value(value).map(Self::Active).map_err(de::Error::custom),
            _ => Err(de::Error::custom("active is missing or not a boolean")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, ActiveToken, Actor, Introspection};
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

    #[test]
    fn half_an_answer_is_no_answer() {
        for text in [r#"{"active":true}"#, r#"{"active":"true"}"#, "{}", "[]", r#"{"active":1}"#] {
            assert!(serde_json::from_str::<Introspection>(text).is_err(), "{text}");
        }
    }
}
