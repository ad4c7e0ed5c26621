//! Clients whose id is the URL of what they say about themselves (Client ID Metadata Documents). Owns when a document is
//! fetched, kept and believed; does not own its rules (`protocol`) or when in a flow this is asked for (after sign-in).

pub(crate) mod address;
mod body;
mod destination;
pub(crate) mod fetch;
mod freshness;
pub(crate) mod key_sets;
mod limits;
pub(crate) mod resolver;
#[cfg(test)]
mod tests;

pub(crate) use destination::may_be_told;
pub(crate) use fetch::{Answered, DocumentFetcher, FetchError};

use std::sync::Arc;

use model::{AuditEvent, Client, ClientId, ClientOrigin, Profile, Timestamp, client::Fetched};
use protocol::{ClientDocument, ClientIdUrl, OAuthError};

use crate::{Authority, Error, register};

/// Documents are no longer than this.
const MAX_BYTES: usize = 5 * 1024;

impl Authority {
    /// The client of this document, and the policy version at which it looked like that. A fresh document is taken from the
    /// database, else it is fetched; where that fails the last good one is kept. Failures are never remembered.
    ///
    /// # Errors
    /// `invalid_client` for a document that cannot be had or breaks a rule, or a client that was disabled;
    /// `temporarily_unavailable` if its host was asked too often; trouble of the database.
    pub async fn client_document(&self, url: &ClientIdUrl, now: Timestamp) -> Result<(Arc<Client>, i64), Error> {
        if !self.parts.settings.registration.documents {
            return Err(refused("client-id documents are not accepted here").into());
        }
        if let Some(known) = self.usable(url, now).await? {
            return Ok(known);
        }
        // One fetch per document at a time; whoever waited finds it fetched.
        let flight = self.parts.documents.flight(url.as_str());
        let _landing = flight.board(self.parts.documents.patience()).await?;
        if let Some(known) = self.usable(url, now).await? {
            return Ok(known);
        }
        self.fetched(url, now).await
    }

    /// The client as it is, if it need not be fetched. An operator's client of the same name is the operator's.
    async fn usable(&self, url: &ClientIdUrl, now: Timestamp) -> Result<Option<(Arc<Client>, i64)>, Error> {
        let known = self.client(&ClientId::new(url.as_str())).await?;
        Ok(known.filter(|(client, _)| {
            client.document.is_none_or(|document| now >= document.at && now < document.fresh_until)
        }))
    }

    async fn fetched(&self, url: &ClientIdUrl, now: Timestamp) -> Result<(Arc<Client>, i64), Error> {
        let id = ClientId::new(url.as_str());
        let before = self.parts.store.read().await?.client(&id).await?;
        if before.as_ref().is_some_and(|client| client.disabled_at.is_some()) {
            return Err(refused("the client is not allowed here").because("disabled by an operator").into());
        }
        let fetched = self.fetch_client(url, before.as_ref(), now).await;
        self.parts.metrics.document(fetched.is_ok());
        match fetched {
            Ok(client) => {
                let before = before.as_ref().map(|before| &before.metadata.scope);
                let changed = before.is_some_and(|scope| *scope != client.metadata.scope);
                self.keep(client, changed, now).await
            }
            Err(Error::Refused(failure)) => {
                let last_good = self.client(&id).await?.ok_or_else(|| failure.clone())?;
                tracing::warn!(client = %id, %failure, detail = %failure.detail, "the last good client document is kept");
                Ok(last_good)
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn fetch_client(&self, url: &ClientIdUrl, before: Option<&Client>, now: Timestamp) -> Result<Client, Error> {
        let body = self.parts.documents.fetch(&url.url()?, MAX_BYTES, now).await.map_err(unreachable)?;
        let document = ClientDocument::parse(&body.bytes, url).map_err(|broken| {
            let words = format!("the client's document is not acceptable: {}", broken.description);
            OAuthError::invalid_client(words).because(format!("{url}: {}", broken.detail))
        })?;
        let metadata = register::limited(document.metadata, &*self.known().await?)
            .map_err(|broken| OAuthError::invalid_client(broken.description).because(url.to_string()))?;
        let fresh_for = self.parts.documents.freshness(body.cache);
        Ok(Client {
            id: ClientId::new(url.as_str()),
            origin: ClientOrigin::Document,
            name: metadata.client_name.clone().unwrap_or_else(|| url.host()),
            profile: Profile::Oauth21,
            first_party: false,
            metadata,
            secret_hash: None,
            fingerprint: None,
            nonce_instead_of_pkce: false,
            owner: None,
            home: None,
            document: Some(Fetched { at: now, fresh_until: now.plus(fresh_for) }),
            created_at: before.map_or(now, |client| client.created_at),
            used_at: before.and_then(|client| client.used_at),
            disabled_at: None,
        })
    }

    /// `changed`: whether it may do something else than before.
    async fn keep(&self, client: Client, changed: bool, now: Timestamp) -> Result<(Arc<Client>, i64), Error> {
        let client = Arc::new(client);
        let id = client.id.clone();
        self.parts
            .store
            .transaction::<(), Error, _>(move |tx| {
                let client = Arc::clone(&client);
                Box::pin(async move {
                    tx.put_client(&client).await?;
                    if changed {
                        let client_id = Some(client.id.clone());
                        tx.insert_audit_event(&AuditEvent { client_id, ..AuditEvent::new("client.changed", now) })
                            .await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.parts.known.forget();
        // Read again: it may have been disabled meanwhile.
        self.client(&id)
            .await?
            .ok_or_else(|| refused("the client is not allowed here").because("disabled meanwhile").into())
    }
}

fn refused(words: &'static str) -> OAuthError {
    OAuthError::invalid_client(words)
}

fn unreachable(error: FetchError) -> OAuthError {
    match error {
        FetchError::Busy(detail) => OAuthError::temporarily_unavailable(detail),
        FetchError::Refused(detail) | FetchError::Failed(detail) => {
            refused("the client's document could not be read from its address").because(detail)
        }
    }
}
