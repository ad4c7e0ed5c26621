//! The claims of the JSON Web Tokens and of userinfo. Owns names, types and what is required; signatures, keys and the
//! clock belong to whoever signs or verifies.
//!
//! Times are whole seconds since 1970 in an unsigned number: text, fractions, negatives and `null` do not deserialise.

use serde::{Deserialize, Serialize};

use crate::{Access, Actor, Scope};

/// Whom a token is for (RFC 7519 §4.1.3): one name or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// A single name, written as text.
    One(String),
    /// Several names, written as an array.
    Many(Vec<String>),
}

impl Audience {
    /// Whether the name is among them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|other| other == name)
    }

    /// Whether the name is the only one.
    #[must_use]
    pub fn is_only(&self, name: &str) -> bool {
        let mut names = self.iter();
        names.next() == Some(name) && names.next().is_none()
    }

    /// The names in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

impl From<String> for Audience {
    fn from(name: String) -> Self {
        Self::One(name)
    }
}

/// The claims of an ID token (OpenID Connect Core §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person.
    pub sub: String,
    /// The client.
    pub aud: Audience,
    /// When it expires.
    pub exp: u64,
    /// When it was issued.
    pub iat: u64,
    /// When the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<u64>,
    /// What the client sent, byte for byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How strongly the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By what means (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The session, for sign-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The authorized party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// Half a hash of the access token (§3.1.3.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
}

/// The claims of a JWT access token (RFC 9068 §2.2) for one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtAccessTokenClaims {
    /// The issuer.
    pub iss: String,
    /// The person, or the client itself.
    pub sub: String,
    /// The resource.
    pub aud: Audience,
    /// When it expires.
    pub exp: u64,
    /// When it was issued.
    pub iat: u64,
    /// When it begins to be valid.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub nbf: Option<u64>,
    /// The token's own name.
    pub jti: String,
    /// The client.
    pub client_id: String,
    /// What it permits.
    pub scope: Scope,
    /// When the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<u64>,
    /// How strongly the person signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By what means (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The organization's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The project's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Whether it may change anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// The person's grant, which events name when it is revoked; none where a client acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// Who exchanged it (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
}

/// What userinfo says about a person (OpenID Connect Core §5.1), as far as the scope permits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInfoClaims {
    /// The person; always present, and the ID token's.
    pub sub: String,
    /// The full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name by which the person is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// When any of this changed, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<u64>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether the person proved that the address is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
}

/// The claims of a client assertion (RFC 7523 §3, OpenID Connect Core §9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientAssertionClaims {
    /// The client.
    pub iss: String,
    /// The client again.
    pub sub: String,
    /// This server.
    pub aud: Audience,
    /// When it expires.
    pub exp: u64,
    /// Its own name, usable once.
    pub jti: String,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub iat: Option<u64>,
    /// When it begins to be valid.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub nbf: Option<u64>,
}

/// A member that may be absent, but if it stands there it is a number, not `null`.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    u64::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{Audience, ClientAssertionClaims, IdTokenClaims};

    fn assertion(exp: &str) -> Result<ClientAssertionClaims, serde_json::Error> {
        serde_json::from_str(&format!(r#"{{"iss":"c","sub":"c","aud":"https://as.example","exp":{exp},"jti":"j"}}"#))
    }

    #[test]
    fn times_of_the_wrong_type_do_not_pass() {
        assert_eq!(assertion("9999999999").unwrap().exp, 9_999_999_999);
        for exp in [
            "\"9999999999\"",
            "null",
            "[9999999999]",
            "1e400",
            "-1",
            "1.5",
            "{}",
            "9999999999,\"nbf\":\"0\"",
            "1,\"nbf\":null",
            "1,\"iat\":-1",
            "1,\"exp\":2",
        ] {
            assert!(assertion(exp).is_err(), "{exp}");
        }
        let without = r#"{"iss":"c","sub":"c","aud":"a","jti":"j"}"#;
        assert!(serde_json::from_str::<ClientAssertionClaims>(without).is_err());
    }

    #[test]
    fn audiences_are_text_or_array() {
        let one: Audience = serde_json::from_str(r#""a""#).unwrap();
        let many: Audience = serde_json::from_str(r#"["a","b"]"#).unwrap();
        let same: Audience = serde_json::from_str(r#"["a"]"#).unwrap();
        assert!(one.is_only("a") && same.is_only("a") && !many.is_only("a") && many.contains("b"));
        assert!(serde_json::from_str::<Audience>("5").is_err());
        assert!(!Audience::Many(Vec::new()).is_only("a"));
    }

    #[test]
    fn the_id_token_of_openid_connect_core() {
        let text = r#"{"iss":"https://server.example.com","sub":"24400320","aud":"s6BhdRkqt3","nonce":"n-0S6_WzA2Mj","exp":1311281970,"iat":1311280970,"auth_time":1311280969,"acr":"urn:mace:incommon:iap:silver"}"#;
        let claims: IdTokenClaims = serde_json::from_str(text).unwrap();
        assert_eq!((claims.nonce.as_deref(), claims.auth_time), (Some("n-0S6_WzA2Mj"), Some(1_311_280_969)));
        assert_eq!(serde_json::to_value(&claims).unwrap(), serde_json::from_str::<serde_json::Value>(text).unwrap());
    }
}
