//! JWT access tokens (RFC 9068 §4) judged here, by the issuer's keys. What such a token says is true until it expires; that
//! it was revoked meanwhile, only the issuer knows.

use std::time::Instant;

use protocol::JwtAccessTokenClaims;
use protocol::jws::Compact;

use crate::bearer::Bearer;
use crate::introspect::Trouble;
use crate::issuer::Issuer;
use crate::jwks::Jwks;

/// Whether the token has the form of a JWT: base64url of `{"`, and three segments.
pub(crate) fn is_jwt(token: Bearer<'_>) -> bool {
    let text = token.expose();
    text.starts_with("ey") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// The claims of a token that is the issuer's and an access token, or why it is not.
pub(crate) async fn claims(
    jwks: &Jwks,
    issuer: &Issuer,
    token: Bearer<'_>,
) -> Result<Result<JwtAccessTokenClaims, &'static str>, Trouble> {
    let jws = match Compact::parse(token.expose()) {
        Ok(jws) => jws,
        Err(why) => {
            tracing::debug!(why, "a JWT was refused unread");
            return Ok(Err("the token is not a JWT access token"));
        }
    };
    // An ID token of the same issuer is signed with the same keys.
    if !jws.is_access_token() {
        return Ok(Err("the token is not an access token"));
    }
    let Some(kid) = jws.kid.as_deref() else { return Ok(Err("the token names no key")) };
    let Some(key) = jwks.key(issuer, kid, Instant::now()).await? else {
        return Ok(Err("the token is signed with no key of the issuer"));
    };
    if !key.verifies(&jws) {
        return Ok(Err("the signature is wrong"));
    }
    Ok(jws.claims().map_err(|_| "a claim is missing or of the wrong type"))
}
