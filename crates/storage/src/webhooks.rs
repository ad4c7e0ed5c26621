//! The tables of webhooks and their deliveries: a queue whose work is claimed by lease, as that of mails. Each event is put on its
//! way once for each address, by whichever process moves the feed on.

use model::{Event, EventKind, Id, Organization, Timestamp, Webhook, WebhookDelivery, WebhookEnd};
use sqlx::any::AnyRow;

use crate::{Read, StorageError, Tx, columns::Columns};

/// So many events are put on their way in one transaction.
const PAGE: u32 = 50;

pub(crate) fn webhook(row: &AnyRow) -> Result<Webhook, StorageError> {
    let columns = Columns::of(row, "webhooks");
    let kinds = columns.text("kinds")?;
    let kinds: Option<Vec<EventKind>> = kinds.split_whitespace().map(EventKind::parse).collect();
    let previous = columns.optional_text("previous_secret")?.zip(columns.optional_time("previous_until")?);
    let end = columns.optional_text("disabled_reason")?;
    let end = end.map(|word| WebhookEnd::parse(&word).ok_or_else(|| columns.corrupt())).transpose()?;
    Ok(Webhook {
        id: columns.id("id")?,
        organization_id: columns.id("organization_id")?,
        url: columns.text("url")?,
        kinds: kinds.ok_or_else(|| columns.corrupt())?,
        sealed_secret: columns.text("sealed_secret")?,
        previous,
        created_at: columns.time("created_at")?,
        failing_since: columns.optional_time("failing_since")?,
        failures: columns.count("failures")?,
        disabled: columns.optional_time("disabled_at")?.zip(end),
    })
}

pub(crate) fn delivery(row: &AnyRow) -> Result<WebhookDelivery, StorageError> {
    let columns = Columns::of(row, "webhook_deliveries");
    let status = columns.optional_number("status")?;
    let outcome = columns.optional_text("outcome")?;
    Ok(WebhookDelivery {
        id: columns.id("id")?,
        webhook_id: columns.id("webhook_id")?,
        position: columns.count("position")?,
        kind: columns.text("kind")?,
        body: columns.text("body")?,
        created_at: columns.time("created_at")?,
        leased_until: columns.time("leased_until")?,
        attempts: columns.count("attempts")?,
        tried_at: columns.optional_time("tried_at")?,
        status: status.map(u16::try_from).transpose().map_err(|_| columns.corrupt())?,
        trouble: columns.optional_text("trouble")?,
        settled: columns.optional_time("settled_at")?.zip(outcome.map(|word| word == "delivered")),
    })
}

impl Read {
    /// One webhook.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhook(&mut self, id: Id<Webhook>) -> Result<Option<Webhook>, StorageError> {
        self.one("SELECT * FROM webhooks WHERE id = $1", [id.into()]).await?.as_ref().map(webhook).transpose()
    }

    /// An organisation's webhooks, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhooks_of(&mut self, organization_id: Id<Organization>) -> Result<Vec<Webhook>, StorageError> {
        let sql = "SELECT * FROM webhooks WHERE organization_id = $1 ORDER BY id";
        self.all(sql, [organization_id.into()]).await?.iter().map(webhook).collect()
    }

    /// What was lately sent, or is to be sent, to an address, newest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhook_deliveries_of(
        &mut self,
        webhook_id: Id<Webhook>,
        most: u32,
    ) -> Result<Vec<WebhookDelivery>, StorageError> {
        let sql = "SELECT * FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY position DESC LIMIT $2";
        self.all(sql, [webhook_id.into(), most.into()]).await?.iter().map(delivery).collect()
    }

    /// One delivery.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhook_delivery(&mut self, id: Id<WebhookDelivery>) -> Result<Option<WebhookDelivery>, StorageError> {
        let sql = "SELECT * FROM webhook_deliveries WHERE id = $1";
        self.one(sql, [id.into()]).await?.as_ref().map(delivery).transpose()
    }

    /// Whether events wait to be put on their way to webhooks, up to the last place that was given.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhooks_wait(&mut self) -> Result<bool, StorageError> {
        let sql = "SELECT w.name AS id FROM feeds w JOIN feeds e ON e.name = 'events' AND e.position > w.position WHERE w.name = 'webhooks'";
        Ok(self.one(sql, []).await?.is_some())
    }

    /// Whether a delivery may be taken up by `now`.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhook_delivery_waits(&mut self, now: Timestamp) -> Result<bool, StorageError> {
        let sql = "SELECT d.id FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id AND w.disabled_at IS NULL AND w.paused_until <= $1 \
             WHERE d.settled_at IS NULL AND d.leased_until <= $1 LIMIT 1";
        Ok(self.one(sql, [now.into()]).await?.is_some())
    }

    /// The addresses that are told of this event: those of its organisation, and of everybody's where it is everybody's.
    async fn webhooks_for(&mut self, event: &Event) -> Result<Vec<Webhook>, StorageError> {
        const OF_ALL: &str = "SELECT * FROM webhooks WHERE disabled_at IS NULL ORDER BY id";
        const OF_MEMBER: &str = "SELECT w.* FROM webhooks w JOIN memberships m ON m.organization_id = w.organization_id \
             WHERE m.user_id = $1 AND w.disabled_at IS NULL ORDER BY w.id";
        const OF_ONE: &str = "SELECT * FROM webhooks WHERE organization_id = $1 AND disabled_at IS NULL ORDER BY id";
        let rows = match (event.organization_id, event.user_id) {
            (Some(organization_id), _) => self.all(OF_ONE, [organization_id.into()]).await?,
            (None, Some(user_id)) if event.is(EventKind::UserDisabled) => self.all(OF_MEMBER, [user_id.into()]).await?,
            (None, _) if event.is(EventKind::SigningKeyRotated) => self.all(OF_ALL, []).await?,
            (None, _) => Vec::new(),
        };
        let found = rows.iter().map(webhook).collect::<Result<Vec<_>, _>>()?;
        let wants = |webhook: &Webhook| webhook.kinds.is_empty() || webhook.kinds.iter().any(|kind| event.is(*kind));
        Ok(found.into_iter().filter(wants).collect())
    }
}

impl Tx {
    /// Adds a webhook.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), StorageError> {
        let kinds: Vec<&str> = webhook.kinds.iter().map(|kind| kind.as_str()).collect();
        self.run_one(
            "webhook",
            "INSERT INTO webhooks (id, organization_id, url, kinds, sealed_secret, created_at, failures, paused_until) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, $6)",
            [
                webhook.id.into(),
                webhook.organization_id.into(),
                (&webhook.url).into(),
                kinds.join(" ").into(),
                (&webhook.sealed_secret).into(),
                webhook.created_at.into(),
            ],
        )
        .await
    }

    /// Disables a webhook for this reason, or enables one again, with a clean slate.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn set_webhook_disabled(
        &mut self,
        id: Id<Webhook>,
        disabled: Option<(Timestamp, WebhookEnd)>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let (at, why) = disabled.map_or((None, None), |(at, why)| (Some(at), Some(why.as_str())));
        let sql = "UPDATE webhooks SET disabled_at = $2, disabled_reason = $3, failing_since = NULL, failures = 0, paused_until = $4 WHERE id = $1";
        self.run_one("webhook", sql, [id.into(), at.into(), why.into(), now.into()]).await
    }

    /// Gives a webhook another secret; deliveries are signed with the one before too, until `until`.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if it has another secret already.
    pub async fn renew_webhook_secret(
        &mut self,
        webhook: &Webhook,
        sealed: &str,
        previous: &str,
        until: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE webhooks SET sealed_secret = $3, previous_secret = $4, previous_until = $5 WHERE id = $1 AND sealed_secret = $2";
        let values = [webhook.id.into(), (&webhook.sealed_secret).into(), sealed.into(), previous.into(), until.into()];
        self.run_one("webhook", sql, values).await
    }

    /// Deletes a webhook with its deliveries.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none.
    pub async fn delete_webhook(&mut self, id: Id<Webhook>) -> Result<(), StorageError> {
        self.run_one("webhook", "DELETE FROM webhooks WHERE id = $1", [id.into()]).await
    }

    /// Puts the next events on their way, each once to each address; `body` writes what is sent. How many events were looked at.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if another process was faster; trouble of the database.
    pub async fn put_events_on_their_way(
        &mut self,
        body: fn(&Event) -> String,
        now: Timestamp,
    ) -> Result<usize, StorageError> {
        let row = self.one("SELECT name AS id, position FROM feeds WHERE name = 'webhooks'", []).await?;
        let missing = || StorageError::Corrupt { table: "feeds", id: "webhooks".to_owned() };
        let position = Columns::of(&row.ok_or_else(missing)?, "feeds").count("position")?;
        let events = self.events_after(position, PAGE).await?;
        let Some(last) = events.last() else { return Ok(0) };
        let sql = "UPDATE feeds SET position = $2 WHERE name = 'webhooks' AND position = $1";
        self.run_one("feed", sql, [position.into(), last.position.into()]).await?;
        for event in &events {
            for webhook in self.webhooks_for(event).await? {
                self.insert_webhook_delivery(&webhook, event, body(event), now).await?;
            }
        }
        Ok(events.len())
    }

    async fn insert_webhook_delivery(
        &mut self,
        webhook: &Webhook,
        event: &Event,
        body: String,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO webhook_deliveries (id, webhook_id, position, kind, body, created_at, leased_until, attempts) \
             VALUES ($1, $2, $3, $4, $5, $6, $6, 0)";
        let values = [
            Id::<WebhookDelivery>::new(now).into(),
            webhook.id.into(),
            event.position.into(),
            (&event.kind).into(),
            body.into(),
            now.into(),
        ];
        self.run_one("webhook delivery", sql, values).await
    }

    /// Takes up the delivery that has waited longest and keeps it from others until `until`. None if nothing waits, or another
    /// process was faster.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn claim_webhook_delivery(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<WebhookDelivery>, StorageError> {
        let sql = "UPDATE webhook_deliveries SET leased_until = $2, attempts = attempts + 1, tried_at = $1 \
             WHERE settled_at IS NULL AND leased_until <= $1 AND id = ( \
                SELECT d.id FROM webhook_deliveries d \
                JOIN webhooks w ON w.id = d.webhook_id AND w.disabled_at IS NULL AND w.paused_until <= $1 \
                WHERE d.settled_at IS NULL AND d.leased_until <= $1 ORDER BY d.leased_until, d.id LIMIT 1) \
             RETURNING *";
        self.one(sql, [now.into(), until.into()]).await?.as_ref().map(delivery).transpose()
    }

    /// Records that a claimed delivery was taken; its address is well again.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn settle_webhook_delivery(
        &mut self,
        delivery: &WebhookDelivery,
        status: u16,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE webhook_deliveries SET settled_at = $3, outcome = 'delivered', status = $4, trouble = NULL \
             WHERE id = $1 AND leased_until = $2 AND settled_at IS NULL";
        let values = [delivery.id.into(), delivery.leased_until.into(), now.into(), status.into()];
        if self.run(sql, values).await? == 1 {
            let sql = "UPDATE webhooks SET failing_since = NULL, failures = 0, paused_until = $2 WHERE id = $1 AND failures > 0";
            self.run(sql, [delivery.webhook_id.into(), now.into()]).await?;
        }
        Ok(())
    }

    /// Records that a claimed delivery was not taken: it is tried again at `again`, or given up without it; its address is left
    /// alone until `paused_until`.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn postpone_webhook_delivery(
        &mut self,
        delivery: &WebhookDelivery,
        (status, trouble): (Option<u16>, &str),
        again: Option<Timestamp>,
        paused_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE webhook_deliveries SET leased_until = coalesce($3, leased_until), status = $4, trouble = $5, \
             settled_at = CASE WHEN $3 IS NULL THEN $6 END, outcome = CASE WHEN $3 IS NULL THEN 'given_up' END \
             WHERE id = $1 AND leased_until = $2 AND settled_at IS NULL";
        let values = [
            delivery.id.into(),
            delivery.leased_until.into(),
            again.into(),
            status.map(u32::from).into(),
            trouble.into(),
            now.into(),
        ];
        if self.run(sql, values).await? == 1 {
            let sql = "UPDATE webhooks SET failing_since = coalesce(failing_since, $2), failures = failures + 1, paused_until = $3 WHERE id = $1";
            self.run(sql, [delivery.webhook_id.into(), now.into(), paused_until.into()]).await?;
        }
        Ok(())
    }

    /// Sends a delivery again, whatever became of it, under the same id.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] if there is none, or it is under way at this moment.
    pub async fn resend_webhook_delivery(
        &mut self,
        id: Id<WebhookDelivery>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let sql = "UPDATE webhook_deliveries SET settled_at = NULL, outcome = NULL, leased_until = $2, attempts = 0 \
             WHERE id = $1 AND (settled_at IS NOT NULL OR attempts = 0 OR trouble IS NOT NULL)";
        self.run_one("webhook delivery", sql, [id.into(), now.into()]).await?;
        let sql = "UPDATE webhooks SET paused_until = $2 WHERE id = (SELECT webhook_id FROM webhook_deliveries WHERE id = $1)";
        self.run(sql, [id.into(), now.into()]).await.map(drop)
    }
}
