//! An organisation's own apps and services, in their states.

use model::{Language, Role};

use super::{frame, words};
use crate::view::{
    Act, ActKind, Choice, Copyable, Fact, Form, Input, Moment, OrganizationPage, Phrase, Place, Row, Section, sample,
    say,
};

fn page(language: Language, place: Place, title: &Phrase<'_>, sections: Vec<Section>) -> OrganizationPage {
    let layout = frame(language, "Acme", Role::Owner, place);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").if_said().unwrap_or_default(), sections)
}

/// An app, a service that is off, and the form, sent wrongly.
pub(super) fn apps(language: Language) -> OrganizationPage {
    let (title, it, does) = (say(language, "apps-title"), say(language, "apps-row"), say(language, "apps-do"));
    let act = |verb: &str, at: usize, kind| {
        Act::link(&format!("{verb}-{at}"), does.part(verb), &format!("/organizations/acme/apps/c{at}/{verb}"))
            .with(kind)
    };
    let app = Row {
        title: "Dashboard".to_owned(),
        facts: vec![
            words(&it.part("web")),
            Fact::text(it.part("id"), "c_01JB"),
            Fact::text(it.part("to"), "https://app.example.com/callback"),
            Fact::at(it.part("used"), Moment::ago(sample::NOW - sample::DAY, sample::NOW)),
        ],
        acts: vec![
            act("change", 1, ActKind::Link),
            act("disable", 1, ActKind::Press),
            act("new-secret", 1, ActKind::Press),
            act("remove", 1, ActKind::DangerousLink),
        ],
        ..Row::default()
    };
    let service = Row {
        title: "Nightly report".to_owned(),
        badge: Some(it.part("off").into()),
        facts: vec![words(&it.part("service")), Fact::text(it.part("project"), "Apollo"), words(&it.part("never"))],
        acts: vec![act("enable", 2, ActKind::Press)],
        ..Row::default()
    };
    let wrong: String = say(language, "apps-wrong").part("redirect_uris").into();
    let sections = vec![
        Section { rows: vec![app, service], ..Section::new("apps", &title.part("all")) },
        making(language, &wrong),
    ];
    page(language, Place::Apps, &title, sections).refused(wrong, Some("redirect_uris"))
}

fn making(language: Language, wrong: &str) -> Section {
    let (new, kind) = (say(language, "apps-new"), say(language, "apps-kind"));
    let kinds = ["web", "program", "service"]
        .map(|one| Choice::new(one, kind.part(one), one == "web").meaning(kind.part(&format!("{one}-means"))));
    let scopes = vec![Choice::new("issues:read", "read issues", true).meaning("Issues · issues:read")];
    let inputs = vec![
        Input::line("name", &say(language, "apps-name"), "Dashboard"),
        Input::one_of("kind", &kind, kinds.into()),
        Input::lines("redirect_uris", &say(language, "apps-redirect-uris"), "nowhere", 3)
            .refused(Some(wrong.to_owned())),
        Input::one_of("project", &say(language, "apps-project"), vec![Choice::new("p1", "Apollo", false)]),
        Input::any_of("scope", &say(language, "apps-scopes"), scopes),
    ];
    let form = Form::new("make-app", new.part("act"), "/organizations/acme/apps", inputs);
    Section { form: Some(form), ..Section::new("new", &new) }
}

/// What an app is set up with.
pub(super) fn made(language: Language) -> OrganizationPage {
    let it = say(language, "apps-made");
    let line = |id: &str, part: &str, text: &str| Copyable {
        id: id.to_owned(),
        label: it.part(part).into(),
        text: text.to_owned(),
    };
    let section = Section {
        said: Some(it.part("once").into()),
        shown: vec![line("app-id", "id", "c_01JB"), line("secret", "secret", "lyd_cs_C2FtcGxl")],
        acts: vec![Act::link("back", it.part("back"), "/organizations/acme/apps")],
        ..Section::new("shown", &it)
    };
    page(language, Place::Apps, &say(language, "apps-title"), vec![section])
}

fn head(language: Language) -> Row {
    let it = say(language, "resources-row");
    Row {
        title: "https://api.example.com".to_owned(),
        badge: Some(it.part("off").into()),
        facts: vec![Fact::text(it.part("id"), "r_01JB"), words(&it.part("default"))],
        ..Row::default()
    }
}

fn scope(language: Language, name: &str, mark: &str, said: &str) -> Row {
    let mark = words(&say(language, "resources-access").part(mark));
    Row { title: name.to_owned(), facts: vec![mark, Fact::text("", said)], ..Row::default() }
}

fn scopes(language: Language) -> Vec<Row> {
    vec![
        scope(language, "issues:read", "read", "read issues and comments"),
        scope(language, "events:ingest", "ingest", "send events"),
        scope(language, "issues:write", "write", "change issues"),
    ]
}

fn more(language: Language, id: &str, key: &'static str) -> Section {
    let (it, access) = (say(language, key), say(language, "resources-access"));
    let choices = ["read", "ingest", "write"]
        .map(|one| Choice::new(one, access.part(one), one == "read").meaning(access.part(&format!("{one}-means"))));
    let inputs = vec![
        Input::line("scope", &say(language, "resources-scope"), ""),
        Input::one_of("access", &access, choices.into()),
        Input::line("words", &say(language, "resources-words"), ""),
    ];
    let form = Form::new(id, it.part("act"), "/organizations/acme/resources/r1/scopes", inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}

/// A service with what can be asked for, and the form.
pub(super) fn resources(language: Language) -> OrganizationPage {
    let (title, it) = (say(language, "resources-title"), say(language, "resources-row"));
    let one = Section {
        id: "resource-0".into(),
        heading: "Issues".to_owned(),
        rows: std::iter::once(head(language)).chain(scopes(language)).collect(),
        acts: vec![Act::link("change-0", it.part("change"), "/organizations/acme/resources/r1")],
        ..Section::default()
    };
    let mut new = more(language, "add-resource", "resources-new");
    if let Some(form) = &mut new.form {
        form.inputs.insert(0, Input::line("name", &say(language, "resources-name"), ""));
        form.inputs.insert(1, Input::line("identifier", &say(language, "resources-identifier"), "").taking("url"));
    }
    page(language, Place::Resources, &title, vec![one, new])
}

/// One service.
pub(super) fn resource(language: Language) -> OrganizationPage {
    let here = |below: &str| format!("/organizations/acme/resources/r1{below}");
    let (about, said) = (say(language, "resources-about"), say(language, "resources-said"));
    let (less, end) = (say(language, "resources-less"), say(language, "resources-end"));
    let press = |verb: &str| Act::link(verb, about.part(verb), &here(&format!("/{verb}"))).with(ActKind::Press);
    let which = || {
        let choice = |name: &str, said: &str| Choice::new(name, said, false).meaning(name);
        vec![choice("issues:read", "read issues and comments"), choice("issues:write", "change issues")]
    };
    let languages = vec![Choice::new("en", said.part("en"), true), Choice::new("de", said.part("de"), false)];
    let describing = vec![
        Input::one_of("of", &said.part("which"), which()),
        Input::one_of("language", &said.part("language"), languages),
        Input::line("said", &say(language, "resources-words"), ""),
    ];
    let inputs = vec![Input::line("name", &say(language, "resources-name"), "Issues"), Input::carried("version", "3")];
    let gone = vec![Input::one_of("gone", &less.part("which"), which())];
    let sections = vec![
        Section {
            rows: vec![head(language)],
            form: Some(Form::new("rename", about.part("act"), &here(""), inputs)),
            acts: vec![press("prefer"), press("new-secret")],
            note: Some(about.part("note").into()),
            ..Section::new("about", &about)
        },
        Section {
            rows: scopes(language),
            form: Some(Form::new("describe", said.part("act"), &here("/words"), describing)),
            ..Section::new("scopes", &said)
        },
        more(language, "add-scope", "resources-more"),
        Section {
            said: Some(less.part("text").into()),
            form: Some(Form::new("remove-scope", less.part("act"), &here("/unlist"), gone).dangerous()),
            ..Section::new("less", &less)
        },
        Section {
            said: Some(end.part("text").into()),
            acts: vec![
                Act::link("disable", end.part("disable"), &here("/disable")).with(ActKind::DangerousPress),
                Act::link("remove", end.part("remove"), &here("/remove")).with(ActKind::DangerousLink),
            ],
            ..Section::new("end", &end)
        },
    ];
    page(language, Place::Resources, &say(language, "resources-one").with("resource", "Issues"), sections)
}
