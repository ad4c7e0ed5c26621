//! Redeeming a code at a provider (RFC 6749 §4.1.3, RFC 7636 §4.5), the same for all of them. What else the answer carries, its
//! caller says.

use oauth2::{
    AuthType, AuthorizationCode, Client, ClientId, ClientSecret, EmptyExtraTokenFields, ExtraTokenFields, HttpRequest,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, StandardRevocableToken, StandardTokenIntrospectionResponse,
    StandardTokenResponse, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenType},
};
use protocol::Confidential;

use super::{Trip, UpstreamError, http::Http, provider::Provider};

/// A token response with these further members.
pub(super) type Redeemed<F> = StandardTokenResponse<F, BasicTokenType>;

/// Where and how a provider redeems codes.
pub(super) struct TokenEndpoint<'p> {
    pub(super) url: &'p str,
    /// Whether our secret goes into the body rather than into the header.
    pub(super) secret_in_body: bool,
}

/// Redeems a code that a trip brought back.
pub(super) async fn redeem<F: ExtraTokenFields>(
    provider: &Provider,
    endpoint: TokenEndpoint<'_>,
    http: &Http,
    code: &Confidential,
    trip: &Trip,
) -> Result<Redeemed<F>, UpstreamError> {
    let settings = &provider.settings;
    let mut client = Client::<
        BasicErrorResponse,
        Redeemed<F>,
        StandardTokenIntrospectionResponse<EmptyExtraTokenFields, BasicTokenType>,
        StandardRevocableToken,
        BasicRevocationErrorResponse,
    >::new(ClientId::new(settings.client_id.clone()))
    .set_token_uri(TokenUrl::new(endpoint.url.to_owned()).map_err(no_address)?)
    .set_redirect_uri(RedirectUrl::new(provider.redirect_uri.clone()).map_err(no_address)?);
    if let Some(secret) = &settings.client_secret {
        client = client.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    if endpoint.secret_in_body {
        client = client.set_auth_type(AuthType::RequestBody);
    }
    let ask = |request: HttpRequest| http.ask(settings, request);
    client
        .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(trip.verifier.clone()))
        .request_async(&ask)
        .await
        .map_err(not_redeemed)
}

pub(super) fn no_address(error: url::ParseError) -> UpstreamError {
    UpstreamError::Refused(format!("an endpoint that is no address: {error}"))
}

/// What came instead of a token. A body may hold anything, so that nothing of it is told.
fn not_redeemed(error: RequestTokenError<UpstreamError, BasicErrorResponse>) -> UpstreamError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(_) => UpstreamError::Refused("the code was not redeemed".to_owned()),
        RequestTokenError::Parse(error, _) => UpstreamError::Refused(format!("no token response: {}", error.path())),
        RequestTokenError::Other(what) => UpstreamError::Refused(format!("no token response: {what}")),
    }
}
