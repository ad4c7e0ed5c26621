//! `/account/verify`: the address of an account is proved by mail. Whoever wants to connect an app comes here first.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use identity::account::MailRefusal;
use model::{Authorization, Id};
use protocol::{OAuthError, Params};

use super::{
    Visit,
    confirm_address::wait,
    waiting::{Asked, authorization},
};
use crate::{error_response::PageError, form::ProtectedForm, view::Confirm};

/// The app that waits, if one does.
pub struct Form(Option<Id<Authorization>>);

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        authorization(&params).map(Self)
    }
}

/// Offers to send the mail.
///
/// # Errors
/// A query that is not right.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let waiting = Asked::parse(request.query_string())?.authorization;
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    if person.user.email_verified_at.is_some() || !visit.state.authority.sends_mail() {
        return Ok(visit.go(&visit.onward(waiting)));
    }
    let it = visit.say("proof-ask").with("address", &person.user.email);
    visit.page(&Confirm {
        layout: visit.layout(),
        question: it.to_string(),
        explanation: it.part("explanation").into(),
        act: it.part("act").into(),
        id: "verify".to_owned(),
        dangerous: false,
        action: "/account/verify".to_owned(),
        carried: waiting.map(|id| ("authorization".to_owned(), id.to_string())).into_iter().collect(),
        back: "/".to_owned(),
    })
}

/// Sends it.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Form(waiting) = form.into_inner();
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    match visit.state.authority.ask_for_verification(person, waiting, &visit.caller, visit.now).await? {
        Ok(id) => Ok(visit.go(&format!("/confirm/{id}"))),
        Err(MailRefusal::Needless | MailRefusal::Dead) => Ok(visit.go(&visit.onward(waiting))),
        Err(MailRefusal::TooMany { retry_after }) => {
            let mut answer = HttpResponse::from_error(PageError::new(StatusCode::TOO_MANY_REQUESTS, "error-too-often"));
            wait(&mut answer, retry_after);
            Ok(answer)
        }
    }
}
