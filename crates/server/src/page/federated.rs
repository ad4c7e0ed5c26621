//! Signing in with another provider: the button, the way back, and what stands between.

use std::borrow::Cow;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Path,
};
use identity::{
    ProviderKind, ProviderSettings,
    account::{ComeBack, FederatedRefusal, Homecoming, Stranded},
};
use model::{Authorization, Id, UpstreamLogin, UpstreamPurpose};
use protocol::{Confidential, OAuthError, Params};

use super::{
    Visit,
    account::prove::Act,
    second_factor::Way,
    waiting::{Arrival, authorization},
};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    headers::FormAction,
    request_id::RequestId,
    view::{ConnectProvider, ProviderButton, ProviderRefused, Waiting},
};

/// The app that waits, if one does, and the trip whose arrival is to be connected on the way.
pub struct For(Option<Id<Authorization>>, Option<Id<UpstreamLogin>>);

impl TryFrom<Params> for For {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        Ok(Self(authorization(&params)?, params.get("connect").and_then(Id::parse)))
    }
}

/// Sends the browser to a provider.
///
/// # Errors
/// 404 for a provider that is not offered; a form that is not ours, trouble of the database.
pub async fn depart(visit: Visit, provider: Path<String>, form: ProtectedForm<For>) -> Result<HttpResponse, PageError> {
    let For(waiting, connect) = form.into_inner();
    let (authority, browser) = (&visit.state.authority, &visit.browser.secret);
    let sent = authority.sign_in_with(&provider, (waiting, connect), browser, &visit.caller, visit.now).await?;
    visit.sent(&provider, sent, &UpstreamPurpose::SignIn(waiting, connect))
}

/// Takes what the browser brings back.
///
/// # Errors
/// 404 for a provider that is not offered; parameters that cannot be read, trouble of the database.
pub async fn come_back(visit: Visit, provider: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let provider = provider.into_inner();
    let mut params = Params::parse(request.query_string())?;
    let back = ComeBack {
        provider: provider.clone(),
        state: params.take("state").unwrap_or_default(),
        code: params.take("code").map(Confidential::new),
        error: params.take("error"),
        iss: params.take("iss"),
        browser: visit.browser.secret.clone(),
        signed_in: visit.signed_in.clone(),
        caller: visit.caller.clone(),
    };
    match visit.state.authority.come_back(back, visit.now).await? {
        Ok(home) => Ok(visit.home(home)),
        Err(Stranded { refusal, purpose }) => visit.stranded(&provider, refusal, purpose.as_ref()),
    }
}

/// Asks whether who came is to be connected, or for the sign-in that comes before.
///
/// # Errors
/// 404 if nobody waits here; trouble of the database.
pub async fn get(visit: Visit, id: Path<String>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let waiting = authorization(&Params::parse(request.query_string())?)?;
    let id: Id<UpstreamLogin> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    let who = visit.state.authority.waiting_identity(id, &visit.browser.secret, visit.now).await?;
    let who = who.ok_or_else(PageError::not_found)?;
    let app = match waiting {
        Some(waiting) => visit.waiting_app(waiting).await?,
        None => None,
    };
    visit.page(&ConnectProvider {
        layout: visit.layout(),
        id: id.to_string(),
        provider: visit.provider_name(&who.provider),
        label: who.label,
        waiting: app,
        ready: visit.signed_in.as_ref().is_some_and(|person| person.proved_recently(visit.now)),
    })
}

/// Connects who came.
///
/// # Errors
/// 404 if nobody waits here; a form that is not ours, trouble of the database.
pub async fn connect(visit: Visit, id: Path<String>, form: ProtectedForm<For>) -> Result<HttpResponse, PageError> {
    let For(waiting, _) = form.into_inner();
    let id: Id<UpstreamLogin> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    let Some(person) = &visit.signed_in else { return Ok(visit.go(&connecting(id, waiting))) };
    let (authority, browser) = (&visit.state.authority, &visit.browser.secret);
    let provider = authority.waiting_identity(id, browser, visit.now).await?.ok_or_else(PageError::not_found)?.provider;
    match authority.connect_waiting(id, person, browser, &visit.caller, visit.now).await? {
        Ok(()) => Ok(visit.go(&onward(waiting, "/account/security"))),
        Err(FederatedRefusal::NotRecent) => Ok(visit.go(&connecting(id, waiting))),
        Err(refusal) => visit.stranded(&provider, refusal, Some(&UpstreamPurpose::SignIn(waiting, None))),
    }
}

/// The page on which who came is connected.
pub(super) fn connecting(id: Id<UpstreamLogin>, waiting: Option<Id<Authorization>>) -> String {
    match waiting {
        Some(waiting) => format!("/connect/{id}?authorization={waiting}"),
        None => format!("/connect/{id}"),
    }
}

/// The sign-in page, with what a trip was on the way to.
fn beginning(trip: Option<&UpstreamPurpose>) -> String {
    let mut path = "/sign-in?account=another".to_owned();
    if let Some(id) = trip.and_then(UpstreamPurpose::authorization) {
        path.push_str(&format!("&authorization={id}"));
    }
    if let Some(id) = trip.and_then(UpstreamPurpose::connects) {
        path.push_str(&format!("&connect={id}"));
    }
    path
}

fn onward(waiting: Option<Id<Authorization>>, else_to: &str) -> String {
    waiting.map_or_else(|| else_to.to_owned(), |id| format!("/consent/{id}"))
}

impl Visit {
    /// On to the provider, or why not.
    ///
    /// # Errors
    /// 404 for a provider that is not offered.
    pub(super) fn sent(
        &self,
        provider: &str,
        sent: Result<String, FederatedRefusal>,
        purpose: &UpstreamPurpose,
    ) -> Result<HttpResponse, PageError> {
        match sent {
            Ok(location) => Ok(self.send_to(location)),
            Err(refusal) => self.stranded(provider, refusal, Some(purpose)),
        }
    }

    fn home(&self, home: Homecoming) -> HttpResponse {
        match home {
            Homecoming::Admitted(admitted, purpose) => {
                self.admitted(&admitted, Way::to_app(purpose.authorization()).connecting(purpose.connects()))
            }
            Homecoming::Connect(id, waiting) => self.go(&connecting(id, waiting)),
            Homecoming::Mailed(proof) => self.go(&format!("/confirm/{proof}")),
            Homecoming::Linked => self.go("/account/security"),
            Homecoming::Half(act) => {
                let way = Act::of_word(&act).map(Way::to_act).unwrap_or_default();
                self.go(&way.page())
            }
            Homecoming::Proved(act, cookie) => {
                let path = Act::of_word(&act).map_or(Cow::Borrowed("/account/security"), Act::path);
                self.go_with(&path, self.signed_in.iter().map(|person| self.renewed(person, &cookie)))
            }
        }
    }

    /// What happened, and the way back to where the trip began.
    fn stranded(
        &self,
        provider: &str,
        refusal: FederatedRefusal,
        purpose: Option<&UpstreamPurpose>,
    ) -> Result<HttpResponse, PageError> {
        if refusal == FederatedRefusal::NoProvider && purpose.is_none() {
            return Err(PageError::not_found());
        }
        let name = self.provider_name(provider);
        let (back, back_label) = match purpose {
            Some(UpstreamPurpose::Link(..) | UpstreamPurpose::Prove(..)) => {
                ("/account/security".to_owned(), "providers-back-to-account")
            }
            sign_in => (beginning(sign_in), "providers-back-to-sign-in"),
        };
        let page = ProviderRefused {
            layout: self.layout(),
            happened: self.say(key(refusal)).with("provider", &name).into(),
            provider: name,
            back,
            back_label: self.say(back_label).into(),
            reference: RequestId::current().map(|id| id.to_string()).unwrap_or_default(),
        };
        let mut answer = self.page_with(status(refusal), &page)?;
        if let FederatedRefusal::TooMany { retry_after } = refusal {
            answer.headers_mut().insert(header::RETRY_AFTER, retry_after.as_secs().into());
        }
        Ok(answer)
    }

    /// A provider's name for people.
    pub(super) fn provider_name(&self, id: &str) -> String {
        let known = self.state.authority.providers().iter().find(|provider| provider.id == id);
        known.map_or_else(|| self.say("providers-another").into(), |provider| provider.name.clone())
    }

    /// The buttons of the providers that are offered.
    pub(super) fn provider_buttons(&self) -> Vec<ProviderButton> {
        let button = |provider: &ProviderSettings| ProviderButton {
            id: provider.id.clone(),
            name: provider.name.clone(),
            mark: match provider.kind {
                ProviderKind::Google => "google",
                ProviderKind::Microsoft { .. } => "microsoft",
                ProviderKind::GitHub => "github",
                ProviderKind::OpenId => "openid",
            },
        };
        self.state.authority.providers().iter().map(button).collect()
    }

    /// Where a form with these buttons may lead, beside what is there already.
    pub(super) fn provider_origins(&self, more: Option<FormAction>) -> FormAction {
        let mut all = more.unwrap_or_default();
        for provider in self.state.authority.providers() {
            all.0.extend(provider.origins.iter().filter(|origin| !all.0.contains(origin)).cloned().collect::<Vec<_>>());
        }
        all
    }

    async fn waiting_app(&self, id: Id<Authorization>) -> Result<Option<Waiting>, PageError> {
        // Asked as if nobody were signed in: who waits is the same.
        match self.arrival(id, true).await? {
            Arrival::Sign(waiter) => Ok(Some(waiter.shown)),
            Arrival::Other(_) => Ok(None),
        }
    }
}

const fn status(refusal: FederatedRefusal) -> StatusCode {
    match refusal {
        FederatedRefusal::NoProvider => StatusCode::NOT_FOUND,
        FederatedRefusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        FederatedRefusal::Unavailable | FederatedRefusal::NotBelieved => StatusCode::BAD_GATEWAY,
        FederatedRefusal::NoAccounts | FederatedRefusal::Disabled => StatusCode::FORBIDDEN,
        FederatedRefusal::Taken | FederatedRefusal::LastWay => StatusCode::CONFLICT,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The message that says what happened and what to do now.
const fn key(refusal: FederatedRefusal) -> &'static str {
    match refusal {
        FederatedRefusal::NoProvider => "providers-no-provider",
        FederatedRefusal::NotRecent => "providers-not-recent",
        FederatedRefusal::TooMany { .. } => "providers-too-many",
        FederatedRefusal::Stale => "providers-stale",
        FederatedRefusal::Denied => "providers-denied",
        FederatedRefusal::Unavailable => "providers-unavailable",
        FederatedRefusal::NotBelieved => "providers-not-believed",
        FederatedRefusal::NoAddress => "providers-no-address",
        FederatedRefusal::NoAccounts => "providers-no-accounts",
        FederatedRefusal::Disabled => "providers-disabled",
        FederatedRefusal::Taken => "providers-taken",
        FederatedRefusal::SomebodyElse => "providers-somebody-else",
        FederatedRefusal::LastWay => "providers-last-way",
    }
}
