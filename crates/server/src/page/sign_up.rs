//! `/sign-up`: an account of one's own.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use identity::account::{SignUp, SignUpRefusal, SignedUp};
use model::{Authorization, Id};
use protocol::{Confidential, OAuthError, Params};

use super::{
    Visit,
    waiting::{Arrival, Asked, Waiter, authorization},
    words,
};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    view::{self, Field},
};

/// What the form says.
pub struct Form {
    name: String,
    email: String,
    password: Confidential,
    authorization: Option<Id<Authorization>>,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self {
            name: params.take("name").unwrap_or_default(),
            email: params.take("email").unwrap_or_default(),
            password: Confidential::new(params.take("password").unwrap_or_default()),
            authorization: authorization(&params)?,
        })
    }
}

/// Shows the form, where strangers may make an account.
///
/// # Errors
/// 404 where they may not; a running request that cannot go on.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    if !visit.may_sign_up().await? {
        return Err(closed());
    }
    let asked = Asked::parse(request.query_string())?;
    match asked.authorization {
        None if visit.signed_in.is_some() => Ok(visit.go("/")),
        None => page(&visit, None, [String::new(), String::new()], None).await,
        Some(id) => match visit.arrival(id, true).await? {
            Arrival::Sign(waiter) => {
                let hint = waiter.login_hint.clone().unwrap_or_default();
                page(&visit, Some(waiter), [String::new(), hint], None).await
            }
            Arrival::Other(step) => visit.show(Some(id), step),
        },
    }
}

/// Makes the account and signs its person in, or mails what does.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Form { name, email, password, authorization } = form.into_inner();
    let ask = SignUp {
        email: email.clone(),
        password,
        name: Some(name.clone()).filter(|name| !name.trim().is_empty()),
        waiting: authorization,
        invited: visit.invited.clone(),
        browser: visit.browser.secret.clone(),
        replaces: visit.signed_in.as_ref().map(|signed_in| signed_in.session.id),
        caller: visit.caller.clone(),
    };
    match visit.state.authority.sign_up(ask, visit.now).await? {
        Ok(SignedUp::In(begun)) => Ok(visit.begin(&begun, authorization)),
        Ok(SignedUp::Mailed(id)) => Ok(visit.go(&format!("/confirm/{id}"))),
        Err(SignUpRefusal::Disabled) => Err(closed()),
        Err(refusal) => {
            let waiter = visit.waiter(authorization).await?;
            page(&visit, waiter, [name, email], Some(&refusal)).await
        }
    }
}

impl Visit {
    /// Whether an account can be made here: by anybody, or by whoever follows an invitation.
    async fn may_sign_up(&self) -> Result<bool, PageError> {
        Ok(self.state.settings.sign_up.enabled || self.invited_as().await?.is_some())
    }

    /// Where strangers may not make an account: the address for which somebody may who follows an invitation, as a mail's reader
    /// knows it.
    async fn invited_as(&self) -> Result<Option<String>, PageError> {
        if self.state.settings.sign_up.enabled {
            return Ok(None);
        }
        let open = self.state.authority.invitation_to_sign_up(self.invited.as_ref(), self.now).await?;
        Ok(open.map(|open| view::mail::masked(open.email.as_str())))
    }
}

fn closed() -> PageError {
    PageError::new(StatusCode::NOT_FOUND, "error-sign-up-closed")
}

async fn page(
    visit: &Visit,
    waiter: Option<Waiter>,
    [name, email]: [String; 2],
    refusal: Option<&SignUpRefusal>,
) -> Result<HttpResponse, PageError> {
    let invited_as = visit.invited_as().await?;
    let (waiting, form_action) = waiter.map(|waiter| (waiter.shown, waiter.form_action)).unzip();
    let mut filled = view::SignUp {
        layout: visit.layout(),
        waiting,
        invited_as,
        name: Field { value: name, error: None },
        email: Field { value: email, error: None },
        password_error: None,
        password_minimum: visit.state.authority.settings().password.min_length,
        refusal: None,
    };
    let status = refusal.map_or(StatusCode::OK, |refusal| say(visit, &mut filled, refusal));
    let mut answer = visit.page_with(status, &filled)?;
    if let Some(SignUpRefusal::TooMany { retry_after }) = refusal {
        answer.headers_mut().insert(header::RETRY_AFTER, retry_after.as_secs().into());
    }
    answer.extensions_mut().insert(form_action.unwrap_or_default());
    Ok(answer)
}

/// Writes the refusal beside what it is about.
fn say(visit: &Visit, filled: &mut view::SignUp, refusal: &SignUpRefusal) -> StatusCode {
    match refusal {
        SignUpRefusal::Uninvited => {
            filled.email.error = Some(visit.say("sign-up-uninvited").into());
        }
        SignUpRefusal::Email => {
            filled.email.error = Some(visit.say("sign-up-no-address").into());
        }
        SignUpRefusal::Taken => {
            filled.email.error = Some(visit.say("sign-up-taken").into());
        }
        SignUpRefusal::Password(refusal) => filled.password_error = Some(words::password(visit, refusal)),
        SignUpRefusal::TooMany { .. } | SignUpRefusal::Disabled => {
            filled.refusal = Some(visit.say("sign-in-too-many").into());
            return StatusCode::TOO_MANY_REQUESTS;
        }
    }
    StatusCode::UNPROCESSABLE_ENTITY
}
