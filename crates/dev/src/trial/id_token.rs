//! Verifying an ID token as a relying party must (OpenID Connect Core §3.1.3.7).

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;

/// What the token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
}

/// The claims, if all is as it must be; else what is not.
pub(super) fn verify(token: &str, keys: &Value, expected: &Expected<'_>) -> Result<Value, String> {
    let header = decode_header(token).map_err(|error| error.to_string())?;
    // Never `none` and never a shared secret, whatever the header says (RFC 8725 §3.1).
    if !matches!(header.alg, Algorithm::ES256 | Algorithm::RS256 | Algorithm::EdDSA | Algorithm::PS256) {
        return Err(format!("it is signed with {:?}", header.alg));
    }
    let keys: JwkSet = serde_json::from_value(keys.clone()).map_err(|error| error.to_string())?;
    let kid = header.kid.ok_or("it names no key")?;
    let key = keys.find(&kid).ok_or("no published key has its kid")?;
    let key = DecodingKey::from_jwk(key).map_err(|error| error.to_string())?;
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Value>(token, &key, &validation).map_err(|error| error.to_string())?.claims;
    match claims.get("nonce").and_then(Value::as_str) {
        Some(nonce) if nonce == expected.nonce => Ok(claims),
        _ => Err("its nonce is not the one of this request".to_owned()),
    }
}
