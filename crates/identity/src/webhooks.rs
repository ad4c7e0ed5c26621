//! Webhooks: an organisation is told of its events at addresses of its own (decision 0038). Each event is put on its way once to
//! each address, signed anew at every attempt, and tried again at growing distances until it is taken.
//!
//! Owns when, how often and how it is signed. Does not own the order of events (`events`), nor the guard around what strangers
//! name (`client_document`).

mod message;
mod owned;
mod signature;

use std::time::Duration;

use model::{AuditEvent, Id, Timestamp, User, Webhook, WebhookDelivery, WebhookEnd, audit::OPERATOR};
use storage::{StorageError, Tx};
use url::Url;

pub use owned::ToldAt;
pub(crate) use signature::fresh;

use crate::{
    Authority, Error,
    client_document::Answered,
    mail::{Asked, Letter, Message},
    queue, seal,
};

/// Longer than any attempt takes; after it whoever made it is taken for dead.
const LEASE: Duration = Duration::from_secs(60);
/// The whole of one attempt.
const WITHIN: Duration = Duration::from_secs(10);
/// How long a delivery waits after its first, second, … attempt that failed, in seconds.
const BACK_OFF: [u64; 12] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 86_400];
/// How long an address is left alone after its first, second, … failure in a row, in seconds; so one that does not answer holds
/// nobody up.
const PAUSE: [u64; 5] = [1, 5, 30, 120, 600];
/// From which failure on the last of them counts.
const LONGEST_PAUSE: u64 = 5;
/// An address that has taken nothing for so long is told nothing more.
const FAILING: Duration = Duration::from_secs(5 * 24 * 3600);
/// It is worth telling its owners of that for so long.
const NOTICE_LIFE: Duration = Duration::from_secs(3 * 24 * 3600);

/// How an attempt ended; the text is for the log and the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It was taken (2xx).
    Taken(u16),
    /// The address answered something else.
    Refused(u16),
    /// It gave no answer, or may not be asked.
    Unreached(String),
}

impl Authority {
    /// Puts the next events on their way, unless somebody here is about it; whether there were any.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn put_events_on_their_way(&self, now: Timestamp) -> Result<bool, Error> {
        let Ok(_turn) = self.parts.feed.sending.try_lock() else { return Ok(false) };
        if !self.parts.store.read().await?.webhooks_wait().await? {
            return Ok(false);
        }
        let put: Result<usize, StorageError> = self
            .parts
            .store
            .transaction(move |tx| Box::pin(async move { tx.put_events_on_their_way(message::body, now).await }))
            .await;
        Ok(put? > 0)
    }

    /// Makes one attempt at the delivery that has waited longest; whether there was one.
    ///
    /// # Errors
    /// Trouble of the database. What was sent is then sent again, under the same id.
    pub async fn deliver_next_webhook(&self, now: Timestamp) -> Result<bool, Error> {
        if self.put_events_on_their_way(now).await? {
            return Ok(true);
        }
        if !self.parts.store.read().await?.webhook_delivery_waits(now).await? {
            return Ok(false);
        }
        let claimed: Result<Option<(WebhookDelivery, Webhook)>, StorageError> =
            self.parts.store.transaction(move |tx| Box::pin(async move { claim(tx, now).await })).await;
        // Another process was faster; there may be more.
        let Some((delivery, webhook)) = claimed? else { return Ok(true) };
        let attempt = self.attempt(&webhook, &delivery, now).await;
        self.parts.metrics.webhook_attempt(matches!(attempt, Attempt::Taken(_)));
        match &attempt {
            Attempt::Taken(status) => {
                tracing::info!(webhook = %webhook.id, delivery = %delivery.id, status, "an event was delivered");
            }
            other => {
                tracing::warn!(webhook = %webhook.id, delivery = %delivery.id, attempt = ?other, "an event was not delivered");
            }
        }
        self.record_attempt(delivery, attempt, self.now()).await?;
        Ok(true)
    }

    /// Waits until there may be something to deliver.
    pub async fn webhooks_ring(&self) {
        self.parts.feed.rings(queue::EVERY).await;
    }

    async fn attempt(&self, webhook: &Webhook, delivery: &WebhookDelivery, now: Timestamp) -> Attempt {
        let headers = match self.headers(webhook, delivery, now) {
            Ok(headers) => headers,
            Err(error) => {
                tracing::error!(webhook = %webhook.id, %error, "a webhook's secret cannot be read");
                return Attempt::Unreached("its secret cannot be read".to_owned());
            }
        };
        let Ok(url) = webhook.url.parse() else { return Attempt::Unreached("not a URL".to_owned()) };
        match self.parts.documents.tell(&url, headers, delivery.body.clone(), WITHIN).await {
            Ok(Answered(status @ 200..=299)) => Attempt::Taken(status),
            Ok(Answered(status)) => Attempt::Refused(status),
            Err(error) => Attempt::Unreached(error.into_detail()),
        }
    }

    fn headers(
        &self,
        webhook: &Webhook,
        delivery: &WebhookDelivery,
        now: Timestamp,
    ) -> Result<[(&'static str, String); 3], Error> {
        let id = delivery.id.to_string();
        let timestamp = now.as_seconds().to_string();
        let previous = webhook.previous.as_ref().filter(|(_, until)| now < *until).map(|(sealed, _)| sealed);
        let mut signatures = Vec::new();
        for sealed in std::iter::once(&webhook.sealed_secret).chain(previous) {
            let secret = seal::open(&self.parts.secrets, &purpose(webhook.id), sealed)?;
            signatures.push(signature::v1(&secret, &id, &timestamp, &delivery.body)?);
        }
        let signature = signatures.join(" ");
        Ok([("webhook-id", id), ("webhook-timestamp", timestamp), ("webhook-signature", signature)])
    }

    async fn record_attempt(&self, delivery: WebhookDelivery, attempt: Attempt, now: Timestamp) -> Result<(), Error> {
        let this = self.clone();
        let recorded: Result<(), StorageError> = self
            .parts
            .store
            .transaction(move |tx| {
                let (this, delivery, attempt) = (this.clone(), delivery.clone(), attempt.clone());
                Box::pin(async move { this.note_attempt(tx, &delivery, &attempt, now).await })
            })
            .await;
        self.parts.mail.ring();
        Ok(recorded?)
    }

    async fn note_attempt(
        &self,
        tx: &mut Tx,
        delivery: &WebhookDelivery,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let (status, trouble) = match attempt {
            Attempt::Taken(status) => return tx.settle_webhook_delivery(delivery, *status, now).await,
            Attempt::Refused(status) => (Some(*status), format!("answered {status}")),
            Attempt::Unreached(why) => (None, why.clone()),
        };
        let Some(webhook) = tx.webhook(delivery.webhook_id).await? else { return Ok(()) };
        let again = queue::back_off(&BACK_OFF, delivery.attempts).map(|wait| now.plus(wait));
        let pause = queue::back_off(&PAUSE, (webhook.failures + 1).min(LONGEST_PAUSE)).unwrap_or_default();
        tx.postpone_webhook_delivery(delivery, (status, &trouble), again, now.plus(pause), now).await?;
        let end = match (status, webhook.failing_since) {
            (Some(410), _) => WebhookEnd::Gone,
            (_, Some(since)) if now.since(since) >= FAILING => WebhookEnd::Failing,
            _ => return Ok(()),
        };
        if webhook.disabled.is_none() {
            tx.set_webhook_disabled(webhook.id, Some((now, end)), now).await?;
            self.tell_owners(tx, &webhook, now).await?;
        }
        Ok(())
    }

    /// The owners of its organisation hear that nothing is sent there any more.
    async fn tell_owners(&self, tx: &mut Tx, webhook: &Webhook, now: Timestamp) -> Result<(), StorageError> {
        let Some(organization) = tx.organization(webhook.organization_id).await? else { return Ok(()) };
        for membership in tx.memberships_of(organization.id).await? {
            if !self.sends_mail() || membership.role != model::Role::Owner {
                continue;
            }
            let Some(owner) = tx.user(membership.user_id).await? else { continue };
            let language = tx.language_of(owner.id).await?;
            let asked = Asked { at: now, address: String::new(), user_agent: String::new(), language };
            // No link in a mail leads elsewhere, and the rest of the address may be what only its owner knows.
            let url: Option<Url> = webhook.url.parse().ok();
            let host = url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
            let message = Message::WebhookDisabled { organization: organization.name.clone(), host };
            match self.mail(&owner.email, &Letter { message, asked }, NOTICE_LIFE, now) {
                Ok(mail) => tx.insert_mail(&mail).await?,
                Err(error) => tracing::error!(%error, "a notice could not be sealed for mail"),
            }
        }
        Ok(())
    }
}

async fn claim(tx: &mut Tx, now: Timestamp) -> Result<Option<(WebhookDelivery, Webhook)>, StorageError> {
    let Some(delivery) = tx.claim_webhook_delivery(now, now.plus(LEASE)).await? else { return Ok(None) };
    let webhook = tx.webhook(delivery.webhook_id).await?;
    Ok(webhook.map(|webhook| (delivery, webhook)))
}

/// Sends a delivery again, under the same id, and notes who wanted that.
pub(crate) async fn send_again(
    tx: &mut Tx,
    webhook: &Webhook,
    id: Id<WebhookDelivery>,
    by: Option<Id<User>>,
    now: Timestamp,
) -> Result<(), StorageError> {
    tx.resend_webhook_delivery(id, now).await?;
    let event = AuditEvent {
        user_id: by,
        organization_id: Some(webhook.organization_id),
        subject: Some(id.to_string()),
        by: Some(by.map_or_else(|| OPERATOR.to_owned(), |by| by.to_string())),
        ..AuditEvent::new("webhook.resent", now)
    };
    tx.insert_audit_event(&event).await
}

/// One webhook's secret cannot stand in for another's.
pub(crate) fn purpose(id: Id<Webhook>) -> String {
    format!("webhook {id}")
}
