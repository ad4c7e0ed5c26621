//! `/sign-in`: address and password, for oneself or for an app that waits.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use identity::account::{NewSession, SignIn, SignInRefusal};
use model::{Authorization, Id, UpstreamLogin};
use protocol::{Confidential, OAuthError, Params};

use super::{
    Visit,
    confirm_address::wait,
    second_factor::Way,
    waiting::{Arrival, Asked, Waiter, authorization},
};
use crate::{error_response::PageError, form::ProtectedForm, view};

/// What the form says.
pub struct Form {
    email: String,
    password: Confidential,
    authorization: Option<Id<Authorization>>,
    connect: Option<Id<UpstreamLogin>>,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self {
            email: params.take("email").unwrap_or_default(),
            password: Confidential::new(params.take("password").unwrap_or_default()),
            authorization: authorization(&params)?,
            connect: params.get("connect").and_then(Id::parse),
        })
    }
}

/// Shows the form, unless nobody needs to sign in.
///
/// # Errors
/// A running request that cannot go on.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let asked = Asked::parse(request.query_string())?;
    if visit.signed_in.is_none() && !asked.another_account && visit.leaving().await?.is_some() {
        return Ok(visit.go("/leaving"));
    }
    match asked.authorization {
        None if visit.signed_in.is_some() && !asked.another_account => Ok(visit.go(&visit.front())),
        None => page(&visit, Shown { connect: asked.connect, ..Shown::default() }),
        Some(id) => match visit.arrival(id, asked.another_account).await? {
            Arrival::Sign(waiter) => {
                let hint = waiter.login_hint.clone().unwrap_or_default();
                page(&visit, Shown { waiter: Some(waiter), email: hint, connect: asked.connect, refusal: None })
            }
            Arrival::Other(step) => visit.show(Some(id), step),
        },
    }
}

/// Signs in, and goes on to where the person was on their way to.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Form { email, password, authorization, connect } = form.into_inner();
    let ask = SignIn {
        email: email.clone(),
        password,
        browser: visit.browser.secret.clone(),
        replaces: visit.signed_in.as_ref().map(|signed_in| signed_in.session.id),
        caller: visit.caller.clone(),
    };
    match visit.state.authority.sign_in(ask, visit.now).await? {
        Ok(admitted) => Ok(visit.admitted(&admitted, Way::to_app(authorization).connecting(connect))),
        Err(refusal) => {
            let waiter = visit.waiter(authorization).await?;
            let (refusal, retry_after) = match refusal {
                SignInRefusal::Wrong => ((StatusCode::UNPROCESSABLE_ENTITY, "sign-in-wrong"), None),
                SignInRefusal::TooMany { retry_after } => {
                    ((StatusCode::TOO_MANY_REQUESTS, "sign-in-too-many"), Some(retry_after))
                }
            };
            let mut answer = page(&visit, Shown { waiter, email, connect, refusal: Some(refusal) })?;
            if let Some(retry_after) = retry_after {
                wait(&mut answer, retry_after);
            }
            Ok(answer)
        }
    }
}

impl Visit {
    /// Gives the browser its new secret and its session, and sends it on: to the app's request, or home.
    pub(super) fn begin(&self, begun: &NewSession, authorization: Option<Id<Authorization>>) -> HttpResponse {
        self.begin_at(begun, &self.onward(authorization))
    }

    /// The same, and on to this address.
    pub(super) fn begin_at(&self, begun: &NewSession, path: &str) -> HttpResponse {
        let cookies = &self.state.edge.cookies;
        self.go_with(
            path,
            [
                cookies.set_browser(&begun.browser),
                cookies.set_session(&begun.cookie, self.state.settings.sessions.lifetime),
            ],
        )
    }

    /// The app that still waits after a refusal.
    pub(super) async fn waiter(&self, authorization: Option<Id<Authorization>>) -> Result<Option<Waiter>, PageError> {
        let Some(id) = authorization else { return Ok(None) };
        match self.arrival(id, true).await? {
            Arrival::Sign(waiter) => Ok(Some(waiter)),
            Arrival::Other(_) => Ok(None),
        }
    }
}

/// What stands on the page.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) waiter: Option<Waiter>,
    pub(super) email: String,
    pub(super) connect: Option<Id<UpstreamLogin>>,
    /// The status, and the key of what is said.
    pub(super) refusal: Option<(StatusCode, &'static str)>,
}

/// The form.
pub(super) fn page(visit: &Visit, shown: Shown) -> Result<HttpResponse, PageError> {
    let Shown { waiter, email, connect, refusal } = shown;
    let (status, said) = refusal.unzip();
    let (waiting, form_action) = waiter.map(|waiter| (waiter.shown, waiter.form_action)).unzip();
    let mut answer = visit.page_with(
        status.unwrap_or(StatusCode::OK),
        &view::SignIn {
            layout: visit.layout(),
            waiting,
            email,
            refusal: said.map(|key| visit.say(key).into()),
            connect: connect.map(|id| id.to_string()),
            providers: visit.provider_buttons(),
            sign_up: visit.state.settings.sign_up.enabled,
            forgotten: visit.state.authority.sends_mail(),
            passkeys: visit.state.authority.has_passkeys(),
        },
    )?;
    answer.extensions_mut().insert(visit.provider_origins(form_action));
    Ok(answer)
}
