//! Userinfo (OpenID Connect Core §5.3): what a relying party is told about the person.

use model::Timestamp;
use protocol::{EMAIL, OAuthError, OPENID, PROFILE, UserInfoClaims};
use storage::Behalf;

use crate::{Authority, Caller, Error};

impl Authority {
    /// The claims that the access token's scope allows; `sub` always. An address that was never verified is not released
    /// as if it were (`email_verified` says so).
    ///
    /// # Errors
    /// `invalid_token`, `insufficient_scope` without `openid`, or trouble of the database.
    pub async fn userinfo(&self, token: &str, caller: &Caller, now: Timestamp) -> Result<UserInfoClaims, Error> {
        let seen = self.live_token(token, now).await?.ok_or_else(not_good)?;
        let Behalf::Person { user_id, .. } = &seen.behalf else {
            return Err(OAuthError::invalid_token("this token stands for no person").into());
        };
        if !seen.token.scope.contains(OPENID) {
            return Err(OAuthError::insufficient_scope("userinfo needs the scope openid").into());
        }
        let user = self.parts.store.read().await?.user(*user_id).await?;
        let user = user.ok_or_else(|| OAuthError::invalid_token("the person is gone"))?;
        if !self.note_use(&seen, caller, now).await? {
            return Err(not_good().into());
        }
        let scope = &seen.token.scope;
        let email = scope.contains(EMAIL).then(|| user.email.to_string());
        Ok(UserInfoClaims {
            sub: user.id.to_string(),
            name: user.name.filter(|_| scope.contains(PROFILE)),
            email_verified: email.is_some().then_some(user.email_verified_at.is_some()),
            email,
            ..UserInfoClaims::default()
        })
    }
}

fn not_good() -> OAuthError {
    OAuthError::invalid_token("the access token is unknown, expired or revoked")
}
