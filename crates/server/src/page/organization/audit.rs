//! `/organizations/{organization}/audit`: what happened inside an organisation, for whoever may see it.

use actix_web::{HttpRequest, HttpResponse, web::Path};
use model::Permission;
use storage::TrailOf;

use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{
        Visit,
        trail::{self, Asked},
    },
    view::Place,
};

/// Shows a page of it.
///
/// # Errors
/// 404 for what is not there or not theirs; a query that is none, trouble of the database.
pub async fn get(visit: Visit, organization: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::SeeAudit).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = Asked::of_query(request.query_string())?;
    let path = room.path(Place::Audit, "");
    let of = TrailOf::Organization(room.organization().id);
    let (sections, is_read) = trail::sections(&visit, of, (&path, &asked)).await?;
    let page = room.page(&visit, Place::Audit, &visit.say("audit-title"), sections);
    visit.sections(&match is_read {
        true => page,
        false => page.refused(visit.say("audit-filter").part("odd"), Some("since")),
    })
}

/// From what was chosen to the address that shows it.
///
/// # Errors
/// 404 for what is not there or not theirs; a form that is not ours.
pub async fn post(
    visit: Visit,
    organization: Path<String>,
    form: ProtectedForm<Asked>,
) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::SeeAudit).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    Ok(visit.go(&form.into_inner().path(&room.path(Place::Audit, ""))))
}

/// All of it, as lines of JSON.
///
/// # Errors
/// As [`get`].
pub async fn export(visit: Visit, organization: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let room = match visit.enter(&organization, Permission::SeeAudit).await? {
        Ok(room) => room,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let asked = Asked::of_query(request.query_string())?;
    let of = TrailOf::Organization(room.organization().id);
    trail::export(&visit, of, &asked, &format!("{}-audit", room.organization().slug)).await
}
