//! Clients, by the operator. What a new one may be stands in `addition`.

mod addition;

use model::{AuditEvent, Client, ClientId, Id, Timestamp};
use serde_json::{Value, json};
use storage::Read;

pub use addition::{ClientAdd, ClientHome, ClientKind};

use super::{ActError, answer, secret};
use crate::Authority;

const ID_CHARACTERS: usize = 100;

impl Authority {
    pub(super) async fn client_add(&self, asked: ClientAdd, now: Timestamp) -> Result<Value, ActError> {
        let (text, hash) = secret::fresh();
        let has_secret = matches!(asked.kind, ClientKind::Confidential {});
        let id = ClientId::new(parse_id(asked.id.clone(), now)?);
        let taken = format!("there is, or was, a client '{id}', and ids are never given again; choose another");
        let hash = has_secret.then_some(hash);
        let added = self
            .parts
            .store
            .transaction(move |tx| {
                let (asked, id, hash) = (asked.clone(), id.clone(), hash.clone());
                Box::pin(async move {
                    let client = addition::client(tx, &asked, id, hash, now).await?;
                    tx.insert_client(&client).await?;
                    tx.insert_audit_event(&audit("client.added", &client, now)).await?;
                    Ok::<_, ActError>(answer::client(&client))
                })
            })
            .await
            .map_err(|error| error.if_taken(|| taken))?;
        self.parts.known.forget();
        Ok(secret::shown(added, has_secret.then_some(text)))
    }

    pub(super) async fn client_list(&self) -> Result<Value, ActError> {
        let clients = self.parts.store.read().await?.clients().await?;
        Ok(json!({ "clients": clients.iter().map(answer::client).collect::<Vec<_>>() }))
    }

    pub(super) async fn client_show(&self, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        Ok(answer::client(&find(&mut read, named).await?))
    }

    pub(super) async fn client_set_disabled(
        &self,
        named: &str,
        disabled: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let named = named.to_owned();
        let changed = self
            .parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let mut client = find(tx, &named).await?;
                    client.disabled_at = disabled.then_some(now);
                    tx.set_client_disabled(&client.id, client.disabled_at).await?;
                    let action = if disabled { "client.disabled" } else { "client.enabled" };
                    tx.insert_audit_event(&audit(action, &client, now)).await?;
                    Ok::<_, ActError>(answer::client(&client))
                })
            })
            .await?;
        self.parts.known.forget();
        Ok(changed)
    }

    pub(super) async fn client_new_secret(&self, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let (text, hash) = secret::fresh();
        let named = named.to_owned();
        let changed = self
            .parts
            .store
            .transaction(move |tx| {
                let (named, hash) = (named.clone(), hash.clone());
                Box::pin(async move {
                    let mut client = find(tx, &named).await?;
                    if client.secret_hash.is_none() {
                        let id = &client.id;
                        return Err(ActError::new(format!(
                            "'{id}' is a client without a secret; add a confidential one instead"
                        )));
                    }
                    client.secret_hash = Some(hash);
                    tx.put_client(&client).await?;
                    tx.insert_audit_event(&audit("client.new_secret", &client, now)).await?;
                    Ok(answer::client(&client))
                })
            })
            .await?;
        self.parts.known.forget();
        Ok(secret::shown(changed, Some(text)))
    }

    pub(super) async fn client_remove(&self, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let named = named.to_owned();
        let removed = self
            .parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let client = find(tx, &named).await?;
                    tx.delete_client(&client.id, now).await?;
                    tx.insert_audit_event(&audit("client.removed", &client, now)).await?;
                    Ok::<_, ActError>(json!({ "removed": answer::client(&client) }))
                })
            })
            .await?;
        self.parts.known.forget();
        Ok(removed)
    }
}

/// An id from the command line, or one of ours. Never a URL: those are client documents.
pub(super) fn parse_id(asked: Option<String>, now: Timestamp) -> Result<String, ActError> {
    let Some(id) = asked else { return Ok(Id::<Client>::new(now).to_string()) };
    let shaped = (1..=ID_CHARACTERS).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if shaped {
        return Ok(id);
    }
    let shown = id.escape_debug();
    Err(ActError::new(format!(
        "'{shown}' cannot be an id; use 1 to {ID_CHARACTERS} letters, digits, hyphens, dots and underscores"
    )))
}

async fn find(read: &mut Read, named: &str) -> Result<Client, ActError> {
    let found = read.client(&ClientId::new(named)).await?;
    found.ok_or_else(|| {
        ActError::new(format!("there is no client '{}'; `lanyard client list` shows them", named.escape_debug()))
    })
}

fn audit(action: &'static str, client: &Client, now: Timestamp) -> AuditEvent {
    AuditEvent {
        client_id: Some(client.id.clone()),
        organization_id: client.home.map(|home| home.organization_id),
        subject: Some(client.id.to_string()),
        ..AuditEvent::new(action, now)
    }
}
