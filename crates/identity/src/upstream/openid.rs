//! Providers that speak OpenID Connect: where the browser is sent, and what becomes of the code that it brings back. The
//! protocol is the `openidconnect` crate's; the way out is ours.

use std::fmt;

use model::Timestamp;
use oauth2::{HttpRequest, basic::BasicTokenType};
use openidconnect::{
    AuthType, AuthUrl, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, TokenUrl,
    core::{CoreAuthPrompt, CoreClient, CoreErrorResponseType, CoreJsonWebKeySet, CoreResponseType},
};
use protocol::Confidential;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    Arrived, ProviderKind, Trip, UpstreamError, discovery::Metadata, http::Http, id_token, provider::Provider,
};

/// The token response, with the ID token as it was written: it is read more strictly than the crate reads it.
type Answer = oauth2::StandardTokenResponse<Fields, BasicTokenType>;

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
    let id_token = redeemed(provider, &metadata, http, code, trip).await?;
    id_token::arrival(&id_token, provider, &metadata, http, trip, now).await
}

async fn redeemed(
    provider: &Provider,
    metadata: &Metadata,
    http: &Http,
    code: &Confidential,
    trip: &Trip,
) -> Result<String, UpstreamError> {
    let settings = &provider.settings;
    let mut client = oauth2::Client::<
        StandardErrorResponse<CoreErrorResponseType>,
        Answer,
        oauth2::StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
        oauth2::StandardRevocableToken,
        oauth2::basic::BasicRevocationErrorResponse,
    >::new(ClientId::new(settings.client_id.clone()))
    .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(no_address)?)
    .set_redirect_uri(RedirectUrl::new(provider.redirect_uri.clone()).map_err(no_address)?);
    if let Some(secret) = &settings.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    if metadata.wants_secret_in_body() {
        client = client.set_auth_type(AuthType::RequestBody);
    }
    let ask = |request: HttpRequest| http.ask(settings, request);
    let answer = client
        .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(trip.verifier.clone()))
        .request_async(&ask)
        .await
        .map_err(not_redeemed)?;
    Ok(answer.extra_fields().id_token.clone())
}

pub(super) fn no_address(error: url::ParseError) -> UpstreamError {
    UpstreamError::Refused(format!("an endpoint that is no address: {error}"))
}

/// What came instead of a token. A body may hold anything, so that nothing of it is told.
pub(super) fn not_redeemed<T: oauth2::ErrorResponse + 'static>(
    error: RequestTokenError<UpstreamError, T>,
) -> UpstreamError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(_) => UpstreamError::Refused("the code was not redeemed".to_owned()),
        RequestTokenError::Parse(error, _) => UpstreamError::Refused(format!("no token response: {}", error.path())),
        RequestTokenError::Other(what) => UpstreamError::Refused(format!("no token response: {what}")),
    }
}
