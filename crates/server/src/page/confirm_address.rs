//! `/confirm`: an address is proved, by the code on the page where it was asked for, or by the link and its button. Opening the
//! link does nothing.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Path,
};
use identity::account::{Confirm, ConfirmRefusal, Confirmed, Evidence, MailRefusal, Opened, Pending};
use model::{Id, Proof, ProofKind};
use protocol::{Confidential, OAuthError, Params};

use super::{Nothing, Visit};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    view::{CheckMail, OpenedLink},
};

/// The code, as it was typed.
pub struct Code(String);

impl TryFrom<Params> for Code {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(params.take("code").unwrap_or_default()))
    }
}

/// What the link carries, and the password where it is asked for.
pub struct Link {
    token: String,
    password: Option<Confidential>,
}

impl TryFrom<Params> for Link {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let token = params.take("token").unwrap_or_default();
        Ok(Self { token, password: params.take("password").map(Confidential::new) })
    }
}

/// Shows where the code goes.
///
/// # Errors
/// 404 for a proof that was not asked for here; trouble of the database.
pub async fn get(visit: Visit, id: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let (id, pending) = visit.pending(&id).await?;
    if !pending.is_good {
        return Ok(visit.go(&afterwards(&visit, &pending)));
    }
    let again = Params::parse(request.query_string())?.get("again").is_some();
    check(&visit, id, &pending, None, again)
}

/// Takes the code.
///
/// # Errors
/// 404 for a proof that was not asked for here; a form that is not ours, trouble of the database.
pub async fn post(visit: Visit, id: Path<String>, form: ProtectedForm<Code>) -> Result<HttpResponse, PageError> {
    let (id, pending) = visit.pending(&id).await?;
    let Code(code) = form.into_inner();
    match visit.confirm(Evidence::Code { id, code }).await? {
        Ok(confirmed) => Ok(visit.confirmed(confirmed)),
        Err(ConfirmRefusal::Dead) => Ok(visit.go(&afterwards(&visit, &pending))),
        Err(ConfirmRefusal::Taken) => Err(taken()),
        Err(refusal) => check(&visit, id, &pending, Some(refusal), false),
    }
}

/// Sends another mail.
///
/// # Errors
/// 404 for a proof that was not asked for here; a form that is not ours, trouble of the database.
pub async fn again(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let (id, pending) = visit.pending(&id).await?;
    let authority = &visit.state.authority;
    let sent =
        authority.mail_again(id, &visit.browser.secret, visit.signed_in.as_ref(), &visit.caller, visit.now).await?;
    match sent {
        Ok(()) => Ok(visit.go(&format!("/confirm/{id}?again=1"))),
        Err(MailRefusal::TooMany { .. }) => check(&visit, id, &pending, Some(ConfirmRefusal::TooMany), false),
        Err(MailRefusal::Dead | MailRefusal::Needless) => Ok(visit.go(&afterwards(&visit, &pending))),
    }
}

/// Shows the button of a link.
///
/// # Errors
/// 410 for a link that is worth nothing any more; trouble of the database.
pub async fn opened(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let token = Params::parse(request.query_string())?.take("token").unwrap_or_default();
    let (browser, signed_in) = (&visit.browser.secret, visit.signed_in.as_ref());
    let opened = visit.state.authority.opened_link(&token, browser, signed_in, visit.now).await?;
    let opened = opened.ok_or_else(dead)?;
    link(&visit, token, &opened, None)
}

/// Takes the link.
///
/// # Errors
/// 410 for a link that is worth nothing any more; a form that is not ours, trouble of the database.
pub async fn press(visit: Visit, form: ProtectedForm<Link>) -> Result<HttpResponse, PageError> {
    let Link { token, password } = form.into_inner();
    let (browser, signed_in) = (&visit.browser.secret, visit.signed_in.as_ref());
    let opened = visit.state.authority.opened_link(&token, browser, signed_in, visit.now).await?;
    let opened = opened.ok_or_else(dead)?;
    match visit.confirm(Evidence::Link { token: token.clone(), password }).await? {
        Ok(confirmed) => Ok(visit.confirmed(confirmed)),
        Err(ConfirmRefusal::Dead) => Err(dead()),
        Err(ConfirmRefusal::Taken) => Err(taken()),
        Err(refusal) => link(&visit, token, &opened, Some(refusal)),
    }
}

impl Visit {
    async fn pending(&self, id: &str) -> Result<(Id<Proof>, Pending), PageError> {
        let id = Id::parse(id).ok_or_else(PageError::not_found)?;
        let authority = &self.state.authority;
        let pending = authority.pending_proof(id, &self.browser.secret, self.signed_in.as_ref(), self.now).await?;
        Ok((id, pending.ok_or_else(PageError::not_found)?))
    }

    async fn confirm(&self, evidence: Evidence) -> Result<Result<Confirmed, ConfirmRefusal>, PageError> {
        let ask = Confirm {
            evidence,
            browser: self.browser.secret.clone(),
            signed_in: self.signed_in.clone(),
            caller: self.caller.clone(),
        };
        Ok(self.state.authority.confirm(ask, self.now).await?)
    }

    /// On to where the person was on their way to.
    fn confirmed(&self, confirmed: Confirmed) -> HttpResponse {
        match confirmed {
            Confirmed::SignedUp(begun, waiting) => self.begin(&begun, waiting),
            Confirmed::Verified(waiting) => self.go(&self.onward(waiting)),
            Confirmed::AddressChanged => self.go("/account/security"),
        }
    }
}

/// Where a person goes whose proof is over: signed in already, or to sign in.
fn afterwards(visit: &Visit, pending: &Pending) -> String {
    match (pending.kind, pending.waiting) {
        (ProofKind::SignUp, Some(id)) => format!("/sign-in?authorization={id}"),
        (ProofKind::SignUp, None) => "/sign-in".to_owned(),
        (_, waiting) => visit.onward(waiting),
    }
}

fn dead() -> PageError {
    PageError::new(StatusCode::GONE, "error-proof-dead")
}

fn taken() -> PageError {
    PageError::new(StatusCode::CONFLICT, "error-proof-taken")
}

fn check(
    visit: &Visit,
    id: Id<Proof>,
    pending: &Pending,
    refusal: Option<ConfirmRefusal>,
    again: bool,
) -> Result<HttpResponse, PageError> {
    let (status, error) = match refusal {
        None => (StatusCode::OK, None),
        Some(ConfirmRefusal::TooMany) => (StatusCode::TOO_MANY_REQUESTS, Some("too-many")),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, Some("wrong")),
    };
    visit.page_with(
        status,
        &CheckMail {
            layout: visit.layout(),
            id: id.to_string(),
            email: pending.email.to_string(),
            is_sign_up: pending.kind == ProofKind::SignUp,
            sent_again: again,
            error: error.map(|part| visit.say("proof-check-mail").part(part).into()),
        },
    )
}

fn link(
    visit: &Visit,
    token: String,
    opened: &Opened,
    refusal: Option<ConfirmRefusal>,
) -> Result<HttpResponse, PageError> {
    if opened.first == Some(ConfirmRefusal::SignIn) {
        return Err(PageError::new(StatusCode::FORBIDDEN, "error-proof-sign-in"));
    }
    if opened.first == Some(ConfirmRefusal::Elsewhere) {
        return Err(PageError::new(StatusCode::FORBIDDEN, "error-proof-elsewhere"));
    }
    let (status, refusal) = match refusal {
        None | Some(ConfirmRefusal::Password) => (StatusCode::OK, None),
        Some(ConfirmRefusal::TooMany) => (StatusCode::TOO_MANY_REQUESTS, Some(visit.say("sign-in-too-many"))),
        Some(_) => (StatusCode::UNPROCESSABLE_ENTITY, Some(visit.say("proof-link").part("wrong"))),
    };
    visit.page_with(
        status,
        &OpenedLink {
            layout: visit.layout(),
            token,
            email: opened.email.to_string(),
            is_sign_up: opened.kind == ProofKind::SignUp,
            password: opened.first == Some(ConfirmRefusal::Password),
            refusal: refusal.map(String::from),
        },
    )
}

/// Says when to come back.
pub(super) fn wait(answer: &mut HttpResponse, retry_after: std::time::Duration) {
    answer.headers_mut().insert(header::RETRY_AFTER, retry_after.as_secs().into());
}
