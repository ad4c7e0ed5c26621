//! `/account/totp`: the authenticator app, set up, changed and taken away. Every step wants recent proof of who one is.

use actix_web::{HttpResponse, http::StatusCode};
use identity::account::FactorRefusal;
use protocol::{Confidential, OAuthError, Params};

use super::{prove::Act, recovery_codes};
use crate::{
    error_response::{PageError, Unexpected},
    form::ProtectedForm,
    page::{Nothing, Visit, confirm_address::wait},
    view::{Confirm, Moment, Totp, TotpEnrolment},
};

/// A code of the app.
pub struct Code(Confidential);

impl TryFrom<Params> for Code {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(Confidential::new(params.take("code").unwrap_or_default())))
    }
}

/// Shows how things stand, and the seed if one waits for its first code.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    page(&visit, None).await
}

/// Makes a seed.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn begin(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Totp) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.state.authority.begin_totp(person, visit.now).await? {
        // A refusal shows on the page itself: it asks for proof.
        Ok(()) | Err(_) => Ok(visit.go(&Act::Totp.path())),
    }
}

/// Puts the seed in force.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Code>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Totp) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Code(code) = form.into_inner();
    match visit.state.authority.confirm_totp(person, &code, &visit.caller, visit.now).await? {
        Ok(Some(codes)) => recovery_codes::shown(&visit, "factors-codes-for-app", &codes),
        Ok(None) => Ok(visit.go("/account/security")),
        Err(refusal @ (FactorRefusal::Wrong | FactorRefusal::TooMany { .. })) => page(&visit, Some(refusal)).await,
        Err(_) => Ok(visit.go(&Act::Totp.path())),
    }
}

/// Asks whether the app may go, and says what that means.
///
/// # Errors
/// Trouble of the database.
pub async fn ask_to_remove(visit: Visit) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Totp) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let factors = visit.state.authority.second_factors(person).await?;
    let question = visit.say("factors-app-remove");
    let explanation = if factors.passkeys == 0 { visit.say("factors-last") } else { question.part("others") };
    visit.page(&Confirm {
        layout: visit.layout(),
        question: question.to_string(),
        explanation: explanation.into(),
        act: question.part("act").into(),
        id: "remove-totp".to_owned(),
        dangerous: true,
        action: "/account/totp/remove".to_owned(),
        carried: Vec::new(),
        back: Act::Totp.path().into_owned(),
    })
}

/// Takes the app away.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn remove(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Totp) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    match visit.state.authority.remove_totp(person, &visit.caller, visit.now).await? {
        // Taken away already is taken away.
        Ok(_) => Ok(visit.go("/account/security")),
        Err(_) => Ok(visit.go(&Act::Totp.path())),
    }
}

async fn page(visit: &Visit, refusal: Option<FactorRefusal>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Totp) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let state = visit.state.authority.totp_state(person, &visit.state.brand.name, visit.now).await?;
    let enrolment = match state.enrolment {
        None => None,
        Some(enrolment) => Some(
            TotpEnrolment::new(enrolment.seed.expose(), enrolment.address.expose())
                .ok_or_else(|| Unexpected::new("an address too long for a QR code"))?,
        ),
    };
    let (status, code_error) = match refusal {
        None => (StatusCode::OK, None),
        Some(FactorRefusal::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, Some("sign-in-too-many")),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, Some("factors-wrong-code")),
    };
    let filled = Totp {
        layout: visit.layout(),
        since: state.since.map(|since| Moment::date(since.as_micros())),
        enrolment,
        code_error: code_error.map(|key| visit.say(key).into()),
    };
    let mut answer = visit.page_with(status, &filled)?;
    if let Some(FactorRefusal::TooMany { retry_after }) = refusal {
        wait(&mut answer, retry_after);
    }
    Ok(answer)
}
