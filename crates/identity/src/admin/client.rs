//! Clients, by the operator and by whoever may in the organisation that one belongs to. What a new one may be stands in `addition`,
//! what an organisation may make in `own`.

mod addition;
mod own;

use model::{AuditEvent, Client, ClientId, ClientOrigin, Id, Organization, Permission, SecretHash, Timestamp};
use protocol::GrantType;
use serde_json::{Map, Value, json};
use storage::{Read, StorageError, Tx, Versioned};

pub(super) use addition::differs;
pub use addition::{ClientAdd, ClientHome, ClientKind};
pub use own::OwnClient;

use super::{
    ActError, answer, secret,
    thing::{Actions, By, Step, Thing},
};
use crate::{Actor, Authority, connections};

const ID_CHARACTERS: usize = 100;

impl Thing for Client {
    type Name = String;

    const ACTIONS: Actions = Actions {
        added: "client.added",
        disabled: "client.disabled",
        enabled: "client.enabled",
        removed: "client.removed",
    };

    async fn find(read: &mut Read, named: &String) -> Result<Self, ActError> {
        read.client(&ClientId::new(named)).await?.ok_or_else(|| {
            ActError::absent(format!("there is no client '{}'; `lanyard client list` shows them", named.escape_debug()))
        })
    }

    fn organization_id(&self) -> Option<Id<Organization>> {
        self.owner
    }

    fn row(&self) -> Versioned {
        Versioned::Client(self.id.clone())
    }

    fn answer(&self) -> Value {
        answer::client(self)
    }

    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            client_id: Some(self.id.clone()),
            organization_id: self.owner.or(self.home.map(|home| home.organization_id)),
            subject: Some(self.id.to_string()),
            ..AuditEvent::new(action, now)
        }
    }

    async fn insert(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_client(self).await
    }

    async fn set_disabled(&mut self, tx: &mut Tx, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.disabled_at = at;
        tx.set_client_disabled(&self.id, at).await
    }

    async fn delete(&self, tx: &mut Tx, now: Timestamp) -> Result<Map<String, Value>, StorageError> {
        tx.delete_client(&self.id, now).await?;
        Ok(Map::new())
    }
}

impl Authority {
    pub(super) async fn client_add(&self, by: &Actor, asked: ClientAdd, now: Timestamp) -> Result<Value, ActError> {
        let (text, hash) = secret::fresh();
        let has_secret = matches!(asked.kind, ClientKind::Confidential {});
        let id = client_id(asked.id.clone(), now)?;
        let taken = format!("there is, or was, a client '{id}', and ids are never given again; choose another");
        let hash = has_secret.then_some(hash);
        let added = self
            .add::<Client>(
                by,
                move |tx| {
                    let (asked, id, hash) = (asked.clone(), id.clone(), hash.clone());
                    Box::pin(async move { addition::client(tx, &asked, None, (id, hash), now).await })
                },
                || taken,
                now,
            )
            .await?;
        Ok(secret::shown(added, has_secret.then_some(text)))
    }

    /// Makes a client what this says. Its secret stays, and so does whether it has one.
    pub(super) async fn client_change(&self, by: &Actor, asked: ClientAdd, now: Timestamp) -> Result<Value, ActError> {
        let named = asked.id.clone().ok_or_else(|| ActError::new("say which client is to be changed"))?;
        self.change_by::<Client>(
            By::whoever_operates(by),
            named,
            "client.changed",
            move |tx, client| become_another(tx, client, asked.clone(), now),
            now,
        )
        .await
    }

    pub(super) async fn client_list(&self) -> Result<Value, ActError> {
        let clients = self.parts.store.read().await?.clients().await?;
        Ok(json!({ "clients": clients.iter().map(answer::client).collect::<Vec<_>>() }))
    }

    pub(super) async fn client_set_device(
        &self,
        by: &Actor,
        named: String,
        allowed: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let action = if allowed { "client.device_allowed" } else { "client.device_refused" };
        let by = By::whoever_operates(by);
        self.change_by::<Client>(by, named, action, move |tx, client| set_device(tx, client, allowed, now), now).await
    }

    pub(super) async fn client_new_secret(&self, by: &Actor, named: String, now: Timestamp) -> Result<Value, ActError> {
        let by = By::whoever_may(Permission::ManageClients, by);
        let (text, hash) = secret::fresh();
        let changed = self
            .change_by::<Client>(by, named, "client.new_secret", move |tx, client| renew(tx, client, hash.clone()), now)
            .await?;
        Ok(secret::shown(changed, Some(text)))
    }
}

/// What devices hold of a client ends when it is taken off the list (C-14).
fn set_device<'t>(tx: &'t mut Tx, client: &'t mut Client, allowed: bool, now: Timestamp) -> Step<'t, Value> {
    Box::pin(async move {
        if client.origin != ClientOrigin::Operator {
            let id = &client.id;
            return Err(ActError::new(format!(
                "'{id}' was not added by an operator, and no other is let in by a code; add it with --device instead"
            )));
        }
        client.metadata.grant_types.retain(|grant_type| *grant_type != GrantType::DeviceCode);
        if allowed {
            client.metadata.grant_types.push(GrantType::DeviceCode);
        }
        // First, so that whoever is about to redeem a code waits and finds it so, or is found below.
        tx.put_client(client).await?;
        let mut ended = 0;
        if !allowed {
            for family_id in tx.device_families_of(&client.id).await? {
                ended += u64::from(connections::end_family(tx, family_id, "device_refused", now).await?);
            }
        }
        let mut answer = client.answer();
        if let Some(members) = answer.as_object_mut() {
            members.insert("ended".to_owned(), ended.into());
        }
        Ok(answer)
    })
}

fn become_another<'t>(tx: &'t mut Tx, client: &'t mut Client, asked: ClientAdd, now: Timestamp) -> Step<'t, Value> {
    Box::pin(async move {
        let id = client.id.clone();
        if client.origin != ClientOrigin::Operator {
            return Err(ActError::conflict(format!("'{id}' was not added by an operator, and says itself what it is")));
        }
        if matches!(asked.kind, ClientKind::Confidential {}) != client.secret_hash.is_some() {
            return Err(ActError::conflict(format!(
                "whether '{id}' has a secret is never changed; remove it and add another"
            )));
        }
        if client.owner.is_some() {
            return Err(ActError::conflict(format!("'{id}' is an organisation's, which says what it is")));
        }
        let wanted = addition::client(tx, &asked, None, (id, client.secret_hash.clone()), now).await?;
        let Client { created_at, used_at, disabled_at, .. } = *client;
        *client = Client { created_at, used_at, disabled_at, ..wanted };
        tx.put_client(client).await?;
        Ok(client.answer())
    })
}

fn renew<'t>(tx: &'t mut Tx, client: &'t mut Client, hash: SecretHash) -> Step<'t, Value> {
    Box::pin(async move {
        if client.secret_hash.is_none() {
            let id = &client.id;
            return Err(ActError::new(format!("'{id}' is a client without a secret; add a confidential one instead")));
        }
        client.secret_hash = Some(hash);
        tx.put_client(client).await?;
        Ok(client.answer())
    })
}

/// A client's id is never of the shape of a person's, with which it shares the claim `sub` (RFC 9068 §5).
fn client_id(asked: Option<String>, now: Timestamp) -> Result<ClientId, ActError> {
    let Some(asked) = asked else { return Ok(ClientId::new(format!("c_{}", Id::<Client>::new(now)))) };
    if Id::<()>::parse(&asked).is_some() {
        return Err(ActError::new(format!(
            "'{asked}' cannot be a client's id: it looks like the id of a person; use another length than 22, or a hyphen"
        )));
    }
    Ok(ClientId::new(parse_id(Some(asked), now)?))
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
