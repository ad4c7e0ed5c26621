//! `/admin/people`: everybody with an account, by address.

use actix_web::{HttpRequest, HttpResponse};
use protocol::{OAuthError, Params};
use storage::Person;

use super::{from, onward};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::Visit,
    view::{Act, Desk, Fact, Form, Input, Moment, Row, Section},
};

/// From which address on.
pub struct Search(String);

impl TryFrom<Params> for Search {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("from").unwrap_or_default()))
    }
}

/// Shows them.
///
/// # Errors
/// 404 for who is no operator; trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    if let Err(elsewhere) = visit.administer().await? {
        return Ok(*elsewhere);
    }
    let from = from(request.query_string());
    let listed = visit.state.authority.people_from(&from).await?;
    let title = visit.say("administration-people");
    let rows: Vec<Row> = listed.shown.iter().map(|one| row(&visit, one)).collect();
    let next =
        listed.next.map(|next| Act::link("next", visit.say("administration-next"), &onward(Desk::People, &next)));
    let list = Section {
        said: rows.is_empty().then(|| title.part("none").into()),
        rows,
        acts: next.into_iter().collect(),
        ..Section::new("people", &title.part("all"))
    };
    let input = Input::line("from", &visit.say("administration-search"), &from).optional();
    let form = Form::new("search", visit.say("administration-search").part("act"), &Desk::People.path(), vec![input]);
    let search = Section { form: Some(form), ..Section::new("find", &title.part("find")) };
    visit.sections(&visit.desk(Desk::People, &title, vec![search, list]))
}

/// Leads to where the list begins with what was typed.
///
/// # Errors
/// 404 for who is no operator; a form that is not ours, trouble of the database.
pub async fn search(visit: Visit, form: ProtectedForm<Search>) -> Result<HttpResponse, PageError> {
    match visit.administer().await? {
        Ok(_) => Ok(visit.go(&onward(Desk::People, &form.into_inner().0))),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

fn row(visit: &Visit, one: &Person) -> Row {
    let (it, user) = (visit.say("administration-person"), &one.user);
    let name = user.name.as_ref().map(|name| Fact::text("", name));
    let operator = one.operator_at.map(|_| Fact { words: it.part("operator").into(), ..Fact::default() });
    let since = Fact::at(it.part("since"), Moment::date(user.created_at.as_micros()));
    Row {
        title: user.email.to_string(),
        path: Some(format!("/admin/people/{}", user.id)),
        badge: user.disabled_at.map(|_| it.part("disabled").into()),
        facts: name.into_iter().chain([since]).chain(operator).collect(),
        ..Row::default()
    }
}
