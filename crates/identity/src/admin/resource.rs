//! Resource servers, by the operator and by whoever may in the organisation that one belongs to (`resource_own`).

use model::{AccessTokenForm, AuditEvent, Id, Organization, Permission, Resource, ResourceId, SecretHash, Timestamp};
use protocol::ResourceIndicator;
use serde_json::{Map, Value, json};
use storage::{Read, StorageError, Tx, Versioned};

use super::{
    ActError, answer, client, organization, scope_text, secret,
    thing::{Actions, By, Step, Thing, ready},
};
use crate::{Actor, Authority, api_key};

/// The reason of keys that were good for a resource alone that was removed.
const RESOURCE_REMOVED: &str = "resource_removed";

impl Thing for Resource {
    type Name = String;

    const ACTIONS: Actions = Actions {
        added: "resource.added",
        disabled: "resource.disabled",
        enabled: "resource.enabled",
        removed: "resource.removed",
    };

    /// By its id or its identifier.
    async fn find(read: &mut Read, named: &String) -> Result<Self, ActError> {
        read.resource_named(named).await?.ok_or_else(|| {
            let named = named.escape_debug();
            ActError::absent(format!("there is no resource '{named}'; `lanyard resource list` shows them"))
        })
    }

    fn organization_id(&self) -> Option<Id<Organization>> {
        self.owner
    }

    fn row(&self) -> Versioned {
        Versioned::Resource(self.id.clone())
    }

    fn answer(&self) -> Value {
        answer::resource(self)
    }

    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            resource_id: Some(self.id.clone()),
            organization_id: self.owner,
            subject: Some(self.id.to_string()),
            ..AuditEvent::new(action, now)
        }
    }

    async fn insert(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_resource(self).await
    }

    async fn set_disabled(&mut self, tx: &mut Tx, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.disabled_at = at;
        tx.set_resource_disabled(&self.id, at).await
    }

    async fn delete(&self, tx: &mut Tx, now: Timestamp) -> Result<Map<String, Value>, StorageError> {
        let keys = tx.live_api_keys_at(&self.id).await?;
        api_key::end(tx, &keys, RESOURCE_REMOVED, now).await?;
        tx.delete_resource(&self.id, now).await?;
        Ok(Map::new())
    }
}

impl Authority {
    pub(super) async fn resource_add(
        &self,
        by: &Actor,
        (id, name): (Option<String>, &str),
        identifier: &str,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (text, secret_hash) = secret::fresh();
        let resource = Resource {
            id: ResourceId::new(client::parse_id(id, now)?),
            name: organization::parse_name(name)?,
            identifier: parse_identifier(identifier)?,
            owner: None,
            secret_hash,
            scopes: scope_text::parse_all(scopes)?,
            access_tokens: AccessTokenForm::Opaque,
            default_at: None,
            created_at: now,
            disabled_at: None,
        };
        let taken = || {
            format!(
                "there is, or was, a resource with this id, or there is one with the identifier {identifier}; `lanyard resource list` shows them"
            )
        };
        let added = self.add::<Resource>(by, move |_| ready(resource.clone()), taken, now).await?;
        Ok(secret::shown(added, Some(text)))
    }

    pub(super) async fn resource_list(&self) -> Result<Value, ActError> {
        let resources = self.parts.store.read().await?.resources().await?;
        Ok(json!({ "resources": resources.iter().map(answer::resource).collect::<Vec<_>>() }))
    }

    pub(super) async fn resource_new_secret(
        &self,
        by: &Actor,
        named: String,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (text, hash) = secret::fresh();
        let changed = self
            .change_by::<Resource>(
                By::whoever_may(Permission::ManageResources, by),
                named,
                "resource.new_secret",
                move |tx, resource| renew(tx, resource, hash.clone()),
                now,
            )
            .await?;
        Ok(secret::shown(changed, Some(text)))
    }

    pub(super) async fn resource_set_access_tokens(
        &self,
        by: &Actor,
        named: String,
        form: &str,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let form = AccessTokenForm::parse(form).ok_or_else(|| {
            let form = form.escape_debug();
            ActError::new(format!("'{form}' is no form of access tokens; write opaque, ES256, RS256 or EdDSA"))
        })?;
        let by = By::whoever_may(Permission::ManageResources, by);
        self.change_by::<Resource>(
            by,
            named,
            "resource.access_tokens",
            move |tx, resource| issue(tx, resource, form),
            now,
        )
        .await
    }
}

fn issue<'t>(tx: &'t mut Tx, resource: &'t mut Resource, form: AccessTokenForm) -> Step<'t, Value> {
    Box::pin(async move {
        tx.set_resource_access_tokens(&resource.id, form).await?;
        resource.access_tokens = form;
        Ok(resource.answer())
    })
}

fn renew<'t>(tx: &'t mut Tx, resource: &'t mut Resource, hash: SecretHash) -> Step<'t, Value> {
    Box::pin(async move {
        tx.set_resource_secret(&resource.id, &hash).await?;
        Ok(resource.answer())
    })
}

pub(super) fn parse_identifier(text: &str) -> Result<ResourceIndicator, ActError> {
    ResourceIndicator::parse(text).map_err(|error| {
        ActError::new(format!("'{}' cannot identify a resource: {}", text.escape_debug(), error.description))
    })
}
