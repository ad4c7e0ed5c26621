//! `/account/passkeys`: listed, added, named, taken away. Every step wants recent proof of who one is.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Path};
use identity::account::{Answer, FactorRefusal, NewPasskey, PasskeyName, SignedIn};
use model::{Id, Passkey};
use protocol::{OAuthError, Params};

use super::{prove::Act, recovery_codes};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{
        Nothing, Visit,
        passkey::{self, credential},
    },
    view::{Confirm, Moment, NamePasskey, PasskeyRow, Passkeys},
};

/// What the browser made, and what it is to be called.
pub struct Added {
    answer: Answer,
    name: PasskeyName,
}

impl TryFrom<Params> for Added {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let name = PasskeyName::typed(&params.take("name").unwrap_or_default());
        Ok(Self { answer: credential(&mut params)?, name })
    }
}

/// Another name.
pub struct Named(PasskeyName);

impl TryFrom<Params> for Named {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self(PasskeyName::typed(&params.take("name").unwrap_or_default())))
    }
}

/// Shows them.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let done = match Params::parse(request.query_string())?.get("done") {
        Some("added") => Some("factors-passkey-was-added"),
        Some("removed") => Some("factors-passkey-was-removed"),
        _ => None,
    };
    page(&visit, None, done).await
}

/// A challenge to make one.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn challenge(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let asked = visit.state.authority.challenge_new_passkey(person, &visit.browser.secret, visit.now).await?;
    Ok(passkey::challenge(&visit, asked))
}

/// Adds one.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Added>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Passkeys) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let Added { answer, name } = form.into_inner();
    let new = NewPasskey { name, answer, browser: visit.browser.secret.clone(), caller: visit.caller.clone() };
    match visit.state.authority.add_passkey(person, new, visit.now).await? {
        Ok(Some(codes)) => recovery_codes::shown(&visit, "factors-codes-for-passkey", &codes),
        Ok(None) => Ok(visit.go("/account/passkeys?done=added")),
        Err(refusal) => page(&visit, Some(words(refusal)), None).await,
    }
}

/// The key of what is said of a refusal.
const fn words(refusal: FactorRefusal) -> &'static str {
    match refusal {
        FactorRefusal::Taken => "factors-passkey-taken",
        FactorRefusal::Full => "factors-passkey-full",
        FactorRefusal::Over => "factors-passkey-over",
        _ => "factors-passkey-not-added",
    }
}

/// Asks for another name.
///
/// # Errors
/// 404 for one that is not this person's; trouble of the database.
pub async fn ask_to_name(visit: Visit, id: Path<String>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Passkeys) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let passkey = theirs(&visit, person, &id).await?;
    visit.page(&NamePasskey { layout: visit.layout(), id: passkey.id.to_string(), name: passkey.name })
}

/// Gives another name.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn name(visit: Visit, id: Path<String>, form: ProtectedForm<Named>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Passkeys) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let (id, Named(name)) = (theirs(&visit, person, &id).await?.id, form.into_inner());
    match visit.state.authority.name_passkey(person, id, name).await? {
        true => Ok(visit.go(&Act::Passkeys.path())),
        false => Err(PageError::not_found()),
    }
}

/// Asks whether one may go, and says what that means.
///
/// # Errors
/// 404 for one that is not this person's; trouble of the database.
pub async fn ask_to_remove(visit: Visit, id: Path<String>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Passkeys) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let passkey = theirs(&visit, person, &id).await?;
    let factors = visit.state.authority.second_factors(person).await?;
    let accepted = u64::from(passkey.suspect_at.is_none());
    let question = visit.say("factors-passkey-really").with("name", &passkey.name);
    let explanation = match factors.apps + factors.passkeys - accepted.min(factors.passkeys) {
        0 => visit.say("factors-last"),
        _ => question.part("others"),
    };
    visit.page(&Confirm {
        layout: visit.layout(),
        question: question.to_string(),
        explanation: explanation.into(),
        act: question.part("act").into(),
        id: "remove-passkey".to_owned(),
        dangerous: true,
        action: format!("/account/passkeys/{}/remove", passkey.id),
        carried: Vec::new(),
        back: Act::Passkeys.path().into_owned(),
    })
}

/// Takes one away.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn remove(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Passkeys) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let id: Id<Passkey> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    match visit.state.authority.remove_passkey(person, id, &visit.caller, visit.now).await? {
        Ok(true) => Ok(visit.go("/account/passkeys?done=removed")),
        Ok(false) => Err(PageError::not_found()),
        Err(FactorRefusal::LastWay) => page(&visit, Some("factors-passkey-last-way"), None).await,
        Err(_) => Ok(visit.go(&Act::Passkeys.path())),
    }
}

async fn theirs(visit: &Visit, person: &SignedIn, id: &str) -> Result<Passkey, PageError> {
    let all = visit.state.authority.passkeys(person).await?;
    all.into_iter().find(|passkey| passkey.id.as_str() == id).ok_or_else(PageError::not_found)
}

/// The page; after a refusal with the key of what is said of it.
async fn page(
    visit: &Visit,
    refusal: Option<&'static str>,
    done: Option<&'static str>,
) -> Result<HttpResponse, PageError> {
    let person = match visit.recent(Act::Passkeys) {
        Ok(person) => person,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let now = visit.now.as_micros();
    let rows = visit.state.authority.passkeys(person).await?.into_iter().map(|passkey| PasskeyRow {
        id: passkey.id.to_string(),
        name: passkey.name,
        added: Moment::date(passkey.created_at.as_micros()),
        used: passkey.used_at.map(|used| Moment::ago(used.as_micros(), now)),
        suspect: passkey.suspect_at.is_some(),
    });
    let filled = Passkeys {
        layout: visit.layout(),
        passkeys: rows.collect(),
        possible: visit.state.authority.has_passkeys(),
        refusal: refusal.map(|key| visit.say(key).into()),
        done: done.map(|key| visit.say(key).into()),
    };
    let status = if refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page_with(status, &filled)
}
