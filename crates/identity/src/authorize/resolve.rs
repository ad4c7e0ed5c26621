//! From a stored request to a client that can be believed: an unseen client document is fetched here, after the person has
//! signed in, and the redirect URI is matched against what the document says now.

use std::sync::Arc;

use model::{Authorization, Client, ClientOrigin, DeviceCode, Id, Timestamp};
use protocol::{ClientIdUrl, GrantType, OAuthError, RegisteredRedirectUri};

use super::{Step, failure, too_old, validate};
use crate::{Authority, Error, permitted};

/// A request whose client is known and whose answer has somewhere to go.
#[derive(Clone)]
pub(super) struct Resolved {
    pub(super) authorization: Authorization,
    pub(super) client: Arc<Client>,
    pub(super) to: To,
}

/// Where the answer goes.
#[derive(Clone)]
pub(super) enum To {
    /// The browser takes it to the client.
    Client(RegisteredRedirectUri),
    /// A device fetches it.
    Device(Box<DeviceCode>),
}

impl Authority {
    pub(super) async fn resolve(
        &self,
        authorization: Authorization,
        now: Timestamp,
    ) -> Result<Result<Resolved, Step>, Error> {
        let client = match self.present_client(&authorization, now).await {
            Ok(Some(client)) => client,
            Ok(None) => {
                return Ok(Err(Step::Refused(OAuthError::invalid_client("This app is not known here any more."))));
            }
            Err(Error::Refused(refusal)) => return Ok(Err(Step::Refused(refusal))),
            Err(error) => return Err(error),
        };
        if let Some(id) = authorization.device_code_id {
            return self.resolve_device(authorization, client, id).await;
        }
        let requested = authorization
            .redirect_uri
            .as_ref()
            .map(RegisteredRedirectUri::as_str)
            .or(authorization.request.redirect_uri.as_deref());
        let redirect_uri = match validate::registered(&client, requested) {
            Ok(redirect_uri) => redirect_uri,
            Err(refusal) => return Ok(Err(Step::Refused(refusal))),
        };
        if let Err(error) = validate::acceptable(&*self.known().await?, &client, &authorization.request) {
            return Ok(Err(failure(
                self.issuer(),
                &client,
                &redirect_uri,
                authorization.request.state.as_deref(),
                error,
            )));
        }
        if authorization.redirect_uri.is_none() {
            let (id, matched) = (authorization.id, redirect_uri.clone());
            self.parts
                .store
                .transaction(move |tx| {
                    let matched = matched.clone();
                    Box::pin(async move { tx.resolve_authorization(id, &matched).await.map_err(Error::from) })
                })
                .await?;
        }
        Ok(Ok(Resolved { authorization, client, to: To::Client(redirect_uri) }))
    }

    /// There is no address to lead back to, so that whatever is wrong is a page.
    pub(super) async fn resolve_device(
        &self,
        authorization: Authorization,
        client: Arc<Client>,
        id: Id<DeviceCode>,
    ) -> Result<Result<Resolved, Step>, Error> {
        let Some(device) = self.parts.store.read().await?.device_code(id).await? else {
            return Ok(Err(Step::Refused(too_old())));
        };
        if !client.may_use(GrantType::DeviceCode) {
            let refusal = OAuthError::unauthorized_client("this app may not let devices in any more");
            return Ok(Err(Step::Refused(refusal)));
        }
        let (known, request) = (self.known().await?, &authorization.request);
        let asked = permitted::asked(&known, &client, request.scope.as_ref(), request.resource.as_ref());
        if let Err(refusal) = asked {
            return Ok(Err(Step::Refused(refusal)));
        }
        Ok(Ok(Resolved { authorization, client, to: To::Device(Box::new(device)) }))
    }

    async fn present_client(
        &self,
        authorization: &Authorization,
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, Error> {
        let known = self.client(&authorization.client_id).await?;
        let by_document =
            known.as_ref().map_or(ClientIdUrl::looks_like(authorization.client_id.as_str()), |(client, _)| {
                client.origin == ClientOrigin::Document
            });
        if !by_document {
            return Ok(known.map(|(client, _)| client));
        }
        let url = ClientIdUrl::parse(authorization.client_id.as_str())?;
        Ok(Some(self.client_document(&url, now).await?.0))
    }
}
