//! `/account/providers/…`: connecting and disconnecting providers, and proving by one that it is still oneself.

use actix_web::{HttpResponse, web::Path};
use identity::account::FederatedRefusal;
use model::{Id, UpstreamPurpose};

use super::prove::{Act, ProofBy};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit},
};

/// Sends the browser to a provider, to connect it.
///
/// # Errors
/// 404 for a provider that is not offered; a form that is not ours, trouble of the database.
pub async fn connect(
    visit: Visit,
    provider: Path<String>,
    _: ProtectedForm<Nothing>,
) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Providers) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let browser = &visit.browser.secret;
    let sent = visit.state.authority.link_with(&provider, person, browser, &visit.caller, visit.now).await?;
    visit.sent(&provider, sent, &UpstreamPurpose::Link(person.user.id, person.session.id))
}

/// Disconnects one.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn disconnect(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Providers) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let id = Id::parse(&id).ok_or_else(PageError::not_found)?;
    let authority = &visit.state.authority;
    let connected = authority.connected(person).await?;
    let theirs = connected.into_iter().find(|one| one.identity.id == id).ok_or_else(PageError::not_found)?;
    match authority.disconnect_provider(person, id, &visit.caller, visit.now).await? {
        Ok(()) | Err(FederatedRefusal::Stale) => Ok(visit.go("/account/security")),
        Err(refusal) => {
            let purpose = UpstreamPurpose::Link(person.user.id, person.session.id);
            visit.sent(&theirs.identity.provider, Err(refusal), &purpose)
        }
    }
}

/// Sends the browser to a provider, to prove that it is still the same person.
///
/// # Errors
/// 404 for a provider that is not offered; a form that is not ours, trouble of the database.
pub async fn prove(
    visit: Visit,
    provider: Path<String>,
    form: ProtectedForm<ProofBy>,
) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let ProofBy(act) = form.into_inner();
    let (authority, browser) = (&visit.state.authority, &visit.browser.secret);
    let sent = authority.prove_with(&provider, person, &act.word(), browser, &visit.caller, visit.now).await?;
    let purpose = UpstreamPurpose::Prove(person.user.id, person.session.id, act.word().into_owned());
    visit.sent(&provider, sent, &purpose)
}
