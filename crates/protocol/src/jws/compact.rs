//! The compact form of signed JWTs (RFC 7515 §3.1), read so strictly that two readers cannot differ. Owns the three segments
//! and the header; does not own keys or what claims mean.

use std::{collections::HashSet, fmt};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::SigningAlgorithm;

/// Longer tokens are refused unread.
const MAX_BYTES: usize = 16 * 1024;

/// A JWS in three segments whose signature nobody has checked yet.
pub struct Compact<'t> {
    /// What is signed: the first two segments with their dot.
    pub signing_input: &'t str,
    /// The algorithm that the header names, one of the closed list.
    pub algorithm: SigningAlgorithm,
    /// The key that the header names.
    pub kid: Option<String>,
    /// The third segment.
    pub signature: Vec<u8>,
    typ: Option<String>,
    payload: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    // Each of these would let the token choose its own key or its own rules (RFC 8725 §3.10).
    #[serde(default)]
    jku: Option<IgnoredAny>,
    #[serde(default)]
    jwk: Option<IgnoredAny>,
    #[serde(default)]
    x5u: Option<IgnoredAny>,
    #[serde(default)]
    crit: Option<IgnoredAny>,
    #[serde(default)]
    b64: Option<IgnoredAny>,
}

impl<'t> Compact<'t> {
    /// Reads a token of at most 16 KiB.
    ///
    /// # Errors
    /// Why not, for the log.
    pub fn parse(token: &'t str) -> Result<Self, &'static str> {
        if token.len() > MAX_BYTES {
            return Err("the token is longer than 16 KiB");
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or("not three segments")?;
        let (header, payload) = signing_input.split_once('.').ok_or("not three segments")?;
        if payload.contains('.') {
            return Err("not three segments");
        }
        let decoded = |segment: &str| URL_SAFE_NO_PAD.decode(segment).map_err(|_| "a segment is not base64url");
        let header: Header = strict(&decoded(header)?)?;
        if header.jku.is_some()
            || header.jwk.is_some()
            || header.x5u.is_some()
            || header.crit.is_some()
            || header.b64.is_some()
        {
            return Err("the header names its own key or rules");
        }
        Ok(Self {
            signing_input,
            algorithm: SigningAlgorithm::parse(&header.alg).ok_or("an algorithm that is not offered")?,
            kid: header.kid,
            typ: header.typ,
            signature: decoded(signature)?,
            payload: decoded(payload)?,
        })
    }

    /// The claims, whether or not the signature is good: to be believed only after it was verified.
    ///
    /// # Errors
    /// Why not, for the log: a member that stands twice, is missing, or is of another type.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        strict(&self.payload)
    }

    /// Whether the header says that this is an access token (RFC 9068 §4): nothing else, and not nothing.
    #[must_use]
    pub fn is_access_token(&self) -> bool {
        self.typ.is_some() && self.has_type(&["at+jwt", "application/at+jwt"])
    }

    /// Whether the header says one of these types, or none; upper and lower case are the same (RFC 7515 §4.1.9).
    #[must_use]
    pub fn has_type(&self, types: &[&str]) -> bool {
        self.typ.as_ref().is_none_or(|typ| types.iter().any(|one| one.eq_ignore_ascii_case(typ)))
    }
}

/// Header and claims as they are signed.
///
/// # Errors
/// Claims that do not become JSON.
pub fn signing_input(
    algorithm: SigningAlgorithm,
    kid: &str,
    typ: &str,
    claims: &impl Serialize,
) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Header<'h> {
        alg: &'h str,
        kid: &'h str,
        typ: &'h str,
    }
    let header = serde_json::to_vec(&Header { alg: algorithm.as_str(), kid, typ })?;
    let claims = serde_json::to_vec(claims)?;
    Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims)))
}

/// The whole token.
#[must_use]
pub fn joined(mut signing_input: String, signature: &[u8]) -> String {
    signing_input.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut signing_input);
    signing_input
}

/// Reads JSON in which no object names a member twice (RFC 8725 §2.4), at any depth.
fn strict<T: DeserializeOwned>(json: &[u8]) -> Result<T, &'static str> {
    serde_json::from_slice::<Unambiguous>(json).map_err(|_| "not unambiguous JSON")?;
    serde_json::from_slice(json).map_err(|_| "a member is missing or of the wrong type")
}

/// Any JSON without repeated members; its content is dropped.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, Self)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(Self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(Self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(Self)
    }
}
