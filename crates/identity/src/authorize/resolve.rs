//! From a stored request to a client that can be believed: an unseen client document is fetched here, after the person has
//! signed in, and the redirect URI is matched against what the document says now.

use std::sync::Arc;

use model::{Authorization, Client, ClientOrigin, Timestamp};
use protocol::{ClientIdUrl, OAuthError, RegisteredRedirectUri};

use super::{Step, failure, validate};
use crate::{Authority, Error};

/// A request whose client is known and whose answer has somewhere to go.
#[derive(Clone)]
pub(super) struct Resolved {
    pub(super) authorization: Authorization,
    pub(super) client: Arc<Client>,
    pub(super) redirect_uri: RegisteredRedirectUri,
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
        Ok(Ok(Resolved { authorization, client, redirect_uri }))
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
