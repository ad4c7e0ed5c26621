//! API keys and addresses of events, in their states.

use model::{Language, Role};

use super::{frame, words};
use crate::view::{
    Act, ActKind, Choice, Fact, Form, Input, Moment, OrganizationPage, Place, Row, Section, sample, say,
};

/// Two keys, and the form.
pub(super) fn keys(language: Language) -> OrganizationPage {
    let (title, it, new) = (say(language, "keys-title"), say(language, "keys-row"), say(language, "keys-new"));
    let act = |verb: &str, kind| {
        let path = format!("/organizations/acme/keys/k1/{verb}");
        Act::link(&format!("{verb}-k1"), it.part(verb), &path).with(kind)
    };
    let key = Row {
        title: "Event shipper".to_owned(),
        facts: vec![
            Fact::text("", "lyd_key_0VtyBFCkrPX5…a1B2"),
            Fact::text(it.part("project"), "Apollo"),
            words(&it.clone().with("acts", "send events").part("can")),
            Fact::at(it.part("until"), Moment::date(sample::NOW + 300 * sample::DAY)),
            words(&it.part("never")),
            Fact::text(it.part("from"), "192.0.2.0/24"),
            words(&it.clone().count(600).part("minute")),
            words(&it.clone().count(0).part("month")),
            Fact::at(it.part("overlap"), Moment::minute(sample::NOW + 60 * sample::MINUTE)),
        ],
        acts: vec![act("rotate", ActKind::Press), act("revoke", ActKind::DangerousPress).about("Event shipper")],
        ..Row::default()
    };
    let old = Row {
        title: "Old shipper".to_owned(),
        badge: Some(it.part("broken").into()),
        facts: vec![Fact::at(it.part("used"), Moment::ago(sample::NOW - sample::DAY, sample::NOW))],
        ..Row::default()
    };
    let scope = |value: &str, mark: &str| {
        let mark = say(language, "keys-scope").part(mark);
        Choice::new(value, "send events", false).meaning(format!("Demo app · {value} · {mark}"))
    };
    let projects = vec![Choice::new("p1", "Apollo", true), Choice::new("p2", "Gemini", false)];
    let line = |name: &str, key| Input::line(name, &say(language, key), "").optional().taking("number");
    let inputs = vec![
        Input::line("name", &say(language, "keys-name"), ""),
        Input::one_of("project", &say(language, "keys-project"), projects),
        Input::any_of(
            "scope",
            &say(language, "keys-scopes"),
            vec![scope("events:ingest", "ingests"), scope("issues:read", "reads")],
        ),
        line("days", "keys-days"),
        Input::lines("addresses", &say(language, "keys-addresses"), "", 3)
            .refused(Some(say(language, "keys-wrong").part("addresses").into())),
        line("per_minute", "keys-per-minute"),
        line("per_month", "keys-per-month"),
    ];
    let form = Form::new("make-key", new.part("act"), "/organizations/acme/keys", inputs);
    let sections = vec![
        Section { rows: vec![key, old], ..Section::new("keys", &title.part("all")) },
        Section { form: Some(form), ..Section::new("new", &new) },
    ];
    let layout = frame(language, "Acme", Role::Owner, Place::Keys);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), sections)
        .refused(say(language, "keys-wrong").part("addresses"), Some("addresses"))
}

/// One address, with what went there, and the form.
pub(super) fn webhooks(language: Language) -> OrganizationPage {
    let title = say(language, "webhooks-title");
    let sections = vec![address(language), adding(language)];
    let layout = frame(language, "Acme", Role::Owner, Place::Webhooks);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), sections)
}

/// What happened, and how less of it is shown.
pub(super) fn audit(language: Language) -> OrganizationPage {
    let (title, it, what) = (say(language, "audit-title"), say(language, "audit-entries"), say(language, "audit-what"));
    let happened = Row {
        title: say(language, "audit-event").part("member-removed").into(),
        facts: vec![
            Fact::at("", Moment::ago(sample::NOW - sample::MINUTE, sample::NOW)),
            Fact::text(it.part("by"), "owner@example.com"),
            Fact::text(it.part("concerning"), "member@example.com"),
            Fact::text(it.part("from"), "192.0.2.1"),
        ],
        ..Row::default()
    };
    let acts = vec![
        Act::link("older", it.part("older"), "/organizations/acme/audit?before=1"),
        Act::link("export", it.part("export"), "/organizations/acme/audit/export"),
    ];
    let choices = ["all", "grant", "member"].map(|area| Choice::new(area, what.part(area), area == "all")).into();
    let inputs = vec![
        Input::one_of("what", &what, choices),
        Input::line("who", &say(language, "audit-who"), "").optional(),
        Input::line("since", &say(language, "audit-since"), "").optional(),
        Input::line("until", &say(language, "audit-until"), "").optional(),
    ];
    let filter = say(language, "audit-filter");
    let form = Form::new("show", filter.part("act"), "/organizations/acme/audit", inputs);
    let sections = vec![
        Section { rows: vec![happened], acts, ..Section::new("entries", &it) },
        Section { form: Some(form), ..Section::new("filter", &filter) },
    ];
    let layout = frame(language, "Acme", Role::Owner, Place::Audit);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), sections)
}

fn address(language: Language) -> Section {
    let (it, does) = (say(language, "webhooks-address"), say(language, "webhooks-do"));
    let delivery = say(language, "webhooks-delivery");
    let act = |verb: &str, kind| {
        let path = format!("/organizations/acme/webhooks/w1/{verb}");
        Act::link(&format!("{verb}-0"), does.part(verb), &path).with(kind)
    };
    let row = |at: usize, kind: &str, state: &str, status: Option<u16>| {
        let path = "/organizations/acme/webhooks/deliveries/d1/resend";
        let again = Act::link(&format!("resend-{at}"), delivery.part("again"), path).with(ActKind::Press);
        let happened = Fact::at(delivery.part("happened"), Moment::ago(sample::NOW - sample::MINUTE, sample::NOW));
        let answered = |status| String::from(delivery.part("answered").with("status", status));
        let why = status.map(|status| Fact::text(delivery.part("why"), &answered(status)));
        Row {
            title: say(language, "webhooks-kind").part(kind).into(),
            badge: Some(delivery.part(state).into()),
            facts: [Fact::text("", "40192"), happened].into_iter().chain(why).collect(),
            acts: vec![again],
            ..Row::default()
        }
    };
    let address = Row {
        title: "https://app.example.com/lanyard".to_owned(),
        badge: Some(it.part("off-failing").into()),
        facts: vec![words(&it.part("everything"))],
        acts: vec![
            act("enable", ActKind::Press),
            act("new-secret", ActKind::Press),
            act("remove", ActKind::DangerousPress),
        ],
        ..Row::default()
    };
    Section {
        id: "webhook-0".into(),
        rows: vec![
            address,
            row(0, "grant-revoked", "trying", Some(500)),
            row(1, "membership-removed", "delivered", None),
        ],
        note: Some(it.part("note").into()),
        ..Section::new("webhook", &it)
    }
}

fn adding(language: Language) -> Section {
    let it = say(language, "webhooks-new");
    let kind = |value: &str, part: &str| Choice::new(value, say(language, "webhooks-kind").part(part), false);
    let kinds = vec![kind("grant.created", "grant-created"), kind("key.rotated", "key-rotated")];
    let inputs = vec![
        Input::line("url", &say(language, "webhooks-url"), "").taking("url"),
        Input::any_of("kind", &say(language, "webhooks-kinds"), kinds),
    ];
    let form = Form::new("add-webhook", it.part("act"), "/organizations/acme/webhooks", inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}

/// The settings as an owner sees them.
pub(super) fn settings(language: Language) -> OrganizationPage {
    let (name, devices) = (say(language, "organizations-rename"), say(language, "organizations-devices"));
    let end = say(language, "organizations-end");
    let here = |below: &str| format!("/organizations/acme/settings{below}");
    let input = Input::line("name", &say(language, "organizations-name"), "Acme");
    let allow =
        Act::link("writes-of-devices", devices.part("allow"), &here("/device-writes/allow")).with(ActKind::Press);
    let delete = Act::link("delete-organization", end.part("act"), &here("/delete")).with(ActKind::DangerousLink);
    let form = Form::new("rename", name.part("act"), &here(""), vec![input]);
    let sections = vec![
        Section { form: Some(form), ..Section::new("name", &name) },
        demands(language),
        Section { said: Some(devices.part("refused").into()), acts: vec![allow], ..Section::new("devices", &devices) },
        Section { said: Some(end.part("text").into()), acts: vec![delete], ..Section::new("delete", &end) },
    ];
    let layout = frame(language, "Acme", Role::Owner, Place::Settings);
    OrganizationPage::in_frame(layout, say(language, "organizations-settings").into(), String::new(), sections)
}

fn demands(language: Language) -> Section {
    let it = say(language, "organizations-demands");
    let factor = Choice::new("second-factor", it.part("factor"), true).meaning(it.part("factor-hint"));
    let way = |word: &str| Choice::new(word, say(language, "organizations-way").part(word), word == "passkey");
    let ways = vec![way("password"), way("passkey"), Choice::new("google", "Google", false)];
    let inputs = vec![
        Input::any_of("demand", &say(language, "organizations-demand"), vec![factor]),
        Input::any_of("way", &say(language, "organizations-ways"), ways),
    ];
    let form = Form::new("set-demands", it.part("act"), "/organizations/acme/settings/demands", inputs).dangerous();
    Section { said: Some(it.part("text").into()), form: Some(form), ..Section::new("demands", &it) }
}

/// In place of its pages, for a member who has not shown what it demands.
pub(super) fn unmet(language: Language, has_one: bool) -> OrganizationPage {
    let title = say(language, "organizations-unmet").with("organization", "Acme");
    let (way, factor) = (say(language, "organizations-unmet-way"), say(language, "organizations-unmet-factor"));
    let to_prove = "/prove?for=demanded.1";
    let primary = |id: &str, label: String, path: &str| Act::link(id, label, path).with(ActKind::PrimaryLink);
    let acts = match has_one {
        true => vec![primary("show-factor", factor.part("act").into(), to_prove)],
        false => vec![
            primary("set-up-app", factor.part("app").into(), "/account/totp"),
            Act::link("set-up-passkey", factor.part("passkey"), "/account/passkeys"),
        ],
    };
    let said = factor.part(if has_one { "shown" } else { "none" }).into();
    let mut sections = vec![Section { said: Some(said), acts, ..Section::new("factor", &factor) }];
    if has_one {
        let acts = vec![
            primary("show-way", way.part("act").into(), to_prove),
            Act::link("ways-in", way.part("yours"), "/account/security"),
        ];
        let said = way.clone().with("ways", "Google").part("text").to_string();
        sections.insert(0, Section { said: Some(said), acts, ..Section::new("way", &way) });
    }
    let leave = say(language, "members-leave").with("organization", "Acme");
    let act = Act::link("leave", leave.part("act"), "/organizations/acme/leave").with(ActKind::DangerousLink);
    let said = Some(leave.part("text").into());
    sections.push(Section { said, acts: vec![act], ..Section::new("leaving", &leave.part("heading")) });
    let layout = sample::signed_in(language, "/organizations/acme");
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), sections)
}
