//! A client's public keys in its metadata: present exactly where they are needed, and public. Owns their shape; verifying
//! with them belongs to client authentication.

use serde_json::Value;

use super::AuthMethod;
use crate::clean_uri::CleanUri;
use crate::json::{Members, Refusal};

const MAX_KEYS: usize = 20;

/// Members that only private or symmetric keys have (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The client's `jwks` and `jwks_uri`: one of them with `private_key_jwt`, never both (RFC 7591 §2).
pub(super) fn of_client(members: &mut Members, method: AuthMethod) -> Result<(Option<Value>, Option<String>), Refusal> {
    let jwks = members.value("jwks");
    let jwks_uri = members.text("jwks_uri")?;
    if jwks.is_some() && jwks_uri.is_some() {
        return Err("jwks and jwks_uri exclude one another".to_owned());
    }
    if method == AuthMethod::PrivateKeyJwt && jwks.is_none() && jwks_uri.is_none() {
        return Err("private_key_jwt needs jwks or jwks_uri".to_owned());
    }
    if let Some(jwks) = &jwks {
        refuse_unless_public(jwks)?;
    }
    if let Some(uri) = &jwks_uri {
        let clean = CleanUri::parse(uri).map_err(|what| format!("jwks_uri {what}"))?;
        if clean.scheme() != "https" {
            return Err("jwks_uri must be https".to_owned());
        }
    }
    Ok((jwks, jwks_uri))
}

fn refuse_unless_public(jwks: &Value) -> Result<(), Refusal> {
    let keys = jwks.get("keys").and_then(Value::as_array).filter(|keys| (1..=MAX_KEYS).contains(&keys.len()));
    let keys = keys.ok_or_else(|| format!("jwks must be a set of 1 to {MAX_KEYS} keys"))?;
    for key in keys {
        let kind = key.get("kty").and_then(Value::as_str).ok_or("every key in jwks must have a kty")?;
        if kind == "oct" || PRIVATE_MEMBERS.iter().any(|member| key.get(member).is_some()) {
            return Err("jwks must hold public keys only".to_owned());
        }
    }
    Ok(())
}
