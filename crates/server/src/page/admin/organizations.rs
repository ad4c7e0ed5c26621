//! `/admin/organizations`: every organisation, by its short name.

use actix_web::{HttpRequest, HttpResponse, web::Path};
use identity::admin::Act;
use model::Organization;

use super::{from, onward};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{self, ActKind, Desk, Fact, Moment, Row, Section},
};

/// Shows them.
///
/// # Errors
/// 404 for who is no operator; trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let listed = visit.state.authority.organizations_from(&from(request.query_string())).await?;
    let title = visit.say("administration-organizations");
    let rows: Vec<Row> = listed.shown.iter().map(|one| row(&visit, one)).collect();
    let next = listed.next.map(|next| onward(Desk::Organizations, &next));
    let next = next.map(|path| view::Act::link("next", visit.say("administration-next"), &path));
    let list = Section {
        said: rows.is_empty().then(|| title.part("none").into()),
        rows,
        acts: next.into_iter().collect(),
        ..Section::new("organizations", &title.part("all"))
    };
    visit.sections(&visit.desk(Desk::Organizations, &title, vec![list]))
}

/// Stops everything of one, or lets it work again: `disable`, `enable`.
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
    let (organization, verb) = path.into_inner();
    let disabled = match verb.as_str() {
        "disable" => true,
        "enable" => false,
        _ => return Err(PageError::not_found()),
    };
    visit.operate(&actor, Act::OrganizationSetDisabled { organization, disabled }).await?;
    Ok(visit.go(&Desk::Organizations.path()))
}

fn row(visit: &Visit, one: &Organization) -> Row {
    let it = visit.say("administration-organizations");
    let (verb, kind) = match one.disabled_at {
        None => ("disable", ActKind::DangerousPress),
        Some(_) => ("enable", ActKind::Press),
    };
    let path = format!("/admin/organizations/{}/{verb}", one.id);
    let act = view::Act::link(&format!("{verb}-{}", one.slug), it.part(verb), &path).with(kind).about(&one.name);
    Row {
        title: one.name.clone(),
        badge: one.disabled_at.map(|_| it.part("disabled").into()),
        facts: vec![
            Fact::text("", one.slug.as_str()),
            Fact::at(it.part("since"), Moment::date(one.created_at.as_micros())),
        ],
        acts: vec![act],
        ..Row::default()
    }
}
