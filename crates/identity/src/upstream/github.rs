//! GitHub: OAuth 2.0 without an ID token. Who somebody is, its API says: a number that is never given again, and addresses of
//! which only the primary one counts, and only if it is verified.

use model::{Email, UpstreamKey};
use oauth2::{
    AuthUrl, ClientId, CsrfToken, EmptyExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse as _, basic::BasicClient,
};
use protocol::Confidential;
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{
    Arrived, Trip, UpstreamError,
    claims::label,
    http::Http,
    provider::Provider,
    redeem::{Redeemed, TokenEndpoint, no_address, redeem},
};

#[derive(Deserialize)]
struct Person {
    id: u64,
    login: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    verified: bool,
}

/// Where the browser is sent.
pub(super) fn departure(provider: &Provider, trip: &Trip) -> Result<Url, UpstreamError> {
    let settings = &provider.settings;
    let authorize = format!("{}/login/oauth/authorize", settings.base_url);
    let client = BasicClient::new(ClientId::new(settings.client_id.clone()))
        .set_auth_uri(AuthUrl::new(authorize).map_err(no_address)?)
        .set_redirect_uri(RedirectUrl::new(provider.redirect_uri.clone()).map_err(no_address)?);
    let verifier = PkceCodeVerifier::new(trip.verifier.clone());
    let state = CsrfToken::new(trip.state.clone());
    let mut request = client
        .authorize_url(move || state)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_scopes(settings.scopes.iter().map(|scope| Scope::new(scope.clone())));
    if trip.fresh {
        request = request.add_extra_param("prompt", "select_account");
    }
    Ok(request.url().0)
}

/// GitHub says nothing of the issuer; if it did, it would have to be right (RFC 9207 §2.4).
pub(super) fn check_issuer(provider: &Provider, iss: Option<&str>) -> Result<(), UpstreamError> {
    let base = &provider.settings.base_url;
    if iss.is_none_or(|iss| iss == base || iss == format!("{base}/login/oauth")) {
        return Ok(());
    }
    Err(UpstreamError::Refused(format!("an answer of the issuer {iss:?}")))
}

/// Redeems the code and asks who came. The token is used for that and forgotten.
pub(super) async fn arrival(
    provider: &Provider,
    http: &Http,
    code: &Confidential,
    trip: &Trip,
) -> Result<Arrived, UpstreamError> {
    let redeem_at = format!("{}/login/oauth/access_token", provider.settings.base_url);
    let endpoint = TokenEndpoint { url: &redeem_at, secret_in_body: true };
    let answer: Redeemed<EmptyExtraTokenFields> = redeem(provider, endpoint, http, code, trip).await?;
    let token = Confidential::new(answer.access_token().secret().clone());
    let person: Person = asked(provider, http, &token, "/user").await?;
    let addresses: Vec<Address> = asked(provider, http, &token, "/user/emails").await?;
    Ok(arrived(provider, person, &addresses))
}

fn arrived(provider: &Provider, person: Person, addresses: &[Address]) -> Arrived {
    let primary = addresses.iter().find(|address| address.primary && address.verified);
    let email = primary.and_then(|address| Email::parse(&address.email));
    Arrived {
        who: UpstreamKey { issuer: provider.settings.base_url.clone(), subject: person.id.to_string() },
        label: label(&person.login),
        proven: email.is_some(),
        email,
        name: person.name,
    }
}

async fn asked<T: DeserializeOwned>(
    provider: &Provider,
    http: &Http,
    token: &Confidential,
    path: &str,
) -> Result<T, UpstreamError> {
    let url = format!("{}{path}", provider.settings.api());
    let request = oauth2::http::Request::get(&url)
        .header("accept", "application/vnd.github+json")
        .header("authorization", format!("Bearer {}", token.expose()))
        .body(Vec::new())
        .map_err(|error| UpstreamError::Refused(format!("an endpoint that is no address: {error}")))?;
    let answer = http.ask(&provider.settings, request).await?;
    if answer.status() != oauth2::http::StatusCode::OK {
        return Err(UpstreamError::Refused(format!("{url}: status {}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(|error| UpstreamError::Refused(format!("{url}: {error}")))
}
