//! `/account/webhooks`: leads to where an organisation's notifications are. Mails and bookmarks name this address.

use actix_web::HttpResponse;
use identity::account::SignedIn;

use crate::{
    error_response::PageError,
    page::Visit,
    view::{Act, Place, Section},
};

/// Leads on: to the only organisation that has any, else to the list.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let telling = visit.state.authority.organizations_that_tell(person).await?;
    Ok(match telling.as_slice() {
        [only] => visit.go(&Place::Webhooks.path(only.slug.as_str())),
        _ => visit.go("/organizations"),
    })
}

/// The way there, for whoever may say where an organisation tells others.
///
/// # Errors
/// Trouble of the database.
pub(super) async fn link(visit: &Visit, person: &SignedIn) -> Result<Option<Section>, PageError> {
    if visit.state.authority.organizations_that_tell(person).await?.is_empty() {
        return Ok(None);
    }
    let it = visit.say("webhooks-title");
    let see = Act::link("see-webhooks", it.part("see"), "/account/webhooks");
    Ok(Some(Section { said: Some(it.part("security").into()), acts: vec![see], ..Section::new("webhooks", &it) }))
}
