//! `/second-factor`: one more thing of somebody who has proved one already. Nobody is signed in until it is given; every other
//! page takes them for a stranger meanwhile.

use std::borrow::Cow;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use identity::account::{Admitted, Answer, Completed, Demanded, FactorRefusal, Given, NewSession, SecondFactor};
use model::{Authorization, Id, Purpose, UpstreamLogin};
use protocol::{Confidential, OAuthError, Params};

use super::{
    Visit,
    account::prove::Act,
    confirm_address::wait,
    federated,
    passkey::{self, credential},
    waiting::authorization,
};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    headers::FormAction,
    page::Nothing,
    view::{self, Onward, Recovery},
};

/// Where somebody was on their way to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Way {
    authorization: Option<Id<Authorization>>,
    act: Option<Act>,
    /// The trip to a provider whose arrival is to be connected.
    connect: Option<Id<UpstreamLogin>>,
}

impl Way {
    fn of(params: &Params) -> Result<Self, OAuthError> {
        let act = params.get("for").is_some().then(|| Act::of(params)).transpose()?;
        Ok(Self { authorization: authorization(params)?, act, connect: params.get("connect").and_then(Id::parse) })
    }

    /// To this act, when it was proved who they are.
    #[must_use]
    pub const fn to_act(act: Act) -> Self {
        Self { authorization: None, act: Some(act), connect: None }
    }

    /// To this app's request.
    #[must_use]
    pub const fn to_app(authorization: Option<Id<Authorization>>) -> Self {
        Self { authorization, act: None, connect: None }
    }

    /// And there to connect who came from a provider.
    #[must_use]
    pub const fn connecting(self, connect: Option<Id<UpstreamLogin>>) -> Self {
        Self { connect, ..self }
    }

    fn onward(self) -> Onward {
        let app = self.authorization.map(|id| ("authorization", id.to_string()));
        let act = self.act.map(|act| ("for", act.word().into_owned()));
        let connect = self.connect.map(|id| ("connect", id.to_string()));
        Onward { carried: app.into_iter().chain(act).chain(connect).collect() }
    }

    /// The page of the step.
    #[must_use]
    pub fn page(self) -> String {
        format!("/second-factor{}", self.onward().query())
    }

    /// Where one begins anew, when nothing waits any more.
    fn beginning(self) -> String {
        match self.act {
            Some(act) => format!("/prove?for={}", act.word()),
            None => format!("/sign-in{}", self.onward().query()),
        }
    }
}

/// A code and where it leads.
pub struct Code {
    code: Confidential,
    way: Way,
}

impl TryFrom<Params> for Code {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { way: Way::of(&params)?, code: Confidential::new(params.take("code").unwrap_or_default()) })
    }
}

/// A passkey's answer and where it leads.
pub struct Passkey {
    answer: Answer,
    way: Way,
}

impl TryFrom<Params> for Passkey {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { way: Way::of(&params)?, answer: credential(&mut params)? })
    }
}

impl Visit {
    /// Goes on from an admission: signed in, or to the second factor.
    pub(super) fn admitted(&self, admitted: &Admitted, way: Way) -> HttpResponse {
        match admitted {
            Admitted::In(begun) => self.arrived(begun, way),
            Admitted::Half(browser) => self.go_with(&way.page(), [self.state.edge.cookies.set_browser(browser)]),
        }
    }

    /// Signed in, and on to where they were on their way to.
    fn arrived(&self, begun: &NewSession, way: Way) -> HttpResponse {
        match way.connect {
            Some(id) => self.begin_at(begun, &federated::connecting(id, way.authorization)),
            None => self.begin(begun, way.authorization),
        }
    }

    async fn demanded(&self) -> Result<Option<Demanded>, PageError> {
        Ok(self.state.authority.demanded(&self.browser.secret, self.now).await?)
    }
}

/// Asks for the second factor.
///
/// # Errors
/// A query that leads nowhere, trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let way = Way::of(&Params::parse(request.query_string())?)?;
    match visit.demanded().await? {
        Some(demanded) => page(&visit, way, &demanded, None).await,
        None => Ok(visit.go(&way.beginning())),
    }
}

/// Takes a code of an app.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Code>) -> Result<HttpResponse, PageError> {
    let Code { code, way } = form.into_inner();
    match give(&visit, Given::Code(code)).await? {
        Ok(completed) => Ok(done(&visit, &completed, way)),
        Err(refusal) => refused(&visit, way, refusal, Kind::Code).await,
    }
}

/// A challenge for the passkeys of whoever waits.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn challenge(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let asked = visit.state.authority.challenge_second_factor(&visit.browser.secret, visit.now).await?;
    Ok(passkey::challenge(&visit, asked))
}

/// Takes a passkey.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn passkey(visit: Visit, form: ProtectedForm<Passkey>) -> Result<HttpResponse, PageError> {
    let Passkey { answer, way } = form.into_inner();
    match give(&visit, Given::Passkey(answer)).await? {
        Ok(completed) => Ok(done(&visit, &completed, way)),
        Err(refusal) => refused(&visit, way, refusal, Kind::Passkey).await,
    }
}

/// Asks for a recovery code.
///
/// # Errors
/// A query that leads nowhere, trouble of the database.
pub async fn recovery(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let way = Way::of(&Params::parse(request.query_string())?)?;
    match visit.demanded().await? {
        Some(demanded) => recovery_page(&visit, way, &demanded, None).await,
        None => Ok(visit.go(&way.beginning())),
    }
}

/// Takes a recovery code.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn recover(visit: Visit, form: ProtectedForm<Code>) -> Result<HttpResponse, PageError> {
    let Code { code, way } = form.into_inner();
    match give(&visit, Given::RecoveryCode(code)).await? {
        Ok(completed) => Ok(done(&visit, &completed, way)),
        Err(refusal) => refused(&visit, way, refusal, Kind::Recovery).await,
    }
}

async fn give(visit: &Visit, given: Given) -> Result<Result<Completed, FactorRefusal>, PageError> {
    let ask = SecondFactor {
        given,
        browser: visit.browser.secret.clone(),
        signed_in: visit.signed_in.clone(),
        caller: visit.caller.clone(),
    };
    Ok(visit.state.authority.give_second_factor(ask, visit.now).await?)
}

fn done(visit: &Visit, completed: &Completed, way: Way) -> HttpResponse {
    match completed {
        Completed::In(begun) => visit.arrived(begun, way),
        Completed::Proved(cookie) => {
            let renewed = visit.signed_in.as_ref().map(|person| visit.renewed(person, cookie));
            visit.go_with(&way.act.map_or(Cow::Borrowed("/account/security"), Act::path), renewed)
        }
    }
}

/// What was given, so that its own field says what is wrong.
#[derive(Clone, Copy)]
enum Kind {
    Code,
    Passkey,
    Recovery,
}

async fn refused(visit: &Visit, way: Way, refusal: FactorRefusal, kind: Kind) -> Result<HttpResponse, PageError> {
    let Some(demanded) = visit.demanded().await? else { return Ok(visit.go(&way.beginning())) };
    match kind {
        Kind::Recovery => recovery_page(visit, way, &demanded, Some(refusal)).await,
        Kind::Code | Kind::Passkey => page(visit, way, &demanded, Some((refusal, kind))).await,
    }
}

async fn page(
    visit: &Visit,
    way: Way,
    demanded: &Demanded,
    refusal: Option<(FactorRefusal, Kind)>,
) -> Result<HttpResponse, PageError> {
    let (code_error, said) = match refusal {
        None => (None, None),
        Some((FactorRefusal::TooMany { .. }, _)) => (None, Some("sign-in-too-many")),
        Some((FactorRefusal::Suspect, _)) => (None, Some("factors-suspect-passkey")),
        Some((_, Kind::Passkey)) => (None, Some("factors-wrong-passkey")),
        Some(_) => (Some("factors-wrong-code"), None),
    };
    let filled = view::SecondFactor {
        layout: visit.layout(),
        email: demanded.email.to_string(),
        app: demanded.factors.apps > 0,
        passkeys: demanded.factors.passkeys > 0,
        recovery: demanded.factors.recovery_codes > 0,
        onward: way.onward(),
        code_error: code_error.map(|key| visit.say(key).into()),
        refusal: said.map(|key| visit.say(key).into()),
    };
    let answer = visit.page_with(status(refusal.map(|(refusal, _)| refusal)), &filled)?;
    leading_on(visit, way, demanded, refusal.map(|(refusal, _)| refusal), answer).await
}

async fn recovery_page(
    visit: &Visit,
    way: Way,
    demanded: &Demanded,
    refusal: Option<FactorRefusal>,
) -> Result<HttpResponse, PageError> {
    let code_error = refusal.map(|refusal| match refusal {
        FactorRefusal::TooMany { .. } => "sign-in-too-many",
        _ => "factors-wrong-recovery",
    });
    let filled = Recovery {
        layout: visit.layout(),
        email: demanded.email.to_string(),
        onward: way.onward(),
        code_error: code_error.map(|key| visit.say(key).into()),
    };
    let answer = visit.page_with(status(refusal), &filled)?;
    leading_on(visit, way, demanded, refusal, answer).await
}

const fn status(refusal: Option<FactorRefusal>) -> StatusCode {
    match refusal {
        None => StatusCode::OK,
        Some(FactorRefusal::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// With when to come again, and with where the form may lead: the app that waits is at the end of the way.
async fn leading_on(
    visit: &Visit,
    way: Way,
    demanded: &Demanded,
    refusal: Option<FactorRefusal>,
    mut answer: HttpResponse,
) -> Result<HttpResponse, PageError> {
    if let Some(FactorRefusal::TooMany { retry_after }) = refusal {
        wait(&mut answer, retry_after);
    }
    if demanded.purpose == Purpose::SignIn {
        let waiter = visit.waiter(way.authorization).await?;
        answer.extensions_mut().insert(waiter.map_or_else(FormAction::default, |waiter| waiter.form_action));
    }
    Ok(answer)
}
