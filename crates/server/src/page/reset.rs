//! `/forgotten` and `/reset`: a new password for whoever reads the account's mail. Asking is answered alike for every address,
//! and opening the link spends nothing.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use identity::account::ResetRefusal;
use protocol::{Confidential, OAuthError, Params};

use super::{Visit, confirm_address::wait, words};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    view::{self, Forgotten},
};

/// Whose password was forgotten.
pub struct Ask {
    email: String,
}

impl TryFrom<Params> for Ask {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { email: params.take("email").unwrap_or_default() })
    }
}

/// What the link carries, and the new password.
pub struct Form {
    token: String,
    password: Confidential,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self {
            token: params.take("token").unwrap_or_default(),
            password: Confidential::new(params.take("password").unwrap_or_default()),
        })
    }
}

/// Asks for the address.
///
/// # Errors
/// 404 where no mail is sent.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    if !visit.state.authority.sends_mail() {
        return Err(without_mail());
    }
    let email = visit.signed_in.as_ref().map(|person| person.user.email.to_string()).unwrap_or_default();
    visit.page(&Forgotten { layout: visit.layout(), email, sent: false, refusal: None })
}

/// Sends the mail, if there is anybody to send it to; the answer is the same.
///
/// # Errors
/// 404 where no mail is sent; a form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Ask>) -> Result<HttpResponse, PageError> {
    if !visit.state.authority.sends_mail() {
        return Err(without_mail());
    }
    let Ask { email } = form.into_inner();
    let asked = visit.state.authority.ask_for_reset(&email, &visit.caller, visit.now).await?;
    let refusal = asked.is_err().then(|| visit.say("sign-in-too-many").into());
    let status = if asked.is_err() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
    let page = Forgotten { layout: visit.layout(), email, sent: asked.is_ok(), refusal };
    let mut answer = visit.page_with(status, &page)?;
    if let Err(retry_after) = asked {
        wait(&mut answer, retry_after);
    }
    Ok(answer)
}

/// Asks for the new password.
///
/// # Errors
/// 410 for a link that is worth nothing any more; trouble of the database.
pub async fn opened(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let token = Params::parse(request.query_string())?.take("token").unwrap_or_default();
    page(&visit, token, None).await
}

/// Sets the new password, and ends everything that was open.
///
/// # Errors
/// 410 for a link that is worth nothing any more; a form that is not ours, trouble of the database.
pub async fn set(mut visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Form { token, password } = form.into_inner();
    match visit.state.authority.reset(&token, &password, &visit.caller, visit.now).await? {
        Ok(email) => {
            // This browser's session may have been one of those that ended.
            visit.signed_in = None;
            let done = view::ResetDone { layout: visit.layout(), email: email.to_string() };
            visit.page(&done)
        }
        Err(ResetRefusal::Dead) => Err(dead()),
        Err(ResetRefusal::Password(refusal)) => page(&visit, token, Some(words::password(&visit, &refusal))).await,
    }
}

async fn page(visit: &Visit, token: String, error: Option<String>) -> Result<HttpResponse, PageError> {
    let email = visit.state.authority.opened_reset(&token, visit.now).await?.ok_or_else(dead)?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = view::Reset {
        layout: visit.layout(),
        token,
        email: email.to_string(),
        password_error: error,
        password_minimum: visit.state.authority.settings().password.min_length,
    };
    visit.page_with(status, &page)
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-reset-dead")
}

fn without_mail() -> PageError {
    PageError::new(StatusCode::NOT_FOUND, "error-without-mail")
}
