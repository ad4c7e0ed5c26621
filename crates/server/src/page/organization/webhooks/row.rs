//! An address with what can be done about it, and the events that went there.

use identity::webhooks::ToldAt;
use model::{WebhookDelivery, WebhookEnd};

use crate::{
    page::{Visit, organization::Room},
    view::{Act, ActKind, Fact, Moment, Place, Row, Section},
};

pub(super) fn section(visit: &Visit, room: &Room, at: usize, one: &ToldAt) -> Section {
    let it = visit.say("webhooks-address");
    let is_off = one.webhook.disabled.is_some();
    let off = one.webhook.disabled.map(|(_, why)| match why {
        WebhookEnd::Operator => it.part("off"),
        WebhookEnd::Failing => it.part("off-failing"),
        WebhookEnd::Gone => it.part("off-gone"),
    });
    let failing = one.webhook.failing_since.filter(|_| !is_off);
    let failing = failing.map(|since| Fact::at(it.part("failing"), Moment::minute(since.as_micros())));
    let kinds = one.webhook.kinds.iter().map(|kind| visit.say("webhooks-kind").part(self::kind(kind.as_str())).into());
    let kinds: Vec<String> = kinds.collect();
    let told = if kinds.is_empty() { it.part("everything").into() } else { kinds.join(" · ") };
    let address = Row {
        title: one.webhook.url.clone(),
        badge: off.map(Into::into),
        facts: failing.into_iter().chain([Fact { words: told, ..Fact::default() }]).collect(),
        acts: acts(visit, room, at, one),
        ..Row::default()
    };
    let rows = one.deliveries.iter().map(|delivery| row(visit, room, delivery, is_off));
    Section {
        id: format!("webhook-{at}").into(),
        said: one.deliveries.is_empty().then(|| it.part("nothing").into()),
        rows: std::iter::once(address).chain(rows).collect(),
        note: (!one.deliveries.is_empty()).then(|| it.part("note").into()),
        ..Section::new("webhook", &it)
    }
}

fn acts(visit: &Visit, room: &Room, at: usize, one: &ToldAt) -> Vec<Act> {
    let it = visit.say("webhooks-do");
    let act = |verb: &str, kind| {
        let path = room.path(Place::Webhooks, &format!("/{}/{verb}", one.webhook.id));
        Act::link(&format!("{verb}-{at}"), it.part(verb), &path).with(kind)
    };
    let switch = match one.webhook.disabled {
        None => act("disable", ActKind::Press),
        Some(_) => act("enable", ActKind::Press),
    };
    vec![switch, act("new-secret", ActKind::Press), act("remove", ActKind::DangerousPress)]
}

fn row(visit: &Visit, room: &Room, delivery: &WebhookDelivery, is_off: bool) -> Row {
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
        let path = room.path(Place::Webhooks, &format!("/deliveries/{}/resend", delivery.id));
        Act::link(&id, it.part("again"), &path).with(ActKind::Press)
    };
    Row {
        title: visit.say("webhooks-kind").part(kind(&delivery.kind)).into(),
        badge: Some(it.part(state).into()),
        facts,
        acts: if is_off { Vec::new() } else { vec![again()] },
        ..Row::default()
    }
}

/// The part of the message that says this kind of event.
pub(super) fn kind(kind: &str) -> &'static str {
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
