//! A page of a person's own account that is a list of sections: Security, Privacy, and what stands in the way of leaving.

use askama::Template;
use model::Language;

use super::{
    Layout, Moment, Phrase, sample, say,
    section::{Act, ActKind, Fact, Row, Section},
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
            webhook(language, sample::HOSTILE),
            everywhere_odd(),
        ];
        vec![
            ("usual", page("/account/security", "account-security", usual)),
            ("bare", page("/account/security", "account-security", vec![unconfirmed, nothing])),
            ("privacy", page("/account/privacy", "privacy-title", privacy)),
            (
                "webhooks",
                page("/account/webhooks", "webhooks-title", vec![webhook(language, "https://app.example.com/lanyard")]),
            ),
            ("no-webhooks", page("/account/webhooks", "webhooks-title", vec![no_webhooks(language)])),
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
        note: None,
    }
}

fn no_webhooks(language: Language) -> Section {
    let it = say(language, "webhooks-title");
    Section { said: Some(it.part("none").into()), ..Section::new("webhooks", &it) }
}

fn webhook(language: Language, url: &str) -> Section {
    let it = say(language, "webhooks-address").with("organization", "Acme");
    let delivery = say(language, "webhooks-delivery");
    let row = |at: usize, kind: &str, state: &str, status: Option<u16>| {
        let again =
            Act::link(&format!("resend-{at}"), delivery.part("again"), "/account/webhooks").with(ActKind::Press);
        let happened = Fact::at(delivery.part("happened"), Moment::ago(sample::NOW - sample::MINUTE, sample::NOW));
        let answered = |status| String::from(delivery.part("answered").with("status", status));
        let why = status.map(|status| Fact::text(delivery.part("why"), &answered(status)));
        Row {
            title: say(language, "webhooks-kind").part(kind).into(),
            badge: Some(delivery.part(state).into()),
            facts: [Fact::text("", "40192"), happened].into_iter().chain(why).collect(),
            acts: vec![again],
        }
    };
    let address = Row { title: url.to_owned(), badge: Some(it.part("off-failing").into()), ..Row::default() };
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
        acts: Vec::new(),
        note: Some(sample::HOSTILE.to_owned()),
    }
}
