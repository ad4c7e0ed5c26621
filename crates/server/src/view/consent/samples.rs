//! The states of the consent page.

use std::time::Duration;

use model::Language;

use super::{AboutYou, Consent, ProjectChoice, Until};
use crate::view::{App, AskingDevice, Destination, Layout, Moment, Provenance, Theme, length, sample, say};

impl Consent {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let several = several(language);
        let one = Self { projects: vec![choice("apollo", "Apollo")], ..several.clone() };
        let none = Self { projects: Vec::new(), ..several.clone() };
        let refused = Self { refusal: Some(say(language, "consent-choose").into()), ..several.clone() };
        let new_only = Self {
            already: vec!["read issues and comments".to_owned()],
            reads: vec!["read documents".to_owned()],
            projects: vec![ProjectChoice { connected: true, ..choice("apollo", "Apollo") }],
            ..several.clone()
        };
        vec![
            ("several-projects", several),
            ("one-project", one),
            ("no-project", none),
            ("refused", refused),
            ("new-only", new_only),
            ("this-computer", this_computer(language)),
            ("program", program(language)),
            ("identity", identity(language)),
            ("changes", changes(language)),
            ("by-device", device(language)),
            (
                "by-device-refused",
                Self { refusal: Some(say(language, "device-own").part("needed").into()), ..device(language) },
            ),
            ("by-device-writes", device_writes(language)),
            ("by-device-hostile", device_hostile(language)),
            ("hostile", hostile(language)),
        ]
    }
}

fn choice(slug: &str, name: &str) -> ProjectChoice {
    ProjectChoice {
        id: format!("pr_{slug}"),
        slug: slug.to_owned(),
        name: name.to_owned(),
        organization: "Acme".to_owned(),
        chosen: false,
        connected: false,
        reads_only: false,
    }
}

fn several(language: Language) -> Consent {
    Consent {
        layout: sample::development(sample::signed_in(language, "/consent/au_0sample")),
        authorization: "au_0sample".to_owned(),
        app: sample::claude(),
        account: "member@example.com".to_owned(),
        another_account: "/sign-in?authorization=au_0sample&account=another".to_owned(),
        about_you: None,
        reads: vec!["read issues and comments".to_owned()],
        changes: Vec::new(),
        already: Vec::new(),
        projects: vec![choice("apollo", "Apollo"), choice("gemini", "Gemini")],
        until: Until::Lasting {
            idle: length(language, Duration::from_secs(30 * 86_400)),
            latest: Moment::date(sample::NOW + 365 * sample::DAY),
        },
        destination: Destination::Host("claude.ai".to_owned()),
        refusal: None,
    }
}

fn this_computer(language: Language) -> Consent {
    Consent {
        app: App { name: "Claude Code".to_owned(), ..sample::claude() },
        about_you: Some(AboutYou { name: true, email: true }),
        destination: Destination::ThisComputer { address: "127.0.0.1".to_owned() },
        ..several(language)
    }
}

fn program(language: Language) -> Consent {
    Consent {
        app: sample::cursor(),
        destination: Destination::Program { scheme: "cursor".to_owned() },
        layout: Layout { theme: Theme::Dark, ..several(language).layout },
        ..several(language)
    }
}

fn identity(language: Language) -> Consent {
    Consent {
        app: App { name: "Demo app".to_owned(), provenance: Provenance::Operator },
        about_you: Some(AboutYou { name: true, email: true }),
        reads: Vec::new(),
        projects: Vec::new(),
        until: Until::Short { lifetime: length(language, Duration::from_secs(900)) },
        destination: Destination::Host("localhost:3000".to_owned()),
        ..several(language)
    }
}

fn changes(language: Language) -> Consent {
    Consent {
        app: App { name: "Acme Deployer".to_owned(), provenance: Provenance::FirstParty },
        changes: vec!["create and change issues".to_owned()],
        destination: Destination::Host("deployer.example.com".to_owned()),
        ..several(language)
    }
}

fn device(language: Language) -> Consent {
    Consent {
        app: App { name: "Acme CLI".to_owned(), provenance: Provenance::FirstParty },
        destination: Destination::Device(AskingDevice {
            user_code: "BCDF-GHJK".to_owned(),
            address: "203.0.113.9".to_owned(),
            program: Some("acme".to_owned()),
            asked: Moment::ago(sample::NOW - 2 * sample::MINUTE, sample::NOW),
            own: false,
        }),
        ..several(language)
    }
}

fn device_writes(language: Language) -> Consent {
    Consent {
        changes: vec!["create and change issues".to_owned()],
        projects: vec![choice("apollo", "Apollo"), ProjectChoice { reads_only: true, ..choice("orion", "Orion") }],
        ..device(language)
    }
}

fn device_hostile(language: Language) -> Consent {
    let text = sample::HOSTILE.to_owned();
    Consent {
        app: sample::hostile(),
        destination: Destination::Device(AskingDevice {
            user_code: text.clone(),
            address: text.clone(),
            program: Some(text),
            asked: Moment::ago(sample::NOW, sample::NOW),
            own: true,
        }),
        ..device(language)
    }
}

fn hostile(language: Language) -> Consent {
    let text = sample::HOSTILE;
    Consent {
        app: sample::hostile(),
        account: text.to_owned(),
        another_account: format!("/sign-in?authorization={text}"),
        authorization: text.to_owned(),
        reads: vec![text.to_owned()],
        already: vec![text.to_owned()],
        projects: vec![
            ProjectChoice { organization: text.to_owned(), ..choice("same", text) },
            ProjectChoice { id: text.to_owned(), ..choice("same", text) },
        ],
        destination: Destination::Program { scheme: text.to_owned() },
        refusal: Some(text.to_owned()),
        ..several(language)
    }
}
