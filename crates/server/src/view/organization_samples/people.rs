//! Members, invitations, roles and who sees a project, in their states.

use model::{Language, Permission, Role};

use super::{frame, words};
use crate::view::{
    Act, ActKind, Choice, Fact, Form, Input, Moment, OrganizationPage, Phrase, Place, Row, Section, sample, say,
};

fn page(language: Language, place: Place, title: &Phrase<'_>, sections: Vec<Section>) -> OrganizationPage {
    let layout = frame(language, "Acme", Role::Owner, place);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").if_said().unwrap_or_default(), sections)
}

fn choices(language: Language) -> Vec<Choice> {
    let it = say(language, "members-role");
    let plain =
        |word: &str, chosen| Choice::new(word, it.part(word), chosen).meaning(it.part(&format!("{word}-means")));
    vec![
        plain("member", true),
        plain("admin", false),
        plain("owner", false),
        Choice::new("r1", "Support", false).meaning(it.part("named-means")),
    ]
}

/// Three, one of whom can be changed.
pub(super) fn members(language: Language) -> OrganizationPage {
    let (title, role) = (say(language, "members-title"), say(language, "members-role"));
    let since = |days: i64| Fact::at(title.part("since"), Moment::date(sample::NOW - days * sample::DAY));
    let owner = Row {
        title: "owner@example.com".to_owned(),
        facts: vec![Fact::text("", "Olga Owner"), words(&role.part("owner")), since(90)],
        ..Row::default()
    };
    let member = Row {
        title: "mel@example.com".to_owned(),
        badge: Some(title.part("disabled").into()),
        facts: vec![Fact::text(role.part("named"), "Support"), since(3)],
        acts: vec![
            Act::link("role-u1", title.part("change"), "/organizations/acme/members/u1"),
            Act::link("remove-u1", title.part("remove"), "/organizations/acme/members/u1/remove")
                .with(ActKind::DangerousLink),
        ],
        ..Row::default()
    };
    let (invite, leave) =
        (say(language, "members-invite"), say(language, "members-leave").with("organization", "Acme"));
    let sections = vec![
        Section { rows: vec![owner, member], ..Section::new("members", &title.part("all")) },
        Section {
            said: Some(invite.part("text").into()),
            acts: vec![Act::link("invite", invite.part("act"), "/organizations/acme/invitations")],
            ..Section::new("inviting", &invite)
        },
        Section {
            said: Some(leave.part("text").into()),
            acts: vec![Act::link("leave", leave.part("act"), "/organizations/acme/leave").with(ActKind::DangerousLink)],
            ..Section::new("leaving", &leave.part("heading"))
        },
    ];
    page(language, Place::Members, &title, sections)
}

/// Another role, refused.
pub(super) fn role(language: Language) -> OrganizationPage {
    let it = say(language, "members-change").with("member", "owner@example.com");
    let input = Input::one_of("role", &say(language, "members-role"), choices(language));
    let form = Form::new("change-role", it.part("act"), "/organizations/acme/members/u1", vec![input]);
    let section =
        Section { form: Some(form), note: Some(it.part("note").into()), ..Section::new("role", &it.part("heading")) };
    page(language, Place::Members, &it, vec![section]).refused(it.part("last-owner"), None)
}

/// One that waits, two that are past, and the form.
pub(super) fn invitations(language: Language) -> OrganizationPage {
    let (title, new) = (say(language, "invitations-title"), say(language, "invitations-new"));
    let role = say(language, "members-role");
    let row = |email: &str, state: Option<&str>, acts: Vec<Act>| Row {
        title: email.to_owned(),
        badge: state.map(|state| title.part(state).into()),
        facts: vec![
            words(&role.part("admin")),
            Fact::at(title.part("sent"), Moment::date(sample::NOW - sample::DAY)),
            Fact::at(title.part("until"), Moment::date(sample::NOW + 6 * sample::DAY)),
        ],
        acts,
        ..Row::default()
    };
    let act = |verb: &str, kind| {
        let path = format!("/organizations/acme/invitations/i1/{verb}");
        Act::link(&format!("{verb}-i1"), title.part(verb), &path).with(kind)
    };
    let acts = vec![act("resend", ActKind::Press), act("revoke", ActKind::DangerousPress)];
    let inputs = vec![
        Input::line("email", &say(language, "invitations-email"), "nobody")
            .taking("email")
            .refused(Some(new.part("address").into())),
        Input::one_of("role", &role, choices(language)),
    ];
    let form = Form::new("invite", new.part("act"), "/organizations/acme/invitations", inputs);
    let past =
        vec![row("old@example.com", Some("expired"), Vec::new()), row("new@example.com", Some("accepted"), Vec::new())];
    let sections = vec![
        Section { form: Some(form), note: Some(new.part("note").into()), ..Section::new("new", &new) },
        Section { rows: vec![row("guest@example.com", None, acts)], ..Section::new("waiting", &title.part("waiting")) },
        Section { rows: past, ..Section::new("past", &title.part("past")) },
    ];
    page(language, Place::Invitations, &title, sections).refused(new.part("address"), Some("email"))
}

/// Those that are always there, one of its own, and the form.
pub(super) fn roles(language: Language) -> OrganizationPage {
    let (title, new, permits) =
        (say(language, "roles-title"), say(language, "roles-new"), say(language, "roles-permission"));
    let role = say(language, "members-role");
    let fixed = |word: &str| Row {
        title: role.part(word).into(),
        facts: vec![words(&role.part(&format!("{word}-means")))],
        ..Row::default()
    };
    let own = Row {
        title: "Support".to_owned(),
        facts: vec![words(&permits.part("see-access")), words(&permits.part("end-access"))],
        acts: vec![
            Act::link("change-r1", title.part("change"), "/organizations/acme/roles/r1"),
            Act::link("remove-r1", title.part("remove"), "/organizations/acme/roles/r1/remove")
                .with(ActKind::DangerousLink),
        ],
        ..Row::default()
    };
    let all = Permission::ALL.map(|one| {
        let word = one.as_str();
        Choice::new(word, permits.part(&word.replace('_', "-")), false)
    });
    let inputs = vec![
        Input::line("name", &say(language, "roles-name"), ""),
        Input::any_of("permits", &say(language, "roles-permits"), all.into()),
    ];
    let form = Form::new("add-role", new.part("act"), "/organizations/acme/roles", inputs);
    let sections = vec![
        Section { rows: ["member", "admin", "owner"].map(fixed).into(), ..Section::new("fixed", &title.part("fixed")) },
        Section { rows: vec![own], ..Section::new("own", &title.part("own")) },
        Section { form: Some(form), ..Section::new("new", &new) },
    ];
    page(language, Place::Roles, &title, sections)
}

/// A limited project with one on its list.
pub(super) fn listed(language: Language) -> OrganizationPage {
    let it = say(language, "listed-title").with("project", "Apollo");
    let new = say(language, "listed-new");
    let path = "/organizations/acme/projects/apollo";
    let row = Row {
        title: "mel@example.com".to_owned(),
        facts: vec![Fact::at(it.part("since"), Moment::date(sample::NOW - sample::DAY))],
        acts: vec![
            Act::link("take-off-u1", it.part("remove"), &format!("{path}/members/u1/remove"))
                .with(ActKind::DangerousLink),
        ],
        ..Row::default()
    };
    let input = Input::one_of(
        "user",
        &say(language, "listed-whom"),
        vec![Choice::new("u2", "guest@example.com", false), Choice::new("u3", "other@example.com", false)],
    );
    let open = Act::link("open", it.part("unlimit"), &format!("{path}/open")).with(ActKind::Press);
    let form = Form::new("put-on", new.part("act"), &format!("{path}/members"), vec![input]);
    let sections = vec![
        Section { said: Some(it.part("limited").into()), acts: vec![open], ..Section::new("limit", &it.part("who")) },
        Section { rows: vec![row], ..Section::new("listed", &it.part("list")) },
        Section { form: Some(form), ..Section::new("new", &new) },
    ];
    page(language, Place::Projects, &it, sections)
}
