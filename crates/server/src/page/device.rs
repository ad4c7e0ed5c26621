//! `/device`: a person types the code that their device shows. What follows is the dispatcher's, at `/consent`.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use identity::device::{EntryRefusal, TooMany};
use model::UserCode;
use protocol::{OAuthError, Params};

use super::{Visit, confirm_address::wait};
use crate::{error_response::PageError, form::ProtectedForm, view};

/// What the form says.
pub struct Form {
    user_code: String,
}

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(mut params: Params) -> Result<Self, OAuthError> {
        Ok(Self { user_code: params.take("user_code").unwrap_or_default() })
    }
}

/// Shows the form; a code that the link carried stands in it, to be compared, and nothing is looked up.
///
/// # Errors
/// A query that is not right.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let carried = Params::parse(request.query_string())?.get("user_code").and_then(UserCode::parse);
    visit.page(&view::Device {
        layout: visit.layout(),
        carried: carried.is_some(),
        user_code: carried.map(|code| code.grouped()).unwrap_or_default(),
        refusal: None,
    })
}

/// Takes the code, and goes on to the request that is to be decided.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Form { user_code } = form.into_inner();
    let (browser, signed_in) = (&visit.browser.secret, visit.signed_in.as_ref());
    let entered =
        visit.state.authority.enter_user_code(&user_code, browser, signed_in, &visit.caller, visit.now).await?;
    let (status, said, retry_after) = match entered {
        Ok(id) => return Ok(visit.go(&format!("/consent/{id}"))),
        Err(EntryRefusal::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, "device-wrong", None),
        Err(EntryRefusal::TooMany(TooMany { retry_after })) => {
            (StatusCode::TOO_MANY_REQUESTS, "device-too-many", Some(retry_after))
        }
    };
    let mut answer = visit.page_with(
        status,
        &view::Device { layout: visit.layout(), carried: false, user_code, refusal: Some(visit.say(said).into()) },
    )?;
    if let Some(retry_after) = retry_after {
        wait(&mut answer, retry_after);
    }
    Ok(answer)
}

impl Visit {
    /// It is decided; the device goes on by itself.
    pub(super) fn told(&self, allowed: bool, app: String) -> Result<HttpResponse, PageError> {
        self.page(&view::DeviceTold { layout: self.layout(), app, allowed })
    }
}
