//! ID tokens (OpenID Connect Core §3.1.3.7). Signature, issuer, audience, nonce and expiry are the `openidconnect` crate's to
//! judge; before that the token is read so strictly that no two readers can differ, and after it what the crate leaves open is
//! judged here: the authorized party, times, and the tenant.

use std::{
    str::FromStr as _,
    time::{Duration, SystemTime},
};

use model::Timestamp;
use openidconnect::{
    ClaimsVerificationError, ClientId, IdTokenVerifier, IssuerUrl, Nonce, SignatureVerificationError,
    core::{CoreIdToken, CoreJwsSigningAlgorithm},
};
use protocol::jws::Compact;

use super::{
    Arrived, ProviderKind, Trip, UpstreamError,
    claims::Claims,
    discovery::Metadata,
    http::Http,
    keys::{Keys, Wanted},
    provider::Provider,
    redeem::no_address,
};

/// How far clocks may be apart.
const SKEW: Duration = Duration::from_secs(60);

/// With a secret that is shared, whoever knows it could sign; with none, anybody.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Who this token speaks of, if it is good.
pub(super) async fn arrival(
    text: &str,
    provider: &Provider,
    metadata: &Metadata,
    http: &Http,
    trip: &Trip,
    now: Timestamp,
) -> Result<Arrived, UpstreamError> {
    let refused = |why: &str| UpstreamError::Refused(format!("an ID token that is not good: {why}"));
    let compact = Compact::parse(text).map_err(refused)?;
    let claims: Claims = compact.claims().map_err(refused)?;
    let issuer = metadata.token_issuer(&provider.settings, claims.tid.as_deref())?;
    let verify = |keys: &Keys| {
        if !keys.may_speak(compact.kid.as_deref(), &issuer, claims.tid.as_deref()) {
            return Err(Verdict::Refused("a key of another issuer".to_owned()));
        }
        verified(text, &issuer, keys, provider, trip, now)
    };
    let keys = provider.keys(metadata, Wanted::Recent, http, now).await?;
    let verdict = match verify(&keys) {
        Err(Verdict::UnknownKey) => verify(&*provider.keys(metadata, Wanted::Newer, http, now).await?),
        verdict => verdict,
    };
    match verdict {
        Ok(()) => {}
        Err(Verdict::UnknownKey) => return Err(refused("its key is unknown")),
        Err(Verdict::Refused(why)) => return Err(refused(&why)),
    }
    check_the_rest(&claims, provider, trip, now).map_err(refused)?;
    claims.arrived(&provider.settings.kind).map_err(refused)
}

enum Verdict {
    UnknownKey,
    Refused(String),
}

fn verified(
    text: &str,
    issuer: &str,
    keys: &Keys,
    provider: &Provider,
    trip: &Trip,
    now: Timestamp,
) -> Result<(), Verdict> {
    let refused = |error: &dyn std::fmt::Display| Verdict::Refused(error.to_string());
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|error| refused(&no_address(error)))?;
    let token = CoreIdToken::from_str(text).map_err(|_| Verdict::Refused("its claims are malformed".to_owned()))?;
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(now.as_micros()).unwrap_or(0));
    // As a public client would: there is no secret that could verify anything.
    let verifier = IdTokenVerifier::new_public_client(
        ClientId::new(provider.settings.client_id.clone()),
        issuer,
        keys.set.clone(),
    )
    .set_allowed_algs(ALGORITHMS)
    .set_time_fn(move || at.into());
    match token.claims(&verifier, &Nonce::new(trip.nonce.clone())) {
        Ok(_) => Ok(()),
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            Err(Verdict::UnknownKey)
        }
        Err(error) => Err(refused(&error)),
    }
}

fn check_the_rest(claims: &Claims, provider: &Provider, trip: &Trip, now: Timestamp) -> Result<(), &'static str> {
    let at = |seconds: u64| Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000_000));
    if claims.azp.as_ref().is_some_and(|azp| *azp != provider.settings.client_id) {
        return Err("it was made for another client (azp)");
    }
    let soon = now.plus(SKEW);
    if at(claims.iat) > soon || claims.nbf.is_some_and(|nbf| at(nbf) > soon) {
        return Err("it is of the future");
    }
    if trip.fresh {
        let asked_again = claims.auth_time.map(|time| at(time).plus(SKEW) >= trip.began);
        // OpenID Connect Core §3.1.2.1: where max_age is asked for, auth_time must be there. The two big ones know better.
        if asked_again == Some(false) || asked_again.is_none() && provider.settings.kind == ProviderKind::OpenId {
            return Err("the person was not asked again (auth_time)");
        }
    }
    Ok(())
}
