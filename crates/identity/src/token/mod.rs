//! The token endpoint: the phases of every grant type, once, in order. Each grant type fills in only what is its own.

mod authorization_code;
mod client_credentials;
mod device_code;
mod issue;
pub(crate) mod jwt;
mod refresh_token;
mod token_exchange;

use protocol::{ClientCredentials, GrantType, OAuthError, Params, TOKEN_EXCHANGE, TokenRequest, TokenResponse};

use crate::{AuthenticatedClient, Authority, Caller, Error};

impl Authority {
    /// Answers a token request (OAuth 2.1 §3.2). Runs in a task of its own: a client that goes away cannot cancel it.
    ///
    /// On a shared database what is remembered of clients is believed first: the command that writes proves it in the same
    /// statement, and the ordinary case is one round trip. Whatever else comes of that is asked again, of the database.
    ///
    /// # Errors
    /// The protocol's refusals, or trouble of the database, which is never one of them.
    pub async fn exchange(
        &self,
        credentials: ClientCredentials,
        params: Params,
        caller: &Caller,
    ) -> Result<TokenResponse, Error> {
        if params.get("grant_type") == Some(TOKEN_EXCHANGE) {
            return Box::pin(self.exchange_token(credentials, params, caller)).await;
        }
        // An assertion is used up by looking at it.
        if self.parts.store.is_shared() && !matches!(credentials, ClientCredentials::Assertion { .. }) {
            match self.believing().exchange_once(credentials.clone(), params.clone(), caller).await {
                Err(Error::Refused(_)) => {}
                answer => return answer,
            }
        }
        self.exchange_once(credentials, params, caller).await
    }

    async fn exchange_once(
        &self,
        credentials: ClientCredentials,
        mut params: Params,
        caller: &Caller,
    ) -> Result<TokenResponse, Error> {
        let now = self.now();
        // 1 who asks
        let client = self.authenticate_client(credentials, now).await?;
        // 2 what is asked
        let request = TokenRequest::parse(&mut params)?;
        // 3 may they
        may_use(&client, &request)?;
        // 4 the grant itself, each in a box: only one of them is carried along
        let issued = match request {
            TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resource } => {
                let redeemed =
                    Box::pin(self.redeem_code(&client, &code, redirect_uri, code_verifier, resource, caller, now))
                        .await;
                self.count_code(&redeemed);
                redeemed?
            }
            TokenRequest::RefreshToken { refresh_token, scope, resource } => {
                Box::pin(self.refresh(&client, &refresh_token, scope, resource, caller, now)).await?
            }
            TokenRequest::DeviceCode { device_code } => {
                Box::pin(self.redeem_device_code(&client, &device_code, now)).await?
            }
            TokenRequest::ClientCredentials { scope, resource } => {
                Box::pin(self.issue_to_client(&client, scope, resource, now)).await?
            }
            TokenRequest::TokenExchange { .. } => return Err(not_a_clients().into()),
        };
        // 5 the response
        self.respond(&client, issued, now).await
    }
}

/// What was believed is not so, or not the ordinary case.
fn unproven() -> Error {
    OAuthError::server_error("what is remembered was not proven").into()
}

/// Only resource servers exchange tokens; they are answered elsewhere.
fn not_a_clients() -> OAuthError {
    OAuthError::unauthorized_client("only a resource server exchanges tokens")
}

fn may_use(client: &AuthenticatedClient, request: &TokenRequest) -> Result<(), OAuthError> {
    let grant_type = match request {
        TokenRequest::AuthorizationCode { .. } => GrantType::AuthorizationCode,
        TokenRequest::RefreshToken { .. } => GrantType::RefreshToken,
        TokenRequest::DeviceCode { .. } => GrantType::DeviceCode,
        TokenRequest::ClientCredentials { .. } => GrantType::ClientCredentials,
        TokenRequest::TokenExchange { .. } => return Err(not_a_clients()),
    };
    if client.client.may_use(grant_type) {
        return Ok(());
    }
    Err(OAuthError::unauthorized_client("this client is not registered for this grant type").because(format!(
        "client {} asked for {}",
        client.client.id,
        request.grant_type()
    )))
}
