//! Webhooks as the people of an organisation see them. What belongs to another organisation looks as if it were not there.

use model::{Id, Organization, Permission, Permissions, Webhook, WebhookDelivery};

use crate::{Authority, Error, Standing, account::SignedIn};

/// So many deliveries are shown.
const SHOWN: u32 = 20;

/// An address of an organisation, with what was lately sent there.
#[derive(Clone, Debug)]
pub struct ToldAt {
    /// Where.
    pub webhook: Webhook,
    /// The latest deliveries, newest first, 20 at the most.
    pub deliveries: Vec<WebhookDelivery>,
}

impl Authority {
    /// The webhooks of an organisation, with what was lately sent to each.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn webhooks_in(&self, standing: &Standing) -> Result<Vec<ToldAt>, Error> {
        let mut read = self.parts.store.read().await?;
        let mut told = Vec::new();
        for webhook in read.webhooks_of(standing.organization.id).await? {
            let deliveries = read.webhook_deliveries_of(webhook.id, SHOWN).await?;
            told.push(ToldAt { webhook, deliveries });
        }
        Ok(told)
    }

    /// Whether a delivery went to an address of this organisation.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn is_delivery_of(&self, standing: &Standing, id: Id<WebhookDelivery>) -> Result<bool, Error> {
        let mut read = self.parts.store.read().await?;
        let Some(delivery) = read.webhook_delivery(id).await? else { return Ok(false) };
        let webhook = read.webhook(delivery.webhook_id).await?;
        Ok(webhook.is_some_and(|webhook| webhook.organization_id == standing.organization.id))
    }

    /// The organisations with webhooks that this person may manage.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn organizations_that_tell(&self, person: &SignedIn) -> Result<Vec<Organization>, Error> {
        let mut read = self.parts.store.read().await?;
        let mut telling = Vec::new();
        for (organization, role) in read.organizations_of(person.user.id).await? {
            let may = Permissions::of(role).contains(Permission::ManageWebhooks);
            if may && !read.webhooks_of(organization.id).await?.is_empty() {
                telling.push(organization);
            }
        }
        Ok(telling)
    }
}
