//! Webhooks of organisations, by the operator and by whoever may there.

use std::time::Duration;

use model::{AuditEvent, EventKind, Id, Organization, Permission, Timestamp, Webhook, WebhookDelivery, WebhookEnd};
use serde_json::{Map, Value, json};
use storage::{Read, StorageError, Tx, Versioned};
use url::Url;

use super::{
    ActError, organization,
    thing::{Actions, By, Step, Thing, allow, let_look},
};
use crate::{Actor, Authority, client_document::may_be_told, seal, webhooks};

/// How long deliveries are signed with the secret before, too, unless something else is said.
const OVERLAP: Duration = Duration::from_secs(24 * 3600);
/// And at most.
const MOST_OVERLAP: Duration = Duration::from_secs(30 * 24 * 3600);
/// So many deliveries are listed.
const LISTED: u32 = 100;

impl Thing for Webhook {
    type Name = String;

    const ACTIONS: Actions = Actions {
        added: "webhook.added",
        disabled: "webhook.disabled",
        enabled: "webhook.enabled",
        removed: "webhook.removed",
    };

    async fn find(read: &mut Read, named: &String) -> Result<Self, ActError> {
        let found = match Id::parse(named) {
            Some(id) => read.webhook(id).await?,
            None => None,
        };
        found.ok_or_else(|| {
            let named = named.escape_debug();
            ActError::absent(format!("there is no webhook '{named}'; `lanyard webhook list ORGANIZATION` shows them"))
        })
    }

    fn organization_id(&self) -> Option<Id<Organization>> {
        Some(self.organization_id)
    }

    fn row(&self) -> Versioned {
        Versioned::Webhook(self.id)
    }

    fn answer(&self) -> Value {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        json!({
            "id": self.id,
            "url": self.url,
            "kinds": kinds,
            "created_at": self.created_at.as_seconds(),
            "failing_since_at": self.failing_since.map(Timestamp::as_seconds),
            "previous_secret_until_at": self.previous.as_ref().map(|(_, until)| until.as_seconds()),
            "disabled_at": self.disabled.map(|(at, _)| at.as_seconds()),
            "disabled_reason": self.disabled.map(|(_, why)| why.as_str()),
        })
    }

    fn audit(&self, action: &'static str, now: Timestamp) -> AuditEvent {
        AuditEvent {
            organization_id: Some(self.organization_id),
            subject: Some(self.id.to_string()),
            ..AuditEvent::new(action, now)
        }
    }

    async fn insert(&self, tx: &mut Tx) -> Result<(), StorageError> {
        tx.insert_webhook(self).await
    }

    async fn set_disabled(&mut self, tx: &mut Tx, at: Option<Timestamp>) -> Result<(), StorageError> {
        self.disabled = at.map(|at| (at, WebhookEnd::Operator));
        // Whoever enables it again wants to be told at once.
        let from = at.unwrap_or(Timestamp::from_micros(0));
        tx.set_webhook_disabled(self.id, self.disabled, from).await
    }

    async fn delete(&self, tx: &mut Tx, _: Timestamp) -> Result<Map<String, Value>, StorageError> {
        tx.delete_webhook(self.id).await?;
        Ok(Map::new())
    }
}

impl Authority {
    pub(super) async fn webhook_add(
        &self,
        by: &Actor,
        named: &str,
        url: &str,
        kinds: &[String],
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let organization: Organization =
            organization::look(&mut self.parts.store.read().await?, by, named, Permission::ManageWebhooks)
                .await?
                .organization;
        let id = Id::new(now);
        let (secret, sealed_secret) = self.webhook_secret(id)?;
        let webhook = Webhook {
            id,
            organization_id: organization.id,
            url: self.parse_url(url)?,
            kinds: parse_kinds(kinds)?,
            sealed_secret,
            previous: None,
            created_at: now,
            failing_since: None,
            failures: 0,
            disabled: None,
        };
        let actor = by.clone();
        let added = self
            .add::<Webhook>(
                by,
                move |tx| {
                    let (by, webhook) = (actor.clone(), webhook.clone());
                    Box::pin(async move {
                        allow(tx, &by, webhook.organization_id, Permission::ManageWebhooks).await?;
                        Ok(webhook)
                    })
                },
                || "there is one".to_owned(),
                now,
            )
            .await?;
        Ok(with_secret(added, secret))
    }

    pub(super) async fn webhook_list(&self, by: &Actor, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let organization = organization::look(&mut read, by, named, Permission::ManageWebhooks).await?.organization;
        let webhooks = read.webhooks_of(organization.id).await?;
        Ok(json!({ "webhooks": webhooks.iter().map(Thing::answer).collect::<Vec<_>>() }))
    }

    /// The one before goes on signing too, for a while.
    pub(super) async fn webhook_new_secret(
        &self,
        by: &Actor,
        named: String,
        overlap: Option<u64>,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let overlap = overlap.map_or(OVERLAP, Duration::from_secs);
        if overlap > MOST_OVERLAP {
            return Err(ActError::new("two secrets overlap for 30 days at the most"));
        }
        let webhook = Webhook::find(&mut self.parts.store.read().await?, &named).await?;
        let (secret, sealed) = self.webhook_secret(webhook.id)?;
        let changed = self
            .change_by::<Webhook>(
                By::whoever_may(Permission::ManageWebhooks, by),
                named,
                "webhook.new_secret",
                move |tx, webhook| renew(tx, webhook, sealed.clone(), now.plus(overlap)),
                now,
            )
            .await?;
        Ok(with_secret(changed, secret))
    }

    pub(super) async fn webhook_deliveries(&self, by: &Actor, named: &str) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let webhook = Webhook::find(&mut read, &named.to_owned()).await?;
        let_look(&mut read, by, webhook.organization_id, Permission::ManageWebhooks).await?;
        let deliveries = read.webhook_deliveries_of(webhook.id, LISTED).await?;
        Ok(json!({ "deliveries": deliveries.iter().map(delivery).collect::<Vec<_>>() }))
    }

    pub(super) async fn webhook_resend(&self, by: &Actor, named: &str, now: Timestamp) -> Result<Value, ActError> {
        let missing = || {
            ActError::absent(format!(
                "there is no delivery '{}'; `lanyard webhook deliveries WEBHOOK` shows them",
                named.escape_debug()
            ))
        };
        let id: Id<WebhookDelivery> = Id::parse(named).ok_or_else(missing)?;
        let by = by.clone();
        let sent: Result<Option<Value>, ActError> = self
            .parts
            .store
            .transaction(move |tx| {
                let by = by.clone();
                Box::pin(async move { resend(tx, &by, id, now).await })
            })
            .await;
        self.parts.feed.ring();
        sent?.ok_or_else(missing)
    }

    fn webhook_secret(&self, id: Id<Webhook>) -> Result<(String, String), ActError> {
        let secret = webhooks::fresh();
        let sealed = seal::seal(&self.parts.secrets, &webhooks::purpose(id), secret.as_bytes())?;
        Ok((secret, sealed))
    }

    fn parse_url(&self, text: &str) -> Result<String, ActError> {
        let refused = |why: &str| {
            let text = text.escape_debug();
            ActError::new(format!("'{text}' cannot be told of events: {why}; write https:// and a public name"))
        };
        let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
        if url.fragment().is_some() || text.len() > 2000 {
            return Err(refused("it has a fragment or is too long"));
        }
        may_be_told(&url, self.parts.settings.documents.development_ca.is_some()).map_err(refused)?;
        Ok(url.into())
    }
}

async fn resend(tx: &mut Tx, by: &Actor, id: Id<WebhookDelivery>, now: Timestamp) -> Result<Option<Value>, ActError> {
    let Some(found) = tx.webhook_delivery(id).await? else { return Ok(None) };
    let Some(webhook) = tx.webhook(found.webhook_id).await? else { return Ok(None) };
    allow(tx, by, webhook.organization_id, Permission::ManageWebhooks).await?;
    if webhook.disabled.is_some() {
        return Err(ActError::conflict("this webhook is disabled; enable it first"));
    }
    webhooks::send_again(tx, &webhook, id, by.user_id(), now).await?;
    Ok(tx.webhook_delivery(id).await?.as_ref().map(delivery))
}

fn renew<'t>(tx: &'t mut Tx, webhook: &'t mut Webhook, sealed: String, until: Timestamp) -> Step<'t, Value> {
    Box::pin(async move {
        let previous = webhook.sealed_secret.clone();
        tx.renew_webhook_secret(webhook, &sealed, &previous, until).await?;
        webhook.previous = Some((previous, until));
        webhook.sealed_secret = sealed;
        Ok(webhook.answer())
    })
}

fn with_secret(mut answer: Value, secret: String) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.insert("secret".to_owned(), secret.into());
    }
    answer
}

pub(super) fn delivery(delivery: &WebhookDelivery) -> Value {
    json!({
        "id": delivery.id,
        "kind": delivery.kind,
        "created_at": delivery.created_at.as_seconds(),
        "attempts": delivery.attempts,
        "tried_at": delivery.tried_at.map(Timestamp::as_seconds),
        "status": delivery.status,
        "trouble": delivery.trouble,
        "delivered_at": delivery.settled.filter(|(_, taken)| *taken).map(|(at, _)| at.as_seconds()),
        "given_up_at": delivery.settled.filter(|(_, taken)| !*taken).map(|(at, _)| at.as_seconds()),
    })
}

fn parse_kinds(kinds: &[String]) -> Result<Vec<EventKind>, ActError> {
    let mut parsed = Vec::new();
    for word in kinds {
        let kind = EventKind::parse(word).filter(|kind| kind.is_for_organizations()).ok_or_else(|| {
            let all: Vec<&str> =
                EventKind::ALL.iter().filter(|kind| kind.is_for_organizations()).map(|kind| kind.as_str()).collect();
            ActError::new(format!(
                "'{}' is no kind of event that organisations are told of; they are {}",
                word.escape_debug(),
                all.join(", ")
            ))
        })?;
        if !parsed.contains(&kind) {
            parsed.push(kind);
        }
    }
    Ok(parsed)
}
