//! A key as its organisation sees it.

use identity::api_key::HeldKey;
use model::{KeyCap, Permission, Timestamp};

use crate::{
    page::{Visit, organization::Room},
    view::{Act, ActKind, Fact, Moment, Place, Row},
};

pub(super) fn row(visit: &Visit, room: &Room, held: &HeldKey) -> Row {
    let (it, key) = (visit.say("keys-row"), &held.key);
    let ago = |at: Timestamp| Moment::ago(at.as_micros(), visit.now.as_micros());
    let words = |text: String| Fact { words: text, ..Fact::default() };
    let can: Vec<String> = held.reads.iter().chain(&held.changes).cloned().collect();
    let mut facts = vec![
        Fact::text("", &key.hint()),
        Fact::text(it.part("project"), &held.project_name),
        words(it.clone().with("acts", can.join(", ")).part("can").into()),
        Fact::at(it.part("until"), Moment::date(key.expires_at.as_micros())),
    ];
    facts.push(match held.used_at {
        Some(at) => Fact { text: held.used_address.clone(), ..Fact::at(it.part("used"), ago(at)) },
        None => words(it.part("never").into()),
    });
    if !key.addresses.is_empty() {
        let all: Vec<String> = key.addresses.iter().map(ToString::to_string).collect();
        facts.push(Fact::text(it.part("from"), &all.join(", ")));
    }
    let cap = |cap: &KeyCap, part: &str| cap.number().map(|number| words(it.clone().count(number).part(part).into()));
    facts.extend(cap(&key.caps.minute, "minute"));
    facts.extend(cap(&key.caps.month, "month"));
    if let Some(previous) = key.previous.as_ref().filter(|previous| visit.now < previous.until) {
        facts.push(Fact::at(it.part("overlap"), Moment::minute(previous.until.as_micros())));
    }
    let act = |verb: &str, kind| {
        let path = room.path(Place::Keys, &format!("/{}/{verb}", key.id));
        Act::link(&format!("{verb}-{}", key.id), it.part(verb), &path).with(kind)
    };
    let mut acts = vec![act("rotate", ActKind::Press)];
    if room.may(Permission::EndAccess) {
        acts.push(act("revoke", ActKind::DangerousPress).about(&key.name));
    }
    let badge = (!held.works).then(|| it.part("broken").into());
    Row { title: key.name.clone(), badge, facts, acts, ..Row::default() }
}
