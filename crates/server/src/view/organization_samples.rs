//! Pages of an organisation in their states, as somebody meets them.

mod apps;
mod people;
mod rooms;

use identity::Standing;
use model::{Demands, Id, Language, Organization, Permissions, Role, Slug, Timestamp};

use super::{
    AccessList, Act, ActKind, Choice, Connection, Connections, Copyable, EndReason, EndedConnection, Fact, Form, Input,
    Layout, MenuItem, Moment, Notice, OrganizationPage, Place, Row, Section, Tone, in_organization, sample, say,
};

pub(super) fn all(language: Language) -> Vec<(&'static str, OrganizationPage)> {
    vec![
        ("list", list(language)),
        ("owner", overview(language, "Acme", Role::Owner)),
        ("member", overview(language, "Acme", Role::Member)),
        ("refused", refused(language)),
        ("shown-once", shown_once(language)),
        ("projects", projects(language)),
        ("project", project(language)),
        ("members", people::members(language)),
        ("member-role", people::role(language)),
        ("invitations", people::invitations(language)),
        ("roles", people::roles(language)),
        ("project-members", people::listed(language)),
        ("access", access(language, live(language))),
        ("no-access", access(language, Vec::new())),
        ("keys", rooms::keys(language)),
        ("apps", apps::apps(language)),
        ("app-made", apps::made(language)),
        ("resources", apps::resources(language)),
        ("resource", apps::resource(language)),
        ("webhooks", rooms::webhooks(language)),
        ("audit", rooms::audit(language)),
        ("settings", rooms::settings(language)),
        ("unmet", rooms::unmet(language, true)),
        ("unmet-without-factor", rooms::unmet(language, false)),
        ("hostile", hostile(language)),
    ]
}

fn standing(name: &str, role: Role) -> Option<Standing> {
    let organization = Organization {
        id: Id::new(Timestamp::from_micros(sample::NOW)),
        slug: Slug::parse("acme")?,
        name: name.to_owned(),
        created_at: Timestamp::from_micros(sample::NOW - 90 * sample::DAY),
        disabled_at: None,
        device_writes_at: None,
        demands: Demands::default(),
    };
    Some(Standing { organization, role: Some(role), permissions: Permissions::of(role), user_id: None })
}

/// The frame at this place.
pub(super) fn frame(language: Language, name: &str, role: Role, place: Place) -> Layout {
    let layout = sample::signed_in(language, &place.path("acme"));
    let elsewhere = vec![MenuItem::new("Orion", "/organizations/orion", false)];
    match standing(name, role) {
        Some(standing) => in_organization(layout, &standing, place, elsewhere),
        None => layout,
    }
}

fn words(text: &(impl ToString + ?Sized)) -> Fact {
    Fact { words: text.to_string(), ..Fact::default() }
}

fn founding(language: Language, error: Option<String>) -> Section {
    let it = say(language, "organizations-new");
    let inputs = vec![
        Input::line("name", &say(language, "organizations-name"), ""),
        Input::line("slug", &say(language, "organizations-slug"), "").optional().refused(error),
        Input::line("project", &say(language, "organizations-first-project"), "").optional(),
    ];
    let form = Form::new("create-organization", it.part("act"), "/organizations", inputs);
    Section { form: Some(form), ..Section::new("new", &it) }
}

fn list(language: Language) -> OrganizationPage {
    let title = say(language, "organizations-title");
    let row = |name: &str, role: &str, off: bool| Row {
        title: name.to_owned(),
        path: Some("/organizations/acme".to_owned()),
        badge: off.then(|| title.part("disabled").into()),
        facts: vec![words(&say(language, "organizations-role").part(role)), Fact::text("", "acme")],
        ..Row::default()
    };
    let mine = Section {
        rows: vec![row("Acme", "owner", false), row("Orion", "member", true)],
        ..Section::new("organizations", &title.part("yours"))
    };
    let layout = sample::signed_in(language, "/organizations");
    let sections = vec![mine, founding(language, None)];
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), sections)
}

fn overview(language: Language, name: &str, role: Role) -> OrganizationPage {
    let it = say(language, "organizations-about");
    let since = Moment::date(sample::NOW - 90 * sample::DAY);
    let row = Row {
        title: name.to_owned(),
        facts: vec![
            words(&say(language, "organizations-role").part(role.as_str())),
            Fact::text(it.part("slug"), "acme"),
            Fact::at(it.part("since"), since),
        ],
        ..Row::default()
    };
    let sections = vec![Section { rows: vec![row], ..Section::new("about", &it) }];
    let layout = frame(language, name, role, Place::Overview);
    let off = (role == Role::Member).then(|| Notice::new(Tone::Warn, &say(language, "organizations-off")));
    OrganizationPage::in_frame(layout, name.to_owned(), String::new(), sections).with(off)
}

fn refused(language: Language) -> OrganizationPage {
    let title = say(language, "organizations-title");
    let taken: String = say(language, "organizations-new").part("taken").into();
    let layout = sample::signed_in(language, "/organizations");
    let sections = vec![founding(language, Some(taken.clone()))];
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), sections)
        .refused(taken, Some("slug"))
}

fn projects(language: Language) -> OrganizationPage {
    let (title, it) = (say(language, "projects-title"), say(language, "projects-new"));
    let row = |name: &str, slug: &str, off: bool| Row {
        title: name.to_owned(),
        path: Some(format!("/organizations/acme/projects/{slug}")),
        badge: off.then(|| title.part("disabled").into()),
        facts: vec![Fact::text("", slug), Fact::at(title.part("since"), Moment::date(sample::NOW - 40 * sample::DAY))],
        ..Row::default()
    };
    let list = Section {
        rows: vec![row("Apollo", "apollo", false), row("Gemini", "gemini", true)],
        ..Section::new("projects", &title.part("all"))
    };
    let inputs = vec![
        Input::line("name", &say(language, "projects-name"), ""),
        Input::line("slug", &say(language, "organizations-slug"), "").optional(),
    ];
    let form = Form::new("create-project", it.part("act"), "/organizations/acme/projects", inputs);
    let new = Section { form: Some(form), ..Section::new("new", &it) };
    let layout = frame(language, "Acme", Role::Admin, Place::Projects);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), vec![list, new])
}

fn live(language: Language) -> Vec<Connection> {
    let given = |connection: Connection| Connection { given_by: Some("mel@example.com".to_owned()), ..connection };
    let all = Connections::sample(language).into_iter().find(|(state, _)| *state == "full");
    all.map(|(_, page)| page.live.into_iter().map(given).collect()).unwrap_or_default()
}

fn access_list(language: Language, live: Vec<Connection>, heading: bool) -> AccessList {
    let title = say(language, "connections-access");
    let over = EndedConnection {
        app: sample::cursor(),
        project: None,
        given_by: Some("mel@example.com".to_owned()),
        at: Moment::ago(sample::NOW - sample::DAY, sample::NOW),
        reason: EndReason::Person,
    };
    let parted = EndedConnection { reason: EndReason::PersonParted, ..over.clone() };
    AccessList {
        heading: heading.then(|| title.to_string()),
        none: title.part("none").into(),
        older: (!live.is_empty()).then(|| "/organizations/acme/access?before=gr_1".to_owned()),
        live,
        ended: vec![over, parted],
    }
}

fn access(language: Language, live: Vec<Connection>) -> OrganizationPage {
    let title = say(language, "connections-access");
    let layout = frame(language, "Acme", Role::Owner, Place::Access);
    OrganizationPage::in_frame(layout, title.to_string(), title.part("lead").into(), Vec::new())
        .showing(access_list(language, live, false))
}

fn project(language: Language) -> OrganizationPage {
    let (rename, off) = (say(language, "projects-rename"), say(language, "projects-disable"));
    let end = say(language, "projects-delete").with("project", "Apollo");
    let here = |below: &str| format!("/organizations/acme/projects/apollo{below}");
    let input = Input::line("name", &say(language, "projects-name"), "Apollo");
    let form = Form::new("rename", rename.part("act"), &here(""), vec![input]);
    let switch = Act::link("switch-project", off.part("act"), &here("/disable")).with(ActKind::DangerousPress);
    let delete = Act::link("delete-project", end.part("act"), &here("/delete")).with(ActKind::DangerousLink);
    let sections = vec![
        Section { form: Some(form), note: Some(rename.part("note").into()), ..Section::new("name", &rename) },
        Section { said: Some(off.part("text").into()), acts: vec![switch], ..Section::new("switch", &off) },
        Section {
            said: Some(end.part("text").into()),
            acts: vec![delete],
            ..Section::new("delete", &end.part("heading"))
        },
    ];
    let layout = frame(language, "Acme", Role::Owner, Place::Projects);
    let mut one = live(language);
    one.truncate(1);
    OrganizationPage::in_frame(layout, "Apollo".to_owned(), String::new(), sections)
        .showing(access_list(language, one, true))
}

fn shown_once(language: Language) -> OrganizationPage {
    let shown = Copyable {
        id: "shown-secret".to_owned(),
        label: say(language, "frame-password").into(),
        text: "whsec_C2FtcGxl".to_owned(),
    };
    let section = Section { shown: vec![shown], ..Section::new("shown", &say(language, "organizations-about")) };
    let layout = frame(language, "Acme", Role::Owner, Place::Overview);
    OrganizationPage::in_frame(layout, "Acme".to_owned(), String::new(), vec![section])
}

/// A stranger's words wherever they can stand.
fn hostile(language: Language) -> OrganizationPage {
    let odd = sample::HOSTILE;
    let asked = say(language, "organizations-name");
    let choices = || vec![Choice::new("one", odd, true).meaning(odd), Choice::new("two", odd, false)];
    let inputs = vec![
        Input::line("name", &asked, odd).refused(Some(odd.to_owned())),
        Input::lines("text", &asked, odd, 3),
        Input::one_of("which", &asked, choices()),
        Input::any_of("all", &asked, choices()).refused(Some(odd.to_owned())),
        Input::carried("carried", odd),
    ];
    let row = Row {
        title: odd.to_owned(),
        path: Some("/organizations/acme".to_owned()),
        badge: Some(odd.to_owned()),
        facts: vec![Fact::text("", odd)],
        acts: vec![Act::link("odd", odd, "/organizations/acme").with(ActKind::DangerousPress).about(odd)],
    };
    let shown = Copyable { id: "shown-odd".to_owned(), label: odd.to_owned(), text: odd.to_owned() };
    let section = Section {
        id: "odd".into(),
        heading: odd.to_owned(),
        said: Some(odd.to_owned()),
        rows: vec![row],
        shown: vec![shown],
        form: Some(Form::new("send", odd, "/organizations", inputs).dangerous()),
        ..Section::default()
    };
    let layout = frame(language, odd, Role::Owner, Place::Projects);
    let page = OrganizationPage::in_frame(layout, odd.to_owned(), odd.to_owned(), vec![section]);
    page.refused(odd, Some("name"))
}
