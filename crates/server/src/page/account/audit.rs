//! `/account/audit`: everything that happened to an account, for its person.

use actix_web::{HttpRequest, HttpResponse};
use storage::TrailOf;

use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{
        Visit,
        trail::{self, Asked},
    },
    view::AccountPage,
};

const PATH: &str = "/account/audit";

/// Shows a page of it.
///
/// # Errors
/// A query that is none, trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let asked = Asked::of_query(request.query_string())?;
    let of = TrailOf::Person(person.user.id);
    let (sections, _) = trail::sections(&visit, of, (PATH, &asked)).await?;
    let page = AccountPage::new(visit.layout(), &visit.say("audit-own"), sections);
    visit.page(&page)
}

/// From what was chosen to the address that shows it.
///
/// # Errors
/// A form that is not ours.
pub async fn post(visit: Visit, form: ProtectedForm<Asked>) -> Result<HttpResponse, PageError> {
    if visit.signed_in.is_none() {
        return Ok(visit.go("/sign-in"));
    }
    Ok(visit.go(&form.into_inner().path(PATH)))
}

/// All of it, as lines of JSON.
///
/// # Errors
/// A query that is none, trouble of the database.
pub async fn export(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let asked = Asked::of_query(request.query_string())?;
    trail::export(&visit, TrailOf::Person(person.user.id), &asked, "audit").await
}
