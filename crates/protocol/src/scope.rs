//! Scopes: sets of tokens with the grammar of RFC 6749 §3.3. Owns syntax and set arithmetic; which scopes exist and who may
//! have them belongs to resources and clients.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::OAuthError;

/// Asks for an ID token (OpenID Connect Core §3.1.2.1).
pub const OPENID: &str = "openid";
/// Asks for the person's name and the like (OpenID Connect Core §5.4).
pub const PROFILE: &str = "profile";
/// Asks for the person's address (OpenID Connect Core §5.4).
pub const EMAIL: &str = "email";
/// Asks for a refresh token (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";

const IDENTITY: [&str; 4] = [OPENID, PROFILE, EMAIL, OFFLINE_ACCESS];
const MAX_TOKENS: usize = 100;
const MAX_TOKEN_BYTES: usize = 200;

/// One scope token: 1 to 200 bytes of `%x21 / %x23-5B / %x5D-7E`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeToken(String);

impl ScopeToken {
    /// Reads one token.
    ///
    /// # Errors
    /// `invalid_scope` for an empty or too long token, or a character outside the grammar.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if text.is_empty() || text.len() > MAX_TOKEN_BYTES || !text.bytes().all(allowed) {
            return Err(OAuthError::invalid_scope("a scope token is malformed or longer than 200 bytes"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The token's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ScopeToken {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of at most 100 scope tokens, written in alphabetical order. Cheap to clone: what is said of it is kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(Arc<BTreeSet<ScopeToken>>);

impl Scope {
    /// Reads space-separated tokens; their order and repetition do not matter, and empty text is the empty scope.
    ///
    /// # Errors
    /// `invalid_scope` for a malformed token or more than 100 of them.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        Self::from_tokens(text.split(' ').filter(|token| !token.is_empty()))
    }

    /// The scope that permits nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A scope of these tokens.
    ///
    /// # Errors
    /// `invalid_scope` for a malformed token or more than 100 of them.
    pub fn from_tokens<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Result<Self, OAuthError> {
        let mut scope = Self::empty();
        for (count, token) in tokens.into_iter().enumerate() {
            if count == MAX_TOKENS {
                return Err(too_many());
            }
            scope.insert(token)?;
        }
        Ok(scope)
    }

    /// Adds a token.
    ///
    /// # Errors
    /// `invalid_scope` for a malformed token, or when the scope is full.
    pub fn insert(&mut self, token: &str) -> Result<(), OAuthError> {
        if self.0.len() >= MAX_TOKENS && !self.contains(token) {
            return Err(too_many());
        }
        Arc::make_mut(&mut self.0).insert(ScopeToken::parse(token)?);
        Ok(())
    }

    /// Takes a token out; true if it was there.
    pub fn remove(&mut self, token: &str) -> bool {
        self.contains(token) && Arc::make_mut(&mut self.0).remove(token)
    }

    /// Whether the token is part of this scope.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether this scope permits nothing that the other does not.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// What both permit.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.filter(|token| other.contains(token))
    }

    /// What either permits.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(Arc::new(self.0.union(&other.0).cloned().collect()))
    }

    /// What this permits and the other does not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.filter(|token| !other.contains(token))
    }

    /// Those of its tokens that `keep` says yes to.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        // All of them, as a rule.
        if self.iter().all(&keep) {
            return self.clone();
        }
        Self(Arc::new(self.0.iter().filter(|token| keep(token.as_str())).cloned().collect()))
    }

    /// The tokens that speak of the person: `openid`, `profile`, `email`, `offline_access`.
    #[must_use]
    pub fn identity(&self) -> Self {
        self.filter(is_of_identity)
    }

    /// The tokens that speak of a resource: all others.
    #[must_use]
    pub fn of_resources(&self) -> Self {
        self.filter(|token| !is_of_identity(token))
    }

    /// Whether any of its tokens speaks of a resource.
    #[must_use]
    pub fn is_of_resources(&self) -> bool {
        !self.iter().all(is_of_identity)
    }

    /// The tokens in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(ScopeToken::as_str)
    }

    /// Whether this scope permits nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many tokens there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn is_of_identity(token: &str) -> bool {
    IDENTITY.contains(&token)
}

fn too_many() -> OAuthError {
    OAuthError::invalid_scope("the scope has more than 100 tokens")
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, token) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(token)?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = OAuthError;

    fn from_str(text: &str) -> Result<Self, OAuthError> {
        Self::parse(text)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tokens = self.iter();
        let mut text = String::with_capacity(128);
        text.push_str(tokens.next().unwrap_or_default());
        for token in tokens {
            text.push(' ');
            text.push_str(token);
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::{OFFLINE_ACCESS, Scope};
    use crate::ErrorCode;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn order_and_repetition_do_not_matter() {
        assert_eq!(scope("openid issues:read openid"), scope("issues:read  openid"));
        assert_eq!(scope("b a").to_string(), "a b");
        assert!(scope("").is_empty());
    }

    #[test]
    fn the_grammar_is_kept() {
        let long = "x".repeat(201);
        let many = (0..101).map(|n| format!("s{n} ")).collect::<String>();
        let flood = "s ".repeat(100_000);
        for text in ["a\tb", "a\"b", "a\\b", "é", "a\nb", &long, &many, &flood] {
            assert_eq!(Scope::parse(text).unwrap_err().code, ErrorCode::InvalidScope);
        }
        assert_eq!(scope("!#[]~").len(), 1);
    }

    #[test]
    fn arithmetic() {
        let (wide, narrow) = (scope("a b c"), scope("b d"));
        assert_eq!(wide.intersection(&narrow), scope("b"));
        assert_eq!(wide.difference(&narrow), scope("a c"));
        assert_eq!(wide.union(&narrow), scope("a b c d"));
        assert!(scope("a").is_subset_of(&wide) && !narrow.is_subset_of(&wide));
        assert_eq!(wide.filter(|token| token != "b"), scope("a c"));
    }

    #[test]
    fn a_clone_is_changed_alone() {
        let one = scope("a b");
        let mut other = one.clone();
        assert!(other.remove("a") && !other.remove("c"));
        other.insert("c").unwrap();
        assert_eq!((one, other), (scope("a b"), scope("b c")));
    }

    #[test]
    fn identity_and_resources_part_cleanly() {
        let all = scope("openid email issues:read offline_access");
        assert_eq!(all.identity(), scope("openid email offline_access"));
        assert_eq!(all.of_resources(), scope("issues:read"));
        assert!(all.is_of_resources() && !all.identity().is_of_resources() && !scope("").is_of_resources());
        let mut fewer = all;
        assert!(fewer.remove(OFFLINE_ACCESS) && !fewer.remove(OFFLINE_ACCESS));
    }

    #[test]
    fn json_is_one_string() {
        let json = serde_json::to_string(&scope("b a")).unwrap();
        assert_eq!(json, r#""a b""#);
        assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope("a b"));
        assert!(serde_json::from_str::<Scope>(r#""a\tb""#).is_err());
    }
}
