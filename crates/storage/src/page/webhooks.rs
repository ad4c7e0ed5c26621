//! Webhooks and what is sent there, a page at a time.

use model::{Id, Organization, Webhook, WebhookDelivery};

use super::{AtVersion, Page, versioned};
use crate::{
    Read, StorageError,
    webhooks::{delivery, webhook},
};

impl Read {
    /// An organisation's webhooks, oldest first.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_webhooks(
        &mut self,
        organization_id: Id<Organization>,
        page: Page<'_>,
    ) -> Result<Vec<AtVersion<Webhook>>, StorageError> {
        let sql = "SELECT * FROM webhooks WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        versioned(&self.all(sql, [organization_id.into(), page.behind(), page.limit.into()]).await?, webhook)
    }

    /// What was sent, or is to be sent, to an address, newest first: behind a place in the order of events.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn page_of_deliveries(
        &mut self,
        webhook_id: Id<Webhook>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<WebhookDelivery>, StorageError> {
        let sql =
            "SELECT * FROM webhook_deliveries WHERE webhook_id = $1 AND position < $2 ORDER BY position DESC LIMIT $3";
        let before = before.unwrap_or(u64::MAX);
        self.all(sql, [webhook_id.into(), before.into(), limit.into()]).await?.iter().map(delivery).collect()
    }
}
