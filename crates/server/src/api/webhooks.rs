//! `/api/v1/organizations/{organization}/webhooks`: where an organisation is told of its events, and what was told.

use actix_web::{HttpResponse, web::Path};
use identity::admin::{Act, List, Look};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Asked, Body, DeepWithin, Expected, Idempotency, Part, Problem, Within, answer::Listed};

/// An address that is told.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    id: String,
    /// Where.
    #[schema(example = "https://app.example.com/lanyard")]
    url: String,
    /// Of which kinds of events; of all, if there are none.
    kinds: Vec<String>,
    /// When it was made.
    created_at: i64,
    /// Since when nothing is taken there.
    failing_since_at: Option<i64>,
    /// Until when the secret before signs too.
    previous_secret_until_at: Option<i64>,
    /// Since when it is not told any more.
    disabled_at: Option<i64>,
    /// Why.
    disabled_reason: Option<String>,
    /// Its version.
    version: i64,
    /// What deliveries are signed with, this once: where it was just made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A webhook to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Where: https.
    #[schema(example = "https://app.example.com/lanyard", max_length = 2048)]
    url: String,
    /// Of which kinds of events; of all, if none is named.
    #[serde(default)]
    #[schema(example = json!(["grant.revoked", "key.revoked"]))]
    kinds: Vec<String>,
}

/// What is to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookChange {
    /// Whether it is not told any more.
    Disabled(bool),
}

/// How a secret is renewed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// For how many seconds the one before signs too; a day, if it is left out.
    #[schema(example = 86_400, maximum = 2_592_000)]
    overlap: Option<u64>,
}

/// An event on its way to an address.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Its id, by which a receiver tells repeats.
    id: String,
    /// The kind of event.
    kind: String,
    /// When it was put on its way.
    created_at: i64,
    /// How often it was tried.
    attempts: u64,
    /// When last.
    tried_at: Option<i64>,
    /// What was answered last.
    status: Option<u16>,
    /// Why it was not taken.
    trouble: Option<String>,
    /// When it was taken.
    delivered_at: Option<i64>,
    /// When it was given up.
    given_up_at: Option<i64>,
}

/// The webhooks of an organisation.
///
/// # Errors
/// They are not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/webhooks", operation_id = "listWebhooks", tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), Part), responses((status = 200, body = Listed<Webhook>)))]
pub async fn list(Asked(asker, (path, part)): Asked<(Path<String>, Part)>) -> Result<HttpResponse, Problem> {
    asker.list::<Webhook>(List::Webhooks(path.into_inner()), part).await
}

/// Makes a webhook; its secret is shown this once.
///
/// # Errors
/// Nobody may be told at that address; it is not theirs to make.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/webhooks", operation_id = "makeWebhook", tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id.")), request_body = NewWebhook,
    responses((status = 201, body = Webhook)))]
pub async fn post(
    Asked(asker, (path, key, body)): Asked<(Path<String>, Idempotency, Body<NewWebhook>)>,
) -> Result<HttpResponse, Problem> {
    let NewWebhook { url, kinds } = body.0;
    asker.make::<Webhook>(Act::WebhookAdd { organization: path.into_inner(), url, kinds }, key, "id").await
}

/// One webhook.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/webhooks/{webhook}", operation_id = "showWebhook", tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), ("webhook" = String, Path, description = "Id.")),
    responses((status = 200, body = Webhook)))]
pub async fn get(Asked(asker, path): Asked<Within>) -> Result<HttpResponse, Problem> {
    let (organization, webhook) = path.into_inner();
    asker.look::<Webhook>(Look::Webhook(organization, webhook)).await
}

/// Switches a webhook off, or on again.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(patch, path = "/api/v1/organizations/{organization}/webhooks/{webhook}", operation_id = "changeWebhook", tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), ("webhook" = String, Path, description = "Id.")),
    request_body = WebhookChange, responses((status = 200, body = Webhook)))]
pub async fn patch(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<WebhookChange>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, webhook) = path.into_inner();
    let WebhookChange::Disabled(disabled) = body.0;
    let act = Act::WebhookSetDisabled { webhook: webhook.clone(), disabled };
    asker.change::<Webhook>(Look::Webhook(organization, webhook), expected, act).await
}

/// Gives a webhook another secret, shown this once; the one before signs too for a while.
///
/// # Errors
/// It has another version; it is not theirs to change.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/webhooks/{webhook}/secret", operation_id = "renewWebhookSecret",
    tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), ("webhook" = String, Path, description = "Id.")),
    request_body = NewSecret, responses((status = 200, body = Webhook)))]
pub async fn renew(
    Asked(asker, (path, expected, body)): Asked<(Within, Expected, Body<NewSecret>)>,
) -> Result<HttpResponse, Problem> {
    let (organization, webhook) = path.into_inner();
    let act = Act::WebhookNewSecret { webhook: webhook.clone(), overlap: body.0.overlap };
    asker.change::<Webhook>(Look::Webhook(organization, webhook), expected, act).await
}

/// Deletes a webhook with its deliveries.
///
/// # Errors
/// It has another version; it is not theirs to delete.
#[utoipa::path(delete, path = "/api/v1/organizations/{organization}/webhooks/{webhook}", operation_id = "deleteWebhook", tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), ("webhook" = String, Path, description = "Id.")),
    responses((status = 204)))]
pub async fn delete(Asked(asker, (path, expected)): Asked<(Within, Expected)>) -> Result<HttpResponse, Problem> {
    let (organization, webhook) = path.into_inner();
    let act = Act::WebhookRemove { webhook: webhook.clone() };
    asker.remove(Look::Webhook(organization, webhook), expected, act).await
}

/// What was sent to a webhook, or waits to be, newest first.
///
/// # Errors
/// It is not theirs to see.
#[utoipa::path(get, path = "/api/v1/organizations/{organization}/webhooks/{webhook}/deliveries", operation_id = "listDeliveries",
    tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), ("webhook" = String, Path, description = "Id."), Part),
    responses((status = 200, body = Listed<Delivery>)))]
pub async fn deliveries(Asked(asker, (path, part)): Asked<(Within, Part)>) -> Result<HttpResponse, Problem> {
    let (organization, webhook) = path.into_inner();
    asker.list::<Delivery>(List::Deliveries(organization, webhook), part).await
}

/// Sends a delivery again.
///
/// # Errors
/// It is not theirs to send.
#[utoipa::path(post, path = "/api/v1/organizations/{organization}/webhooks/{webhook}/deliveries/{delivery}/resend",
    operation_id = "resendDelivery",
    tag = "Webhooks",
    params(("organization" = String, Path, description = "Slug or id."), ("webhook" = String, Path, description = "Id."),
        ("delivery" = String, Path, description = "Id.")),
    responses((status = 200, body = Delivery)))]
pub async fn resend(Asked(asker, (path, key)): Asked<(DeepWithin, Idempotency)>) -> Result<HttpResponse, Problem> {
    let (organization, webhook, delivery) = path.into_inner();
    asker.sees(Look::Webhook(organization, webhook)).await?;
    asker.does::<Delivery>(Act::WebhookResend { delivery }, key).await
}
