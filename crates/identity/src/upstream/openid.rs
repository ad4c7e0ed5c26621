//! Providers that speak OpenID Connect: where the browser is sent, and what becomes of the code that it brings back. The
//! protocol is the `openidconnect` crate's; the way out is ours.

use std::fmt;

use model::Timestamp;
use openidconnect::{
    AuthUrl, AuthenticationFlow, ClientId, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope,
    core::{CoreAuthPrompt, CoreClient, CoreJsonWebKeySet, CoreResponseType},
};
use protocol::Confidential;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    Arrived, ProviderKind, Trip, UpstreamError,
    discovery::Metadata,
    http::Http,
    id_token,
    provider::Provider,
    redeem::{Redeemed, TokenEndpoint, no_address, redeem},
};

/// The ID token as it was written: it is read more strictly than the crate reads it.
#[derive(Serialize, Deserialize)]
struct Fields {
    id_token: String,
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields(…)")
    }
}

impl oauth2::ExtraTokenFields for Fields {}

/// Where the browser is sent.
pub(super) fn departure(provider: &Provider, metadata: &Metadata, trip: &Trip) -> Result<Url, UpstreamError> {
    let settings = &provider.settings;
    let issuer = IssuerUrl::new(settings.issuer()).map_err(no_address)?;
    let client = CoreClient::new(ClientId::new(settings.client_id.clone()), issuer, CoreJsonWebKeySet::default())
        .set_auth_uri(AuthUrl::new(metadata.authorization_endpoint.clone()).map_err(no_address)?)
        .set_redirect_uri(RedirectUrl::new(provider.redirect_uri.clone()).map_err(no_address)?);
    let (state, nonce) = (CsrfToken::new(trip.state.clone()), Nonce::new(trip.nonce.clone()));
    let verifier = PkceCodeVerifier::new(trip.verifier.clone());
    let mut request = client
        .authorize_url(AuthenticationFlow::<CoreResponseType>::AuthorizationCode, move || state, move || nonce)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        // `openid` comes by itself.
        .add_scopes(settings.scopes.iter().filter(|scope| *scope != "openid").map(|scope| Scope::new(scope.clone())));
    if trip.fresh {
        request = match settings.kind {
            // It knows no way to ask for the password again; at least it asks which account.
            ProviderKind::Google => request.add_prompt(CoreAuthPrompt::SelectAccount),
            _ => request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO),
        };
    }
    Ok(request.url().0)
}

/// Redeems the code and reads who came.
pub(super) async fn arrival(
    provider: &Provider,
    http: &Http,
    code: &Confidential,
    trip: &Trip,
    now: Timestamp,
) -> Result<Arrived, UpstreamError> {
    let metadata = provider.metadata(http, now).await?;
    let endpoint = TokenEndpoint { url: &metadata.token_endpoint, secret_in_body: metadata.wants_secret_in_body() };
    let answer: Redeemed<Fields> = redeem(provider, endpoint, http, code, trip).await?;
    id_token::arrival(&answer.extra_fields().id_token, provider, &metadata, http, trip, now).await
}
