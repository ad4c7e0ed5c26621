//! `private_key_jwt`: a client proves who it is with a JWT that it signed (RFC 7523 §3, as its revision tightens it). The
//! order matters: nothing is recorded before the signature was verified.

use std::time::Duration;

use model::{Client, ClientId, Profile, Timestamp};
use protocol::{Audience, AuthMethod, ClientAssertionClaims, jws::Compact};

use super::{AuthenticatedClient, refused};
use crate::{Authority, Error};

/// An assertion may not live longer than this.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// By so much may a client's clock be ahead of ours.
const LEEWAY: Duration = Duration::from_secs(10);
/// A `jti` is remembered this long past its expiry, for processes whose clocks differ.
const REMEMBERED: Duration = Duration::from_secs(60);
/// The type that RFC 7523's revision gives such JWTs, and the general one.
const TYPES: [&str; 2] = ["client-authentication+jwt", "JWT"];
const MAX_JTI_BYTES: usize = 512;

impl Authority {
    pub(super) async fn client_with_assertion(
        &self,
        client_id: Option<&str>,
        assertion: &str,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Error> {
        let jws = Compact::parse(assertion).map_err(refused)?;
        if !jws.has_type(&TYPES) {
            return Err(refused("a JWT of another type").into());
        }
        let claims: ClientAssertionClaims = jws.claims().map_err(refused)?;
        if client_id.is_some_and(|id| id != claims.sub) {
            return Err(refused("client_id is not the assertion's subject").into());
        }
        let client = self.registered(&claims.sub).await?;
        may_assert(&client.client, &jws)?;
        if !self.verified(&client.client, &jws, now).await? {
            return Err(refused("no key of the client's made this signature").into());
        }
        self.accepted(&client.client, &claims, now)?;
        self.use_once(&client.client.id, &claims).await?;
        Ok(client)
    }

    /// The claims of an assertion whose signature is good.
    fn accepted(&self, client: &Client, claims: &ClientAssertionClaims, now: Timestamp) -> Result<(), Error> {
        let at = |seconds: u64| Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
        let ahead = |time: Option<u64>| time.is_some_and(|time| at(time) > now.plus(LEEWAY));
        let why = if claims.iss != client.id.as_str() || claims.sub != client.id.as_str() {
            "issuer and subject are not the client"
        } else if !self.is_meant(client, &claims.aud) {
            "the audience is not this server alone"
        } else if at(claims.exp) <= now {
            "expired"
        } else if at(claims.exp) > now.plus(LONGEST).plus(LEEWAY) {
            "lives too long"
        } else if ahead(claims.iat) || ahead(claims.nbf) {
            "from the future"
        } else if claims.jti.is_empty() || claims.jti.len() > MAX_JTI_BYTES || claims.jti.chars().any(char::is_control)
        {
            "the jti is empty, too long, or not text"
        } else {
            return Ok(());
        };
        Err(refused(why).into())
    }

    /// The issuer as a single text. Clients of the profile `oidc` may also name the token endpoint (OpenID Connect Core §9),
    /// or write an array of one.
    fn is_meant(&self, client: &Client, audience: &Audience) -> bool {
        match (client.profile, audience) {
            (Profile::Oauth21, Audience::One(only)) => only == self.issuer(),
            (Profile::Oauth21, Audience::Many(_)) => false,
            (Profile::Oidc, audience) => {
                audience.is_only(self.issuer()) || audience.is_only(&format!("{}/token", self.issuer()))
            }
        }
    }

    /// The same assertion a second time is a replay, whichever process sees it.
    async fn use_once(&self, client_id: &ClientId, claims: &ClientAssertionClaims) -> Result<(), Error> {
        let (issuer, jti) = (client_id.clone(), claims.jti.clone());
        let until = Timestamp::from_seconds(i64::try_from(claims.exp).unwrap_or(i64::MAX)).plus(REMEMBERED);
        let first = self
            .parts
            .store
            .transaction::<bool, Error, _>(move |tx| {
                let (issuer, jti) = (issuer.clone(), jti.clone());
                Box::pin(async move { Ok(tx.use_assertion(issuer.as_str(), &jti, until).await?) })
            })
            .await?;
        if first { Ok(()) } else { Err(refused("this assertion was used before").into()) }
    }
}

fn may_assert(client: &Client, jws: &Compact<'_>) -> Result<(), Error> {
    if client.metadata.token_endpoint_auth_method != AuthMethod::PrivateKeyJwt {
        return Err(refused("an assertion from a client that is registered without keys").into());
    }
    if client.metadata.token_endpoint_auth_signing_alg.is_some_and(|registered| registered != jws.algorithm) {
        return Err(refused("another algorithm than the registered one").into());
    }
    Ok(())
}
