//! `/account/webhooks`: what the organisations that a person owns have told other systems, and the button that tells it again.

use actix_web::{HttpResponse, web::Path};
use identity::{account::SignedIn, webhooks::OwnedWebhook};
use model::{Id, WebhookDelivery, WebhookEnd};

use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{AccountPage, Act, ActKind, Fact, Moment, Row, Section},
};

/// Shows the page.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let owned = visit.state.authority.webhooks_of_owner(person).await?;
    let title = visit.say("webhooks-title");
    let mut sections: Vec<Section> = owned.iter().enumerate().map(|(at, one)| section(&visit, at, one)).collect();
    if sections.is_empty() {
        sections.push(Section { said: Some(title.part("none").into()), ..Section::new("webhooks", &title) });
    }
    visit.page(&AccountPage::new(visit.layout(), &title, sections))
}

/// Sends a delivery again.
///
/// # Errors
/// 404 for one that is not this person's organisation's; a form that is not ours, trouble of the database.
pub async fn resend(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let id: Id<WebhookDelivery> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    if !visit.state.authority.resend_as_owner(person, id, visit.now).await? {
        return Err(PageError::not_found());
    }
    Ok(visit.go("/account/webhooks"))
}

/// The way there, for whoever owns an organisation that has such an address.
///
/// # Errors
/// Trouble of the database.
pub(super) async fn link(visit: &Visit, person: &SignedIn) -> Result<Option<Section>, PageError> {
    if visit.state.authority.webhooks_of_owner(person).await?.is_empty() {
        return Ok(None);
    }
    let it = visit.say("webhooks-title");
    let see = Act::link("see-webhooks", it.part("see"), "/account/webhooks");
    Ok(Some(Section { said: Some(it.part("security").into()), acts: vec![see], ..Section::new("webhooks", &it) }))
}

fn section(visit: &Visit, at: usize, one: &OwnedWebhook) -> Section {
    let it = visit.say("webhooks-address").with("organization", &one.organization.name);
    let is_off = one.webhook.disabled.is_some();
    let off = one.webhook.disabled.map(|(_, why)| match why {
        WebhookEnd::Operator => it.part("off"),
        WebhookEnd::Failing => it.part("off-failing"),
        WebhookEnd::Gone => it.part("off-gone"),
    });
    let failing = one.webhook.failing_since.filter(|_| !is_off);
    let failing = failing.map(|since| Fact::at(it.part("failing"), Moment::minute(since.as_micros())));
    let address = Row {
        title: one.webhook.url.clone(),
        badge: off.map(Into::into),
        facts: failing.into_iter().collect(),
        ..Row::default()
    };
    let rows = one.deliveries.iter().map(|delivery| row(visit, delivery, is_off));
    Section {
        id: format!("webhook-{at}").into(),
        said: one.deliveries.is_empty().then(|| it.part("nothing").into()),
        rows: std::iter::once(address).chain(rows).collect(),
        note: (!one.deliveries.is_empty()).then(|| it.part("note").into()),
        ..Section::new("webhook", &it)
    }
}

fn row(visit: &Visit, delivery: &WebhookDelivery, is_off: bool) -> Row {
    let (it, now) = (visit.say("webhooks-delivery"), visit.now.as_micros());
    let state = match delivery.settled {
        Some((_, true)) => "delivered",
        Some((_, false)) => "given-up",
        None if delivery.trouble.is_some() => "trying",
        None => "waits",
    };
    let mut facts = vec![
        Fact::text("", &delivery.id.to_string()),
        Fact::at(it.part("happened"), Moment::ago(delivery.created_at.as_micros(), now)),
    ];
    if let Some(at) = delivery.tried_at {
        facts.push(Fact::at(it.part("tried"), Moment::ago(at.as_micros(), now)));
    }
    if let Some(trouble) = &delivery.trouble {
        // What kept the server from asking at all is for who operates it, and in the words of the log.
        let why: String = match delivery.status {
            Some(status) => it.part("answered").with("status", status).into(),
            None => trouble.clone(),
        };
        facts.push(Fact::text(it.part("why"), &why));
    }
    let again = || {
        let id = format!("resend-{}", delivery.id);
        let path = format!("/account/webhooks/deliveries/{}/resend", delivery.id);
        Act::link(&id, it.part("again"), &path).with(ActKind::Press)
    };
    Row {
        title: visit.say("webhooks-kind").part(kind(&delivery.kind)).into(),
        badge: Some(it.part(state).into()),
        facts,
        acts: if is_off { Vec::new() } else { vec![again()] },
    }
}

/// The part of the message that says this kind of event.
fn kind(kind: &str) -> &'static str {
    match kind {
        "grant.created" => "grant-created",
        "grant.revoked" => "grant-revoked",
        "family.reused" => "family-reused",
        "family.revoked" => "family-revoked",
        "key.created" => "key-created",
        "key.revoked" => "key-revoked",
        "key.rotated" => "key-rotated",
        "membership.removed" => "membership-removed",
        "user.disabled" => "user-disabled",
        "client.changed" => "client-changed",
        "project.changed" => "project-changed",
        "organization.changed" => "organization-changed",
        "signing_key.rotated" => "signing-key-rotated",
        _ => "other",
    }
}
