//! `id_token_hint`: an ID token of ours that a client sends back to say whom it means (OpenID Connect Core §3.1.2.1). It may
//! have expired, and its key may have retired; it proves that we said it, not that the person is here.

use model::Timestamp;
use protocol::{IdTokenClaims, OAuthError, jws::Compact};

use crate::{Authority, Error};

impl Authority {
    /// Reads an ID token that this issuer signed, expired ones too.
    ///
    /// # Errors
    /// `invalid_request` for a token of another issuer, of another type, or that was changed; trouble of the database.
    pub async fn verify_id_token_hint(&self, token: &str, now: Timestamp) -> Result<IdTokenClaims, Error> {
        let keys = self.keys(now).await?;
        let refused = |why: &'static str| {
            OAuthError::invalid_request("the id_token_hint is not an ID token of this server").because(why)
        };
        let jws = Compact::parse(token).map_err(refused)?;
        // An access token as a hint would be one kind of token in place of another (RFC 8725 §3.11).
        if !jws.has_type(&["JWT"]) {
            return Err(refused("another type of token").into());
        }
        let key =
            jws.kid.as_deref().and_then(|kid| keys.public(kid)).ok_or_else(|| refused("signed with no key of ours"))?;
        if !key.verifies(&jws) {
            return Err(refused("the signature is wrong").into());
        }
        let claims: IdTokenClaims = jws.claims().map_err(refused)?;
        if claims.iss != self.issuer() {
            return Err(refused("another issuer").into());
        }
        Ok(claims)
    }
}
