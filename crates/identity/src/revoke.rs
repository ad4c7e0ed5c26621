//! Revocation (RFC 7009): a client gives back what it holds.

use model::{AuditEvent, ClientId, Family, ResourceId, Timestamp, Token, TokenKind};
use storage::Tx;

use crate::{AuthenticatedClient, Authority, Caller, Error, connections, token_name::TokenName};

impl Authority {
    /// Ends what stands behind a token of this client: the family, whichever of its tokens was shown, or the single access
    /// token without one. Anything else is answered the same way and has no effect (RFC 7009 §2.2).
    ///
    /// # Errors
    /// Trouble of the database; then nothing was ended.
    pub async fn revoke(
        &self,
        client: &AuthenticatedClient,
        token: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(), Error> {
        // The hint is not needed: the kind stands in the token. One whose time is over is genuine still.
        let found = match Token::parse(token, TokenKind::Refresh, &self.parts.secrets) {
            Some(token) => Some(TokenName::opaque(&token)),
            None => self.token_name(token, now).await?,
        };
        let Some(token) = found else { return Ok(()) };
        let (client_id, address) = (client.client.id.clone(), caller.address.clone());
        let has_ended = self
            .parts
            .store
            .transaction(move |tx| {
                let (token, client_id, address) = (token.clone(), client_id.clone(), address.clone());
                Box::pin(async move {
                    if token.generation == 0 {
                        if let Some(found) = tx.access_token(token.id, 0, &token.hash).await?
                            && found.client_id == client_id
                        {
                            tx.delete_access_token(token.id, &token.hash).await?;
                            let event = of_client(client_id, found.resource_id, address, now);
                            tx.insert_audit_event(&event).await?;
                        }
                        return Ok::<_, Error>(false);
                    }
                    let family = tx.family(token.id.cast::<Family>()).await?;
                    match family.filter(|family| family.client_id == client_id) {
                        Some(family) => end(tx, &family, &address, now).await,
                        None => Ok(false),
                    }
                })
            })
            .await?;
        if has_ended {
            self.parts.metrics.connection_ended(true);
        }
        Ok(())
    }
}

/// A client gave back a token that stood for nobody but itself.
fn of_client(client_id: ClientId, resource_id: Option<ResourceId>, address: String, now: Timestamp) -> AuditEvent {
    AuditEvent {
        client_id: Some(client_id),
        resource_id,
        address: Some(address),
        ..AuditEvent::new("client_token.revoked", now)
    }
}

/// Whether it had not ended before.
async fn end(tx: &mut Tx, family: &Family, address: &str, now: Timestamp) -> Result<bool, Error> {
    let ends = tx.revoke_family(family.id, "revoked_by_client", now).await?;
    if ends {
        let is_last = tx.revoke_grant_without_families(family, "revoked_by_client", now).await?;
        let event = AuditEvent {
            address: Some(address.to_owned()),
            subject: Some(family.id.to_string()),
            // The client gave it back; the person did nothing.
            user_id: None,
            ..connections::event_of(tx, family, "token.revoked", now).await?
        };
        tx.insert_audit_event(&event).await?;
        if is_last {
            connections::tell_ended(tx, family, now).await?;
        }
    }
    Ok(ends)
}
