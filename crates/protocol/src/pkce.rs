//! Proof Key for Code Exchange (RFC 7636), with S256 only. Owns the challenge, the verifier and their comparison; whether a
//! client needs one is not decided here.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, de};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::OAuthError;

/// An S256 challenge: 43 characters of base64url (RFC 7636 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// `invalid_request` unless the method is exactly `S256`; an absent one would mean `plain` (RFC 7636 §4.3).
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, OAuthError> {
        match method {
            Some("S256") => Self::from_s256(challenge),
            Some(_) => Err(OAuthError::invalid_request("code_challenge_method must be S256")),
            None => Err(OAuthError::invalid_request("code_challenge_method is missing; only S256 is accepted")),
        }
    }

    /// The challenge as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the verifier is the one that this challenge was made from, in constant time.
    #[must_use]
    pub fn matches(&self, verifier: &CodeVerifier) -> bool {
        self.0.as_bytes().ct_eq(verifier.challenge().0.as_bytes()).into()
    }

    fn from_s256(challenge: &str) -> Result<Self, OAuthError> {
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if challenge.len() != 43 || !challenge.bytes().all(base64url) {
            return Err(OAuthError::invalid_request("code_challenge must be 43 characters of base64url"));
        }
        Ok(Self(challenge.to_owned()))
    }
}

impl<'de> Deserialize<'de> for CodeChallenge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_s256(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A verifier: 43 to 128 unreserved characters (RFC 7636 §4.1). It is a secret until it has been used.
#[derive(Clone)]
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// Reads `code_verifier`.
    ///
    /// # Errors
    /// `invalid_request` for another length or character.
    pub fn parse(text: &str) -> Result<Self, OAuthError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if !(43..=128).contains(&text.len()) || !text.bytes().all(unreserved) {
            return Err(OAuthError::invalid_request("code_verifier must be 43 to 128 unreserved characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The S256 challenge of this verifier: BASE64URL(SHA256(ASCII(verifier))).
    #[must_use]
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{CodeChallenge, CodeVerifier};
    use crate::ErrorCode;

    // RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_appendix_b() {
        let challenge = CodeChallenge::parse(CHALLENGE, Some("S256")).unwrap();
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        assert_eq!(verifier.challenge().as_str(), CHALLENGE);
        assert!(challenge.matches(&verifier));
        let other = CodeVerifier::parse(&VERIFIER.replace('d', "e")).unwrap();
        assert!(!challenge.matches(&other));
    }

    #[test]
    fn only_s256_is_a_method() {
        for method in [None, Some("plain"), Some("s256"), Some(""), Some("S512")] {
            assert_eq!(CodeChallenge::parse(CHALLENGE, method).unwrap_err().code, ErrorCode::InvalidRequest);
        }
        for challenge in ["", &CHALLENGE[1..], &format!("{CHALLENGE}A"), &CHALLENGE.replace('-', "+")] {
            assert!(CodeChallenge::parse(challenge, Some("S256")).is_err());
        }
    }

    #[test]
    fn verifiers_are_43_to_128_unreserved_characters() {
        for length in [43, 128] {
            assert!(CodeVerifier::parse(&"~".repeat(length)).is_ok());
        }
        for text in [&"a".repeat(42), &"a".repeat(129), &VERIFIER.replace('-', "+"), &VERIFIER.replace('-', "é"), ""] {
            assert_eq!(CodeVerifier::parse(text).unwrap_err().code, ErrorCode::InvalidRequest);
        }
        assert_eq!(format!("{:?}", CodeVerifier::parse(VERIFIER).unwrap()), "CodeVerifier(…)");
    }
}
