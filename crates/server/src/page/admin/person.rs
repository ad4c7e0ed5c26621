//! `/admin/people/{id}`: one account, and what an operator does about it.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use identity::{admin::Act, administration::PersonView};
use model::{Id, User};

use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit, account::leave},
    view::{self, ActKind, Desk, Fact, Field, Moment, Row, Section, TypedConfirmation, in_administration},
};

/// Shows it.
///
/// # Errors
/// 404 for who is no operator, and for an account that is not there; trouble of the database.
pub async fn get(visit: Visit, id: Path<String>) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let one = found(&visit, &id).await?;
    let mut page = visit.desk(
        Desk::People,
        &visit.say("administration-person"),
        vec![about(&visit, &one), organizations(&visit, &one), acts(&visit, &one)],
    );
    page.title = one.user.email.to_string();
    visit.sections(&page)
}

/// What is done about it: `disable`, `enable`, `end-sessions`, `remove-factors`.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn act(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let actor = match visit.administer().await? {
        Ok(actor) => actor,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let user = found(&visit, &path.0).await?.user.id.to_string();
    let act = match path.1.as_str() {
        "disable" => Act::UserSetDisabled { user: user.clone(), disabled: true },
        "enable" => Act::UserSetDisabled { user: user.clone(), disabled: false },
        "end-sessions" => Act::UserEndSessions { user: user.clone() },
        "remove-factors" => Act::UserRemoveFactors { user: user.clone() },
        _ => return Err(PageError::not_found()),
    };
    visit.operate(&actor, act).await?;
    Ok(visit.go(&at(&user)))
}

/// Asks whether it shall really go.
///
/// # Errors
/// As [`get`].
pub async fn ask_to_erase(visit: Visit, id: Path<String>) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let one = found(&visit, &id).await?;
    confirmation(&visit, &one, Field::default())
}

/// Erases it at once.
///
/// # Errors
/// As [`get`]; a form that is not ours.
pub async fn erase(
    visit: Visit,
    id: Path<String>,
    form: ProtectedForm<leave::Form>,
) -> Result<HttpResponse, PageError> {
    let actor = match visit.administer().await? {
        Ok(actor) => actor,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let one = found(&visit, &id).await?;
    let typed = form.into_inner().typed();
    if typed.trim().to_lowercase() != one.user.email.as_str() {
        let error = Some(visit.say("administration-erase").part("wrong").into());
        return confirmation(&visit, &one, Field { value: typed, error });
    }
    visit.operate(&actor, Act::UserRemove { user: one.user.id.to_string() }).await?;
    Ok(visit.go(&Desk::People.path()))
}

async fn found(visit: &Visit, id: &str) -> Result<PersonView, PageError> {
    let id: Id<User> = Id::parse(id).ok_or_else(PageError::not_found)?;
    visit.state.authority.person(id, visit.now).await?.ok_or_else(PageError::not_found)
}

fn at(user: &str) -> String {
    format!("/admin/people/{user}")
}

fn about(visit: &Visit, one: &PersonView) -> Section {
    let (it, user) = (visit.say("administration-person"), &one.user);
    let words = |text: String| Fact { words: text, ..Fact::default() };
    let confirmed = if user.email_verified_at.is_some() { "confirmed" } else { "unconfirmed" };
    let password = if user.password_hash.is_some() { "password" } else { "no-password" };
    let mut facts = vec![
        Fact::at(it.part("since"), Moment::date(user.created_at.as_micros())),
        words(it.part(confirmed).into()),
        words(it.part(password).into()),
        words(it.clone().count(one.factors).part("factors").into()),
        words(it.clone().count(one.sessions).part("sessions").into()),
        words(it.clone().count(one.connections).part("connections").into()),
    ];
    facts.extend(user.erase_at.map(|at| Fact::at(it.part("leaves"), Moment::date(at.as_micros()))));
    facts.extend(one.operator_at.map(|_| words(it.part("operator").into())));
    let row = Row {
        title: user.name.clone().unwrap_or_else(|| user.email.to_string()),
        badge: user.disabled_at.map(|_| it.part("disabled").into()),
        facts,
        ..Row::default()
    };
    Section { rows: vec![row], ..Section::new("about", &it) }
}

fn organizations(visit: &Visit, one: &PersonView) -> Section {
    let it = visit.say("administration-memberships");
    let rows = one.organizations.iter().map(|(organization, role)| Row {
        title: organization.name.clone(),
        facts: vec![
            Fact::text("", organization.slug.as_str()),
            Fact { words: it.part(role.as_str()).into(), ..Fact::default() },
        ],
        ..Row::default()
    });
    let rows: Vec<Row> = rows.collect();
    Section { said: rows.is_empty().then(|| it.part("none").into()), rows, ..Section::new("memberships", &it) }
}

fn acts(visit: &Visit, one: &PersonView) -> Section {
    let it = visit.say("administration-person-acts");
    let user = one.user.id.to_string();
    let act = |verb: &str, kind| view::Act::link(verb, it.part(verb), &format!("{}/{verb}", at(&user))).with(kind);
    let switch = match one.user.disabled_at {
        None => act("disable", ActKind::DangerousPress),
        Some(_) => act("enable", ActKind::Press),
    };
    let acts = vec![
        act("end-sessions", ActKind::Press),
        act("remove-factors", ActKind::DangerousPress),
        switch,
        act("erase", ActKind::DangerousLink),
    ];
    Section { said: Some(it.part("text").into()), acts, ..Section::new("acts", &it) }
}

fn confirmation(visit: &Visit, one: &PersonView, typed: Field) -> Result<HttpResponse, PageError> {
    let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let it = visit.say("administration-erase").with("address", &one.user.email);
    let stays = one.organizations.iter().map(|(organization, _)| {
        visit.say("privacy-confirm").with("organization", &organization.name).part("organization").into()
    });
    let page = TypedConfirmation {
        layout: in_administration(visit.layout(), Desk::People),
        question: it.to_string(),
        goes: ["account", "access", "memberships"].map(|part| it.part(part).into()).into(),
        stays: stays.collect(),
        afterwards: it.part("at-once").into(),
        label: it.part("label").into(),
        expected: one.user.email.to_string(),
        typed,
        act: it.part("act").into(),
        action: format!("{}/erase", at(one.user.id.as_str())),
        back: at(one.user.id.as_str()),
    };
    visit.page_with(status, &page)
}
