//! A page of a person's own account that is a list of sections: Security, Privacy, and what stands in the way of leaving.

use askama::Template;
use model::Language;

use super::{
    Choice, Form, Input, Layout, Moment, Phrase, sample, say,
    section::{Act, ActKind, Copyable, Fact, Row, Section},
};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/account_page.html")]
pub struct AccountPage {
    /// The frame.
    pub layout: Layout,
    /// Its title and heading.
    pub title: String,
    /// What it is about, in a sentence.
    pub lead: String,
    /// What is on it.
    pub sections: Vec<Section>,
}

impl AccountPage {
    /// A page with the title of this message, and its part `.lead`.
    #[must_use]
    pub fn new(layout: Layout, title: &Phrase<'_>, sections: Vec<Section>) -> Self {
        Self { layout, title: title.to_string(), lead: title.part("lead").into(), sections }
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let page =
            |here: &str, key, sections| Self::new(sample::signed_in(language, here), &say(language, key), sections);
        let (confirmed, unconfirmed) = (address(language, "member@example.com", None), {
            let word = say(language, "account-address").part("unconfirmed");
            address(language, "member@example.com", Some(word.into()))
        });
        let usual = vec![confirmed, password(language), events(language, "192.0.2.1")];
        let nothing = say(language, "account-events").part("none").into();
        let nothing = Section { said: Some(nothing), rows: Vec::new(), note: None, ..events(language, "") };
        let privacy = vec![download(language), leaving(language)];
        let odd = || Some(sample::HOSTILE.to_owned());
        let hostile = vec![
            address(language, sample::HOSTILE, odd()),
            events(language, sample::HOSTILE),
            owned_alone(language, sample::HOSTILE),
            everywhere_odd(),
        ]
        .into_iter()
        .chain(tokens(language, sample::HOSTILE))
        .collect();
        vec![
            ("usual", page("/account/security", "account-security", usual)),
            ("bare", page("/account/security", "account-security", vec![unconfirmed, nothing])),
            ("privacy", page("/account/privacy", "privacy-title", privacy)),
            ("tokens", page("/account/tokens", "tokens-title", tokens(language, "Backup"))),
            ("owns-alone", page("/account/delete", "privacy-owned", vec![owned_alone(language, "Acme")])),
            ("hostile", page("/account/security", "account-security", hostile)),
        ]
    }
}

fn address(language: Language, email: &str, badge: Option<String>) -> Section {
    let it = say(language, "account-address");
    let act = |id, part, path| Act::link(id, it.part(part), path);
    Section {
        rows: vec![Row { title: email.to_owned(), badge, ..Row::default() }],
        acts: vec![
            act("confirm-address", "confirm", "/account/verify").with(ActKind::PrimaryLink),
            act("change-address", "change", "/account/address"),
        ],
        ..Section::new("address", &it)
    }
}

fn password(language: Language) -> Section {
    let it = say(language, "account-password");
    Section {
        said: Some(it.part("present").into()),
        acts: vec![Act::link("change-password", it.part("change"), "/account/password")],
        ..Section::new("password", &it)
    }
}

fn events(language: Language, from: &str) -> Section {
    let it = say(language, "account-events");
    let event = |what, minutes: i64| Row {
        title: say(language, "account-event").part(what).into(),
        facts: vec![
            Fact::at("", Moment::ago(sample::NOW - minutes * sample::MINUTE, sample::NOW)),
            Fact::text(it.part("from"), from),
        ],
        ..Row::default()
    };
    Section {
        rows: vec![event("signed-in", 2), event("password-changed", 90)],
        note: Some(it.part("not-you").into()),
        ..Section::new("events", &it)
    }
}

fn download(language: Language) -> Section {
    let it = say(language, "privacy-download");
    let act = Act::link("export", it.part("act"), "/account/export").with(ActKind::Press);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("download", &it) }
}

fn leaving(language: Language) -> Section {
    let it = say(language, "privacy-delete");
    let act = Act::link("delete-account", it.part("act"), "/account/delete").with(ActKind::DangerousLink);
    Section { said: Some(it.part("text").into()), acts: vec![act], ..Section::new("delete", &it) }
}

fn owned_alone(language: Language, name: &str) -> Section {
    let it = say(language, "privacy-owned");
    let to = |email: &str| Row {
        title: email.to_owned(),
        acts: vec![
            Act::link("hand-over-0", it.part("hand-over"), "/account/privacy").with(ActKind::Press).about(email),
        ],
        ..Row::default()
    };
    let delete = Act::link("delete-0", it.part("delete"), "/account/privacy").with(ActKind::DangerousLink).about(name);
    Section {
        id: "organization-0".into(),
        heading: name.to_owned(),
        said: Some(it.clone().with("projects", "Apollo").part("projects").into()),
        rows: vec![to("member@example.com")],
        acts: vec![delete],
        ..Section::default()
    }
}

fn tokens(language: Language, name: &str) -> Vec<Section> {
    let (made, row, new) =
        (say(language, "tokens-made").with("name", name), say(language, "tokens-row"), say(language, "tokens-new"));
    let text = "lyd_pat_0VtyBFCkrPX5hN3q8Lw2Zs_made-up-for-this-page".to_owned();
    let shown = Copyable { id: "token".to_owned(), label: made.part("label").into(), text };
    let revoke = Act::link("revoke-0", row.part("revoke"), "/account/tokens").with(ActKind::DangerousPress).about(name);
    let facts = vec![
        Fact::text("", "lyd_pat_0VtyBFCkrPX5…a1B2"),
        Fact { words: row.part("writes").into(), ..Fact::default() },
        Fact::at(row.part("until"), Moment::date(sample::NOW + 40_000 * sample::MINUTE)),
    ];
    let may = say(language, "tokens-may");
    let inputs = vec![
        Input::line("name", &say(language, "tokens-name"), ""),
        Input::one_of("may", &may, vec![Choice::new("read", may.part("read"), true).meaning(may.part("read-means"))]),
    ];
    vec![
        Section { said: Some(made.part("once").into()), shown: vec![shown], ..Section::new("made", &made) },
        Section {
            rows: vec![Row { title: name.to_owned(), facts, acts: vec![revoke], ..Row::default() }],
            ..Section::new("tokens", &say(language, "tokens-yours"))
        },
        Section {
            form: Some(Form::new("make-token", new.part("act"), "/account/tokens", inputs)),
            ..Section::new("new", &new)
        },
    ]
}

/// A stranger's words wherever they can stand, with every kind of act.
fn everywhere_odd() -> Section {
    let act = |id: &str, kind| Act::link(id, sample::HOSTILE, "/account/security").with(kind).about(sample::HOSTILE);
    let acts = vec![
        act("odd-link", ActKind::Link),
        act("odd-primary", ActKind::PrimaryLink),
        act("odd-press", ActKind::Press),
        act("odd-danger", ActKind::DangerousPress),
    ];
    Section {
        id: "odd".into(),
        heading: sample::HOSTILE.to_owned(),
        said: Some(sample::HOSTILE.to_owned()),
        rows: vec![Row { title: sample::HOSTILE.to_owned(), acts, ..Row::default() }],
        note: Some(sample::HOSTILE.to_owned()),
        ..Section::default()
    }
}
