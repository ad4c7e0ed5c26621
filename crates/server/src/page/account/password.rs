//! `/account/password`: another password, by whoever knows the present one.

use actix_web::{HttpResponse, http::StatusCode};
use identity::account::{ChangeRefusal, Changed, SignInRefusal};
use protocol::{Confidential, OAuthError, Params};

use crate::{
    error_response::{PageError, Unexpected},
    form::ProtectedForm,
    page::{Nothing, Visit, confirm_address::wait, words},
    view::{self, ChangePassword},
};

/// What the form says.
pub struct Form {
    present: Confidential,
    new: Confidential,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let mut take = |name| Confidential::new(params.take(name).unwrap_or_default());
        Ok(Self { present: take("present"), new: take("password") })
    }
}

/// Shows the form.
///
/// # Errors
/// None but a page that cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    // Whoever has none sets the first one by mail.
    if person.user.password_hash.is_none() {
        return Ok(visit.go("/forgotten"));
    }
    page(&visit, None)
}

/// Changes it; all other sessions end.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let Form { present, new } = form.into_inner();
    let authority = &visit.state.authority;
    match authority.change_password(person, &present, &new, &visit.caller, visit.now).await? {
        Err(refusal) => page(&visit, Some(&refusal)),
        Ok(Changed { ended: sessions, cookie }) => {
            let connections = authority.connections_in(person.user.id, visit.language(), visit.now).await?.live.len()
                + authority.count_keys_of(person.user.id, visit.now).await?;
            let mut answer = visit.page(&view::PasswordChanged { layout: visit.layout(), sessions, connections })?;
            answer.add_cookie(&visit.renewed(person, &cookie)).map_err(Unexpected::new)?;
            Ok(answer)
        }
    }
}

/// Ends all connections and API keys: offered after a change, for whoever fears that somebody else was in the account.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn end_connections(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    visit.state.authority.end_connections(person, &visit.caller, visit.now).await?;
    Ok(visit.go("/connections"))
}

fn page(visit: &Visit, refusal: Option<&ChangeRefusal>) -> Result<HttpResponse, PageError> {
    let mut filled = ChangePassword {
        layout: visit.layout(),
        present_error: None,
        password_error: None,
        password_minimum: visit.state.authority.settings().password.min_length,
        forgotten: visit.state.authority.sends_mail(),
    };
    let mut status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut retry_after = None;
    match refusal {
        None => {}
        Some(ChangeRefusal::New(refusal)) => filled.password_error = Some(words::password(visit, refusal)),
        Some(ChangeRefusal::Present(SignInRefusal::Wrong)) => {
            filled.present_error = Some(visit.say("account-change-password").part("wrong").into());
        }
        Some(ChangeRefusal::Present(SignInRefusal::TooMany { retry_after: window })) => {
            filled.present_error = Some(visit.say("sign-in-too-many").into());
            status = StatusCode::TOO_MANY_REQUESTS;
            retry_after = Some(*window);
        }
    }
    let mut answer = visit.page_with(status, &filled)?;
    if let Some(window) = retry_after {
        wait(&mut answer, window);
    }
    Ok(answer)
}
