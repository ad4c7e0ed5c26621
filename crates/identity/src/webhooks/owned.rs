//! Webhooks as the owners of an organisation see them. What belongs to another organisation looks as if it were not there.

use model::{Id, Organization, Role, Timestamp, Webhook, WebhookDelivery};

use crate::{Authority, Error, account::SignedIn};

/// So many deliveries are shown.
const SHOWN: u32 = 20;

/// An address of an organisation that somebody owns, with what was lately sent there.
#[derive(Clone, Debug)]
pub struct OwnedWebhook {
    /// Whose.
    pub organization: Organization,
    /// Where.
    pub webhook: Webhook,
    /// The latest deliveries, newest first, 20 at the most.
    pub deliveries: Vec<WebhookDelivery>,
}

impl Authority {
    /// The webhooks of all organisations that this person owns.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhooks_of_owner(&self, signed_in: &SignedIn) -> Result<Vec<OwnedWebhook>, Error> {
        let mut read = self.parts.store.read().await?;
        let mut owned = Vec::new();
        for (organization, role) in read.organizations_of(signed_in.user.id).await? {
            if role != Role::Owner {
                continue;
            }
            for webhook in read.webhooks_of(organization.id).await? {
                let deliveries = read.webhook_deliveries_of(webhook.id, SHOWN).await?;
                owned.push(OwnedWebhook { organization: organization.clone(), webhook, deliveries });
            }
        }
        Ok(owned)
    }

    /// Sends a delivery of an organisation that this person owns again; whether there is such a one that can be.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn resend_as_owner(
        &self,
        signed_in: &SignedIn,
        id: Id<WebhookDelivery>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let user_id = signed_in.user.id;
        let sent = self.parts.store.transaction(move |tx| {
            Box::pin(async move {
                let Some(found) = tx.webhook_delivery(id).await? else { return Ok::<_, Error>(false) };
                let Some(webhook) = tx.webhook(found.webhook_id).await? else { return Ok(false) };
                let membership = tx.membership(webhook.organization_id, user_id).await?;
                let owns = membership.is_some_and(|membership| membership.role == Role::Owner);
                if !owns || webhook.disabled.is_some() {
                    return Ok(false);
                }
                super::send_again(tx, &webhook, id, Some(user_id), now).await?;
                Ok(true)
            })
        });
        let sent = sent.await?;
        self.parts.feed.ring();
        Ok(sent)
    }
}
