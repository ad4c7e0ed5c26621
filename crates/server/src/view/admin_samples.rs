//! Pages of the administration in their states.

use model::Language;

use super::{
    Act, ActKind, Desk, Fact, Form, Input, Moment, OrganizationPage, Row, Section, in_administration, sample, say,
};

/// Some of its pages, and a stranger's words on one of them.
pub(super) fn all(language: Language) -> Vec<(&'static str, OrganizationPage)> {
    vec![
        ("overview", overview(language)),
        ("people", people(language, "mel@example.com")),
        ("person", person(language)),
        ("mail", mail(language)),
        ("providers", providers(language, "https://login.acme.example/keys:503")),
        ("the-providers-hostile", providers(language, sample::HOSTILE)),
        ("hostile", people(language, sample::HOSTILE)),
    ]
}

fn page(language: Language, desk: Desk, title: &str, sections: Vec<Section>) -> OrganizationPage {
    let layout = in_administration(sample::signed_in(language, &desk.path()), desk);
    let title = say(language, title);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").if_said().unwrap_or_default(), sections)
}

fn words(text: &(impl ToString + ?Sized)) -> Fact {
    Fact { words: text.to_string(), ..Fact::default() }
}

fn overview(language: Language) -> OrganizationPage {
    let (health, numbers) = (say(language, "administration-health"), say(language, "administration-numbers"));
    let row = |title: String, fact: String| Row { title, facts: vec![Fact::text("", &fact)], ..Row::default() };
    let sections = vec![
        Section {
            rows: vec![
                row(health.part("database").into(), health.part("sqlite").into()),
                row(health.part("mail").into(), health.part("sends").into()),
            ],
            ..Section::new("health", &health)
        },
        Section {
            rows: vec![Row {
                path: Some(Desk::People.path()),
                ..row(numbers.part("people").into(), "1024".to_owned())
            }],
            ..Section::new("numbers", &numbers)
        },
    ];
    page(language, Desk::Overview, "administration-title", sections)
}

fn people(language: Language, name: &str) -> OrganizationPage {
    let (title, it) = (say(language, "administration-people"), say(language, "administration-person"));
    let row = Row {
        title: name.to_owned(),
        path: Some("/admin/people/p1".to_owned()),
        badge: Some(it.part("disabled").into()),
        facts: vec![
            Fact::at(it.part("since"), Moment::date(sample::NOW - 90 * sample::DAY)),
            words(&it.part("operator")),
        ],
        ..Row::default()
    };
    let asked = say(language, "administration-search");
    let input = Input::line("from", &asked, name).optional();
    let form = Form::new("search", asked.part("act"), "/admin/people", vec![input]);
    let next = Act::link("next", say(language, "administration-next"), "/admin/people?from=n");
    let sections = vec![
        Section { form: Some(form), ..Section::new("find", &title.part("find")) },
        Section { rows: vec![row], acts: vec![next], ..Section::new("people", &title.part("all")) },
    ];
    page(language, Desk::People, "administration-people", sections)
}

fn person(language: Language) -> OrganizationPage {
    let (it, acts) = (say(language, "administration-person"), say(language, "administration-person-acts"));
    let row = Row {
        title: "Mira Member".to_owned(),
        facts: vec![
            words(&it.part("confirmed")),
            words(&it.part("password")),
            words(&it.clone().count(1).part("factors")),
            words(&it.clone().count(2).part("sessions")),
            words(&it.clone().count(0).part("connections")),
        ],
        ..Row::default()
    };
    let act = |verb: &str, kind| Act::link(verb, acts.part(verb), &format!("/admin/people/p1/{verb}")).with(kind);
    let all = vec![
        act("end-sessions", ActKind::Press),
        act("remove-factors", ActKind::DangerousPress),
        act("disable", ActKind::DangerousPress),
        act("erase", ActKind::DangerousLink),
    ];
    let sections = vec![
        Section { rows: vec![row], ..Section::new("about", &it) },
        Section { said: Some(acts.part("text").into()), acts: all, ..Section::new("acts", &acts) },
    ];
    page(language, Desk::People, "administration-person", sections)
}

fn mail(language: Language) -> OrganizationPage {
    let (title, it) = (say(language, "administration-mail"), say(language, "administration-one-mail"));
    let row = |facts, acts| Row { title: "mel@example.com".to_owned(), facts, acts, ..Row::default() };
    let waiting = vec![words(&it.clone().count(2).part("attempts"))];
    let now = Act::link("try-m1", it.part("try"), "/admin/mail/m1/try").with(ActKind::Press);
    let over = vec![Fact::at(it.part("refused"), Moment::ago(sample::NOW - sample::DAY, sample::NOW))];
    let sections = vec![
        Section { rows: vec![row(waiting, vec![now])], ..Section::new("waiting", &title.part("waiting")) },
        Section {
            rows: vec![row(over, Vec::new())],
            note: Some(title.part("note").into()),
            ..Section::new("failed", &title.part("failed"))
        },
    ];
    page(language, Desk::Mail, "administration-mail", sections)
}

fn providers(language: Language, why: &str) -> OrganizationPage {
    let (title, it) = (say(language, "administration-providers"), say(language, "administration-provider"));
    let ago = |part| Fact::at(it.part(part), Moment::ago(sample::NOW - sample::DAY, sample::NOW));
    let troubled = Row {
        title: "Acme Login".to_owned(),
        badge: Some(it.part("trouble").into()),
        facts: vec![
            Fact::text("", "acme"),
            ago("discovered"),
            ago("keys"),
            ago("arrived"),
            Fact { text: Some(why.to_owned()), ..ago("failed") },
        ],
        ..Row::default()
    };
    let fresh = Row { title: "Google".to_owned(), facts: vec![words(&it.part("never"))], ..Row::default() };
    let note = Some(title.part("note").into());
    let list = Section { rows: vec![troubled, fresh], note, ..Section::new("providers", &title.part("all")) };
    page(language, Desk::Providers, "administration-providers", vec![list])
}
