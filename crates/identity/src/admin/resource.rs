//! Resource servers, by the operator.

use model::{AuditEvent, Resource, ResourceId, Timestamp};
use protocol::ResourceIndicator;
use serde_json::{Value, json};
use storage::Read;

use super::{ActError, answer, client, organization, scope_text, secret};
use crate::Authority;

impl Authority {
    pub(super) async fn resource_add(
        &self,
        id: Option<String>,
        name: &str,
        identifier: &str,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let (text, secret_hash) = secret::fresh();
        let resource = Resource {
            id: ResourceId::new(client::parse_id(id, now)?),
            name: organization::parse_name(name)?,
            identifier: ResourceIndicator::parse(identifier).map_err(|error| {
                ActError::new(format!(
                    "'{}' cannot identify a resource: {}",
                    identifier.escape_debug(),
                    error.description
                ))
            })?,
            secret_hash,
            scopes: scope_text::parse_all(scopes)?,
            created_at: now,
            disabled_at: None,
        };
        let answer = answer::resource(&resource);
        let taken = || {
            format!(
                "there is, or was, a resource with this id, or there is one with the identifier {identifier}; `lanyard resource list` shows them"
            )
        };
        let added: Result<(), ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let resource = resource.clone();
                Box::pin(async move {
                    tx.insert_resource(&resource).await?;
                    Ok(tx.insert_audit_event(&audit("resource.added", &resource, now)).await?)
                })
            })
            .await;
        added.map_err(|error| error.if_taken(taken))?;
        self.parts.known.forget();
        Ok(secret::shown(answer, Some(text)))
    }

    pub(super) async fn resource_list(&self) -> Result<Value, ActError> {
        let resources = self.parts.store.read().await?.resources().await?;
        Ok(json!({ "resources": resources.iter().map(answer::resource).collect::<Vec<_>>() }))
    }

    pub(super) async fn resource_show(&self, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        Ok(answer::resource(&find(&mut read, named).await?))
    }

    pub(super) async fn resource_set_disabled(
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
                    let mut resource = find(tx, &named).await?;
                    resource.disabled_at = disabled.then_some(now);
                    tx.set_resource_disabled(&resource.id, resource.disabled_at).await?;
                    let action = if disabled { "resource.disabled" } else { "resource.enabled" };
                    tx.insert_audit_event(&audit(action, &resource, now)).await?;
                    Ok::<_, ActError>(answer::resource(&resource))
                })
            })
            .await?;
        self.parts.known.forget();
        Ok(changed)
    }

    pub(super) async fn resource_new_secret(&self, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let (text, hash) = secret::fresh();
        let named = named.to_owned();
        let changed = self
            .parts
            .store
            .transaction(move |tx| {
                let (named, hash) = (named.clone(), hash.clone());
                Box::pin(async move {
                    let resource = find(tx, &named).await?;
                    tx.set_resource_secret(&resource.id, &hash).await?;
                    tx.insert_audit_event(&audit("resource.new_secret", &resource, now)).await?;
                    Ok::<_, ActError>(answer::resource(&resource))
                })
            })
            .await?;
        self.parts.known.forget();
        Ok(secret::shown(changed, Some(text)))
    }

    pub(super) async fn resource_remove(&self, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let named = named.to_owned();
        let removed = self
            .parts
            .store
            .transaction(move |tx| {
                let named = named.clone();
                Box::pin(async move {
                    let resource = find(tx, &named).await?;
                    tx.delete_resource(&resource.id, now).await?;
                    tx.insert_audit_event(&audit("resource.removed", &resource, now)).await?;
                    Ok::<_, ActError>(json!({ "removed": answer::resource(&resource) }))
                })
            })
            .await?;
        self.parts.known.forget();
        Ok(removed)
    }
}

/// The resource with this id or identifier.
async fn find(read: &mut Read, named: &str) -> Result<Resource, ActError> {
    let found = read
        .resources()
        .await?
        .into_iter()
        .find(|resource| resource.id.as_str() == named || resource.identifier.as_str() == named);
    found.ok_or_else(|| {
        ActError::new(format!("there is no resource '{}'; `lanyard resource list` shows them", named.escape_debug()))
    })
}

fn audit(action: &'static str, resource: &Resource, now: Timestamp) -> AuditEvent {
    AuditEvent { subject: Some(resource.id.to_string()), ..AuditEvent::new(action, now) }
}
