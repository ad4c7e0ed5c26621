//! What the pages with a passkey have in common: the challenge as JSON, and the answer in a form. And signing in with a passkey
//! alone: `/sign-in/challenge`, `/sign-in/passkey`.

use actix_web::{HttpResponse, http::StatusCode};
use identity::account::{Answer, Challenge, FactorRefusal, PasskeySignIn};
use model::{Authorization, Id, UpstreamLogin};
use protocol::{Confidential, OAuthError, Params};

use super::{
    Nothing, Visit,
    second_factor::Way,
    sign_in::{self, Shown},
    waiting::authorization,
};
use crate::{error_response::PageError, form::ProtectedForm};

/// The browser's answer to a challenge, as a form carries it.
pub(super) fn credential(params: &mut Params) -> Result<Answer, OAuthError> {
    let ceremony = params.get("ceremony").and_then(Id::parse);
    let ceremony = ceremony.ok_or_else(|| OAuthError::invalid_request("ceremony is not an id"))?;
    Ok(Answer { ceremony, credential: Confidential::new(params.take("credential").unwrap_or_default()) })
}

/// A challenge for the script, or a refusal that it shows as trouble.
pub(super) fn challenge(visit: &Visit, asked: Result<Challenge, FactorRefusal>) -> HttpResponse {
    match asked {
        Ok(challenge) => visit.json(StatusCode::OK, challenge.json),
        Err(refusal) => visit.json(StatusCode::CONFLICT, format!("{{\"error\":\"{}\"}}", word(refusal))),
    }
}

const fn word(refusal: FactorRefusal) -> &'static str {
    match refusal {
        FactorRefusal::NotRecent => "not_recent",
        FactorRefusal::Full => "full",
        FactorRefusal::WithoutPasskeys => "without_passkeys",
        _ => "over",
    }
}

/// What the sign-in form of a passkey says.
pub struct Form {
    answer: Answer,
    authorization: Option<Id<Authorization>>,
    connect: Option<Id<UpstreamLogin>>,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        let connect = params.get("connect").and_then(Id::parse);
        Ok(Self { authorization: authorization(&params)?, connect, answer: credential(&mut params)? })
    }
}

/// A challenge for whichever passkey the browser has.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn sign_in_challenge(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let asked = visit.state.authority.challenge_sign_in(&visit.browser.secret, visit.now).await?;
    Ok(challenge(&visit, asked))
}

/// Signs in whoever holds the passkey, and goes on to where they were on their way to.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn sign_in(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Form { answer, authorization, connect } = form.into_inner();
    let ask = PasskeySignIn {
        answer,
        browser: visit.browser.secret.clone(),
        replaces: visit.signed_in.as_ref().map(|signed_in| signed_in.session.id),
        caller: visit.caller.clone(),
    };
    match visit.state.authority.sign_in_with_passkey(ask, visit.now).await? {
        Ok(admitted) => Ok(visit.admitted(&admitted, Way::to_app(authorization).connecting(connect))),
        Err(refusal) => {
            let waiter = visit.waiter(authorization).await?;
            let (status, said) = match refusal {
                FactorRefusal::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "sign-in-too-many"),
                FactorRefusal::Suspect => (StatusCode::UNPROCESSABLE_ENTITY, "factors-suspect-passkey"),
                _ => (StatusCode::UNPROCESSABLE_ENTITY, "factors-wrong-passkey"),
            };
            let mut answer =
                sign_in::page(&visit, Shown { waiter, connect, refusal: Some((status, said)), ..Shown::default() })?;
            if let FactorRefusal::TooMany { retry_after } = refusal {
                super::confirm_address::wait(&mut answer, retry_after);
            }
            Ok(answer)
        }
    }
}
