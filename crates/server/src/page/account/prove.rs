//! `/prove`: it is still you? Asked before an act that an open browser is not enough for, and then back to that act.

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, http::StatusCode};
use identity::account::{SignInRefusal, SignedIn};
use protocol::{Confidential, OAuthError, Params};

use crate::{
    config::HumanDuration,
    error_response::PageError,
    form::ProtectedForm,
    page::{Visit, confirm_address::wait},
    view::Prove,
};

/// The acts that want recent proof. An address of ours is named by a word, so that nothing else is ever led to (V-13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Another address for the account.
    Address,
    /// All that is held on the account.
    Export,
    /// The end of the account, or of an organisation.
    Leave,
    /// Connecting a provider, or disconnecting one.
    Providers,
}

impl Act {
    const ALL: [Self; 4] = [Self::Address, Self::Export, Self::Leave, Self::Providers];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Export => "export",
            Self::Leave => "leave",
            Self::Providers => "providers",
        }
    }

    /// Where the act begins.
    pub(in super::super) const fn path(self) -> &'static str {
        match self {
            Self::Address => "/account/address",
            Self::Export => "/account/privacy",
            Self::Leave => "/account/delete",
            Self::Providers => "/account/security",
        }
    }

    fn of(params: &Params) -> Result<Self, OAuthError> {
        let named = params.get("for").unwrap_or_default();
        Self::of_word(named).ok_or_else(|| OAuthError::invalid_request("for names no act"))
    }

    /// The act that this word names.
    pub(in super::super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }
}

/// What the form says.
pub struct Form {
    act: Act,
    password: Confidential,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { act: Act::of(&params)?, password: Confidential::new(params.take("password").unwrap_or_default()) })
    }
}

/// The act that a proof by a provider is for.
pub struct ProofBy(pub(super) Act);

impl TryFrom<Params> for ProofBy {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        Act::of(&params).map(Self)
    }
}

impl Visit {
    /// The person, if they have proved lately who they are; else where they do that, or sign in.
    ///
    /// # Errors
    /// The answer that leads there.
    pub fn recent(&self, act: Act) -> Result<&SignedIn, Box<HttpResponse>> {
        let person = self.signed_in.as_ref().ok_or_else(|| Box::new(self.go("/sign-in")))?;
        if person.proved_recently(self.now) {
            return Ok(person);
        }
        Err(Box::new(self.go(&format!("/prove?for={}", act.word()))))
    }
}

impl Visit {
    /// The new cookie of a session that goes on.
    pub(in super::super) fn renewed(&self, person: &SignedIn, cookie: &Confidential) -> Cookie<'static> {
        self.state
            .edge
            .cookies
            .set_session(cookie, HumanDuration::seconds(person.session.expires_at.since(self.now).as_secs()))
    }
}

/// Asks for the password.
///
/// # Errors
/// An act that does not exist.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let act = Act::of(&Params::parse(request.query_string())?)?;
    match visit.recent(act) {
        Ok(_) => Ok(visit.go(act.path())),
        Err(elsewhere) => match &visit.signed_in {
            Some(person) => page(&visit, person, act, None).await,
            None => Ok(*elsewhere),
        },
    }
}

/// Takes the password and goes on to the act.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let Form { act, password } = form.into_inner();
    match visit.state.authority.prove_again(person, &password, &visit.caller, visit.now).await? {
        Ok(cookie) => Ok(visit.go_with(act.path(), [visit.renewed(person, &cookie)])),
        Err(refusal) => page(&visit, person, act, Some(refusal)).await,
    }
}

async fn page(
    visit: &Visit,
    person: &SignedIn,
    act: Act,
    refusal: Option<SignInRefusal>,
) -> Result<HttpResponse, PageError> {
    let (status, error) = match refusal {
        None => (StatusCode::OK, None),
        Some(SignInRefusal::Wrong) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(visit.say("account-prove").part("wrong")))
        }
        Some(SignInRefusal::TooMany { .. }) => (StatusCode::TOO_MANY_REQUESTS, Some(visit.say("sign-in-too-many"))),
    };
    let connected = visit.state.authority.connected(person).await?;
    let is_connected = |id: &str| connected.iter().any(|one| one.identity.provider == id);
    let filled = Prove {
        layout: visit.layout(),
        act: act.word(),
        password: person.user.password_hash.is_some(),
        providers: visit.provider_buttons().into_iter().filter(|provider| is_connected(&provider.id)).collect(),
        error: error.map(String::from),
    };
    let mut answer = visit.page_with(status, &filled)?;
    answer.extensions_mut().insert(visit.provider_origins(None));
    if let Some(SignInRefusal::TooMany { retry_after }) = refusal {
        wait(&mut answer, retry_after);
    }
    Ok(answer)
}
