//! The arrival at /authorize: the request is validated and stored; nothing is read from the browser again.

use model::{Authorization, AuthorizationState, Client, ClientId, Id, Secret, Timestamp};
use protocol::{AuthorizationRequest, ClientIdUrl, GrantType, OAuthError, Params, RegisteredRedirectUri};

use super::{
    Step, failure,
    resolve::{Resolved, To},
};
use crate::{Authority, Caller, Error, account::SessionCookie, known::Snapshot, permitted};

/// What came of an arrival.
#[derive(Clone, Debug)]
pub enum Begun {
    /// Stored; [`Authority::next_step`] goes on.
    Stored(Id<Authorization>),
    /// Answered at once, or refused.
    Ended(Step),
}

impl Authority {
    /// Validates and stores a request; where the person who is signed in with this session cookie need not be asked, the answer comes at once.
    /// Before a registered redirect URI is proven, an error can only be a page (OAuth 2.1 §4.1.2.1).
    ///
    /// # Errors
    /// Trouble of the database; what is wrong with the request is a [`Step`].
    pub async fn begin_authorization(
        &self,
        params: &Params,
        browser: &Secret,
        session_cookie: Option<&str>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Begun, Error> {
        let (client_id, redirect_uri, state) = match AuthorizationRequest::identify(params) {
            Ok(identified) => identified,
            Err(refusal) => return Ok(Begun::Ended(Step::Refused(refusal))),
        };
        let client_id = ClientId::new(client_id);
        let Some((client, policy_version)) = self.client(&client_id).await? else {
            return self.begin_unresolved(params, client_id, browser, now).await;
        };
        let redirect_uri = match registered(&client, redirect_uri.as_deref()) {
            Ok(redirect_uri) => redirect_uri,
            Err(refusal) => return Ok(Begun::Ended(Step::Refused(refusal))),
        };
        let known = self.known().await?;
        let request = AuthorizationRequest::parse(params)
            .and_then(|request| acceptable(&known, &client, &request).map(|()| request));
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                return Ok(Begun::Ended(failure(self.issuer(), &client, &redirect_uri, state.as_deref(), error)));
            }
        };
        let authorization = self.authorization(client_id, request, Some(redirect_uri.clone()), browser, now);
        let resolved = Resolved { authorization, client, to: To::Client(redirect_uri) };
        if let Some(session) = session_cookie.and_then(SessionCookie::parse)
            && let Some(step) = self.allow_at_once(&resolved, policy_version, &session, caller, now).await?
        {
            return Ok(Begun::Ended(step));
        }
        self.store_authorization(resolved.authorization).await
    }

    /// A client whose document was never fetched: nothing of it is believed yet, so errors are pages.
    async fn begin_unresolved(
        &self,
        params: &Params,
        client_id: ClientId,
        browser: &Secret,
        now: Timestamp,
    ) -> Result<Begun, Error> {
        let usable = self.parts.settings.registration.documents && ClientIdUrl::looks_like(client_id.as_str());
        let checked = if usable {
            ClientIdUrl::parse(client_id.as_str()).and_then(|_| AuthorizationRequest::parse(params))
        } else {
            Err(OAuthError::invalid_client(
                "This app is not known here. If it was connected before, remove it in the app and connect it again.",
            ))
        };
        match checked {
            Ok(request) => self.store_authorization(self.authorization(client_id, request, None, browser, now)).await,
            Err(refusal) => Ok(Begun::Ended(Step::Refused(refusal))),
        }
    }

    fn authorization(
        &self,
        client_id: ClientId,
        request: AuthorizationRequest,
        redirect_uri: Option<RegisteredRedirectUri>,
        browser: &Secret,
        now: Timestamp,
    ) -> Authorization {
        Authorization {
            id: Id::new(now),
            client_id,
            request,
            redirect_uri,
            device_code_id: None,
            browser_hash: browser.hash(),
            created_at: now,
            expires_at: now.plus(self.parts.settings.authorization_lifetime),
            state: AuthorizationState::Pending,
        }
    }

    async fn store_authorization(&self, authorization: Authorization) -> Result<Begun, Error> {
        let id = authorization.id;
        self.parts
            .store
            .transaction(move |tx| {
                let authorization = authorization.clone();
                Box::pin(async move { tx.insert_authorization(&authorization).await.map_err(Error::from) })
            })
            .await?;
        Ok(Begun::Stored(id))
    }
}

/// The registered redirect URI that the request means (OAuth 2.1 §2.3.2): the one it names, or the only one there is.
pub(super) fn registered(client: &Client, requested: Option<&str>) -> Result<RegisteredRedirectUri, OAuthError> {
    let uris = &client.metadata.redirect_uris;
    let found = match (requested, uris.as_slice()) {
        (Some(requested), uris) => uris.iter().find_map(|uri| uri.matches(requested)),
        (None, [only]) => only.matches(only.as_str()),
        (None, _) => {
            return Err(OAuthError::invalid_request(
                "The parameter redirect_uri is missing, and the app has registered more than one.",
            ));
        }
    };
    found.ok_or_else(|| {
        let expected: Vec<&str> = uris.iter().map(protocol::RedirectUri::as_str).collect();
        OAuthError::invalid_request("The address that the answer should go to is not one that this app has registered.")
            .because(format!("redirect_uri: expected one of {expected:?}"))
    })
}

/// What a known client may ask: the code grant, PKCE, a resource and scopes that exist.
pub(super) fn acceptable(known: &Snapshot, client: &Client, request: &AuthorizationRequest) -> Result<(), OAuthError> {
    if !client.may_use(GrantType::AuthorizationCode) {
        return Err(OAuthError::unauthorized_client("this client is not registered for the authorization code grant"));
    }
    let nonce_suffices = client.nonce_instead_of_pkce && client.is_confidential() && request.nonce.is_some();
    if request.code_challenge.is_none() && !nonce_suffices {
        return Err(OAuthError::invalid_request("code_challenge is missing: PKCE with S256 is required"));
    }
    permitted::asked(known, client, request.scope.as_ref(), request.resource.as_ref()).map(drop)
}
