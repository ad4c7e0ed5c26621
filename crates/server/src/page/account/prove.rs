//! `/prove`: it is still you? Asked before an act that an open browser is not enough for, and then back to that act.

use std::{borrow::Cow, time::Duration};

use actix_web::{HttpRequest, HttpResponse, cookie::Cookie, http::StatusCode};
use identity::account::{Again, Answer, FactorRefusal, SignInRefusal, SignedIn};
use model::{Authorization, Id, Organization, Project};
use protocol::{Confidential, OAuthError, Params};

use crate::{
    config::HumanDuration,
    error_response::PageError,
    form::ProtectedForm,
    page::{
        Nothing, Visit,
        confirm_address::wait,
        passkey::{self, credential},
        second_factor::Way,
    },
    view::{Place, Prove},
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
    /// The authenticator app.
    Totp,
    /// Recovery codes.
    RecoveryCodes,
    /// Passkeys.
    Passkeys,
    /// API tokens.
    Tokens,
    /// The administration of the server.
    Administration,
    /// What changes an organisation, at one of its pages.
    Organization(Id<Organization>, Place),
    /// Coming into an organisation that demands more than this browser has shown.
    Demanded(Id<Organization>),
    /// Letting an app read a project of such an organisation.
    Consent(Id<Authorization>, Id<Project>),
}

/// The words of what an organisation's demand waits for.
const DEMANDED: &str = "demanded";
const CONSENT: &str = "consent";

impl Act {
    const OWN: [Self; 9] = [
        Self::Address,
        Self::Export,
        Self::Leave,
        Self::Providers,
        Self::Totp,
        Self::RecoveryCodes,
        Self::Passkeys,
        Self::Tokens,
        Self::Administration,
    ];

    /// The word that names it in forms and queries.
    #[must_use]
    pub fn word(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Address => "address",
            Self::Export => "export",
            Self::Leave => "leave",
            Self::Providers => "providers",
            Self::Totp => "totp",
            Self::RecoveryCodes => "recovery-codes",
            Self::Passkeys => "passkeys",
            Self::Tokens => "tokens",
            Self::Administration => "administration",
            Self::Organization(id, place) => return Cow::Owned(format!("{}.{id}", place.word())),
            Self::Demanded(id) => return Cow::Owned(format!("{DEMANDED}.{id}")),
            Self::Consent(id, project) => return Cow::Owned(format!("{CONSENT}.{id}.{project}")),
        })
    }

    /// Where the act begins.
    #[must_use]
    pub fn path(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Address => "/account/address",
            Self::Export => "/account/privacy",
            Self::Leave => "/account/delete",
            Self::Providers => "/account/security",
            Self::Totp => "/account/totp",
            Self::RecoveryCodes => "/account/recovery-codes",
            Self::Passkeys => "/account/passkeys",
            Self::Tokens => "/account/tokens",
            Self::Administration => "/admin",
            Self::Organization(id, place) => return Cow::Owned(place.path(id.as_str())),
            Self::Demanded(id) => return Cow::Owned(Place::Overview.path(id.as_str())),
            Self::Consent(id, project) => return Cow::Owned(format!("/consent/{id}?project={project}")),
        })
    }

    /// Whether a proof of a moment ago is enough: where another one is demanded it is not.
    const fn takes_a_recent_proof(self) -> bool {
        !matches!(self, Self::Demanded(_) | Self::Consent(..))
    }

    /// The act that the parameter `for` names.
    ///
    /// # Errors
    /// `invalid_request` if it names none.
    pub fn of(params: &Params) -> Result<Self, OAuthError> {
        let named = params.get("for").unwrap_or_default();
        Self::of_word(named).ok_or_else(|| OAuthError::invalid_request("for names no act"))
    }

    /// The act that this word names.
    pub(in super::super) fn of_word(word: &str) -> Option<Self> {
        match word.split_once('.') {
            Some((DEMANDED, id)) => Some(Self::Demanded(Id::parse(id)?)),
            Some((CONSENT, ids)) => {
                let (id, project) = ids.split_once('.')?;
                Some(Self::Consent(Id::parse(id)?, Id::parse(project)?))
            }
            Some((place, id)) => Some(Self::Organization(Id::parse(id)?, Place::of_word(place)?)),
            None => Self::OWN.into_iter().find(|act| act.word() == word),
        }
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
        if act.takes_a_recent_proof() && person.proved_recently(self.now) {
            return Ok(person);
        }
        Err(Box::new(self.go(&format!("/prove?for={}", act.word()))))
    }
}

impl Visit {
    /// The new cookie of a session that goes on.
    pub(crate) fn renewed(&self, person: &SignedIn, cookie: &Confidential) -> Cookie<'static> {
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
        Ok(_) => Ok(visit.go(&act.path())),
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
    let browser = &visit.browser.secret;
    match visit.state.authority.prove_again(person, &password, browser, &visit.caller, visit.now).await? {
        Ok(Again::Proved(cookie)) => Ok(visit.go_with(&act.path(), [visit.renewed(person, &cookie)])),
        Ok(Again::Half) => Ok(visit.go(&Way::to_act(act).page())),
        Err(SignInRefusal::Wrong) => {
            page(&visit, person, act, Some((visit.say("account-prove").part("wrong").into(), None))).await
        }
        Err(SignInRefusal::TooMany { retry_after }) => {
            page(&visit, person, act, Some((visit.say("sign-in-too-many").into(), Some(retry_after)))).await
        }
    }
}

/// A passkey's answer, and the act that waits.
pub struct ByPasskey {
    act: Act,
    answer: Answer,
}

impl TryFrom<Params> for ByPasskey {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { act: Act::of(&params)?, answer: credential(&mut params)? })
    }
}

/// A challenge for the person's passkeys.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn challenge(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let asked = visit.state.authority.challenge_proof(person, &visit.browser.secret, visit.now).await?;
    Ok(passkey::challenge(&visit, asked))
}

/// Takes a passkey and goes on to the act.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn by_passkey(visit: Visit, form: ProtectedForm<ByPasskey>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let ByPasskey { act, answer } = form.into_inner();
    let (authority, browser) = (&visit.state.authority, &visit.browser.secret);
    match authority.prove_by_passkey(person, &answer, browser, &visit.caller, visit.now).await? {
        Ok(cookie) => Ok(visit.go_with(&act.path(), [visit.renewed(person, &cookie)])),
        Err(FactorRefusal::TooMany { retry_after }) => {
            page(&visit, person, act, Some((visit.say("sign-in-too-many").into(), Some(retry_after)))).await
        }
        Err(FactorRefusal::Suspect) => {
            page(&visit, person, act, Some((visit.say("factors-suspect-passkey").into(), None))).await
        }
        Err(_) => page(&visit, person, act, Some((visit.say("factors-wrong-passkey").into(), None))).await,
    }
}

/// The form; after a refusal with what is said of it, and how long to wait.
async fn page(
    visit: &Visit,
    person: &SignedIn,
    act: Act,
    refusal: Option<(String, Option<Duration>)>,
) -> Result<HttpResponse, PageError> {
    let (error, retry_after) = refusal.unzip();
    let retry_after = retry_after.flatten();
    let status = match (&error, retry_after) {
        (None, _) => StatusCode::OK,
        (Some(_), None) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), Some(_)) => StatusCode::TOO_MANY_REQUESTS,
    };
    let authority = &visit.state.authority;
    let connected = authority.connected(person).await?;
    let is_connected = |id: &str| connected.iter().any(|one| one.identity.provider == id);
    let filled = Prove {
        layout: visit.layout(),
        act: act.word().into_owned(),
        password: person.user.password_hash.is_some(),
        providers: visit.provider_buttons().into_iter().filter(|provider| is_connected(&provider.id)).collect(),
        error,
        passkeys: authority.second_factors(person).await?.passkeys > 0,
    };
    let mut answer = visit.page_with(status, &filled)?;
    answer.extensions_mut().insert(visit.provider_origins(None));
    if let Some(retry_after) = retry_after {
        wait(&mut answer, retry_after);
    }
    Ok(answer)
}
