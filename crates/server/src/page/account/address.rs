//! `/account/address` and `/undo-address`: another address, and the way back to the one before.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use identity::account::AddressRefusal;
use protocol::{OAuthError, Params};

use super::prove::Act;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Visit, confirm_address::wait},
    view::{self, ChangeAddress, Confirm, Field},
};

/// The new address, as it was typed.
pub struct Form {
    email: String,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { email: params.take("email").unwrap_or_default() })
    }
}

/// What the link carries.
pub struct Link(String);

impl TryFrom<Params> for Link {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("token").unwrap_or_default()))
    }
}

/// Shows the form, to whoever has proved lately who they are.
///
/// # Errors
/// None but a page that cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    match visit.recent(Act::Address) {
        Ok(_) => page(&visit, Field::default(), None),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

/// Sends the mail to the new address.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Address) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Form { email } = form.into_inner();
    let field = |error: view::Phrase<'_>| Field { value: email.clone(), error: Some(error.into()) };
    match visit.state.authority.ask_for_new_address(person, &email, &visit.caller, visit.now).await? {
        Ok(id) => Ok(visit.go(&format!("/confirm/{id}"))),
        Err(AddressRefusal::NotRecent) => Ok(visit.go("/prove?for=address")),
        Err(AddressRefusal::Email) => page(&visit, field(visit.say("sign-up-no-address")), None),
        Err(AddressRefusal::Same) => page(&visit, field(visit.say("account-change-address").part("same")), None),
        Err(AddressRefusal::WithoutMail) => {
            page(&visit, field(visit.say("account-change-address").part("no-mail")), None)
        }
        Err(AddressRefusal::TooMany { retry_after }) => {
            page(&visit, field(visit.say("sign-in-too-many")), Some(retry_after))
        }
    }
}

/// Shows the button of the way back.
///
/// # Errors
/// 410 for a link that is worth nothing any more; trouble of the database.
pub async fn opened(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let token = Params::parse(request.query_string())?.take("token").unwrap_or_default();
    let email = visit.state.authority.opened_undo(&token, visit.now).await?.ok_or_else(dead)?;
    let it = visit.say("account-undo").with("address", &email);
    visit.page(&Confirm {
        layout: visit.layout(),
        question: it.to_string(),
        explanation: it.part("explanation").into(),
        act: it.part("act").into(),
        id: "undo-address".to_owned(),
        dangerous: true,
        action: "/undo-address".to_owned(),
        carried: vec![("token".to_owned(), token)],
        back: "/".to_owned(),
    })
}

/// Takes the account back.
///
/// # Errors
/// 410 for a link that is worth nothing any more; a form that is not ours, trouble of the database.
pub async fn undo(mut visit: Visit, form: ProtectedForm<Link>) -> Result<HttpResponse, PageError> {
    let Link(token) = form.into_inner();
    let email = visit.state.authority.undo_address(&token, &visit.caller, visit.now).await?.ok_or_else(dead)?;
    visit.signed_in = None;
    visit.page(&view::Forgotten { layout: visit.layout(), email: email.to_string(), sent: true, refusal: None })
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-undo-dead")
}

fn page(visit: &Visit, email: Field, retry_after: Option<std::time::Duration>) -> Result<HttpResponse, PageError> {
    let status = match (&email.error, retry_after) {
        (_, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
        (Some(_), None) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, None) => StatusCode::OK,
    };
    let present = visit.signed_in.as_ref().map(|person| person.user.email.to_string()).unwrap_or_default();
    let mut answer = visit.page_with(status, &ChangeAddress { layout: visit.layout(), present, email })?;
    if let Some(window) = retry_after {
        wait(&mut answer, window);
    }
    Ok(answer)
}
