//! `/account/organizations/…`: an organisation is handed over or deleted, so that its only owner can leave.

use actix_web::{HttpResponse, http::StatusCode, web::Path};
use identity::account::{OwnedRefusal, SignedIn};
use model::{Id, Organization};

use super::{leave::Form, prove::Act};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
    view::{Field, Place, TypedConfirmation},
};

/// Makes another member an owner.
///
/// # Errors
/// 404 for what is not this person's; a form that is not ours, trouble of the database.
pub async fn hand_over(
    visit: Visit,
    path: Path<(String, String)>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Leave) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let (Some(id), Some(to)) = (Id::<Organization>::parse(&path.0), Id::parse(&path.1)) else {
        return Err(PageError::not_found());
    };
    match visit.state.authority.hand_over(person, id, to, &visit.caller, visit.now).await? {
        Err(OwnedRefusal::Unknown) => Err(PageError::not_found()),
        Err(OwnedRefusal::Unmet) => Ok(visit.go(&Place::Overview.path(id.as_str()))),
        Ok(()) | Err(OwnedRefusal::NotRecent | OwnedRefusal::Typed) => Ok(visit.go("/account/delete")),
    }
}

/// Shows what goes with an organisation.
///
/// # Errors
/// 404 for one that is not this person's; trouble of the database.
pub async fn get(visit: Visit, id: Path<String>) -> Result<HttpResponse, PageError> {
    match visit.recent(Act::Leave) {
        Ok(person) => page(&visit, person, owned_id(&id)?, Field::default()).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Deletes it.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn post(visit: Visit, id: Path<String>, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Leave) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let (id, Form(typed)) = (owned_id(&id)?, form.into_inner());
    match visit.state.authority.delete_organization(person, id, &typed, &visit.caller, visit.now).await? {
        Ok(()) | Err(OwnedRefusal::NotRecent) => Ok(visit.go("/account/delete")),
        Err(OwnedRefusal::Unknown) => Err(PageError::not_found()),
        Err(OwnedRefusal::Unmet) => Ok(visit.go(&Place::Overview.path(id.as_str()))),
        Err(OwnedRefusal::Typed) => {
            let error = Some(visit.say("privacy-organization").part("wrong").into());
            page(&visit, person, id, Field { value: typed, error }).await
        }
    }
}

fn owned_id(text: &str) -> Result<Id<Organization>, PageError> {
    Id::parse(text).ok_or_else(PageError::not_found)
}

async fn page(visit: &Visit, person: &SignedIn, id: Id<Organization>, typed: Field) -> Result<HttpResponse, PageError> {
    let (organization, projects) = match visit.state.authority.owned(person, id).await? {
        Ok(owned) => owned,
        Err(OwnedRefusal::Unmet) => return Ok(visit.go(&Place::Overview.path(id.as_str()))),
        Err(_) => return Err(PageError::not_found()),
    };
    let status = if typed.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let it = visit.say("privacy-organization").with("organization", &organization.name);
    let projects = projects.iter().map(|name| it.clone().with("project", name).part("project").into());
    let confirmation = TypedConfirmation {
        layout: visit.layout(),
        question: it.to_string(),
        goes: std::iter::once(it.part("memberships").into()).chain(projects).collect(),
        stays: vec![it.part("accounts").into()],
        afterwards: visit.say("privacy-confirm").part("at-once").into(),
        label: it.part("label").into(),
        expected: organization.slug.to_string(),
        typed,
        act: it.part("act").into(),
        action: format!("/account/organizations/{id}/delete"),
        back: "/account/delete".to_owned(),
    };
    visit.page_with(status, &confirmation)
}
