//! `/leaving`: for whoever signs in to an account that is about to go. They may keep it; everywhere else they count as nobody.

use actix_web::HttpResponse;
use identity::account::SignedIn;
use protocol::{OAuthError, Params};

use super::Visit;
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    view::{self, Moment},
};

/// Whether they keep it.
pub struct Form(bool);

impl TryFrom<Params> for Form {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        match params.get("decision") {
            Some("keep") => Ok(Self(true)),
            Some("leave") => Ok(Self(false)),
            _ => Err(OAuthError::invalid_request("decision is neither keep nor leave")),
        }
    }
}

impl Visit {
    /// Whoever is signed in here and leaves.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn leaving(&self) -> Result<Option<SignedIn>, PageError> {
        let cookie = self.session_cookie();
        Ok(self.state.authority.leaving(cookie, self.now).await?)
    }
}

/// Asks.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let Some(person) = visit.leaving().await? else { return Ok(visit.go("/")) };
    let Some(at) = person.user.erase_at else { return Ok(visit.go("/")) };
    let (email, at) = (person.user.email.to_string(), Moment::date(at.as_micros()));
    visit.page(&view::Leaving { layout: visit.layout(), email, at })
}

/// Keeps the account, or signs out.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Form>) -> Result<HttpResponse, PageError> {
    let Some(person) = visit.leaving().await? else { return Ok(visit.go("/")) };
    let Form(keeps) = form.into_inner();
    if keeps && visit.state.authority.stay(&person, &visit.caller, visit.now).await? {
        return Ok(visit.go("/"));
    }
    visit.state.authority.sign_out(&person, visit.now).await?;
    Ok(visit.go_with("/", [visit.state.edge.cookies.clear_session()]))
}
