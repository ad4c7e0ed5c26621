//! `GET` and `POST /authorize` (OAuth 2.1 §4.1.1): the arrival. The request is validated and stored; what follows is decided
//! by the dispatcher, at the address that is sent next. Where nobody has to be asked, the arrival is all.

use actix_web::{HttpRequest, HttpResponse};
use identity::authorize::{Begun, Step};
use protocol::{AuthorizationRequest, OAuthError, Params};

use crate::{
    error_response::{PageError, Refusal},
    form::FormParams,
    page::{Visit, errors, wants_json},
};

/// Stores the request, answers it where nobody has to be asked, or says why it cannot be.
///
/// # Errors
/// A page, since there is no address yet that could be trusted; JSON for a program that asks for it.
pub async fn get(request: HttpRequest) -> Result<HttpResponse, PageError> {
    let visit = Visit::arriving(request.clone()).await?;
    // What is doubled or malformed is judged by the flow, which knows whether there is a way back.
    let (params, _) = Params::parse_lossy(request.query_string());
    let (authority, session) = (&visit.state.authority, visit.session_cookie());
    match authority.begin_authorization(&params, &visit.browser.secret, session, &visit.caller, visit.now).await? {
        Begun::Stored(id) => Ok(visit.go(&format!("/consent/{id}"))),
        Begun::Ended(Step::Refused(refusal)) if wants_json(&request) => Ok(HttpResponse::from_error(Refusal(refusal))),
        Begun::Ended(step @ Step::Redirect { .. }) => visit.show(None, step),
        Begun::Ended(step) => visit.recognized().await?.show(None, step),
    }
}

/// A cross-site POST comes without our cookies, so the browser is asked to come again with GET (RFC 9110 §15.4.4).
///
/// # Errors
/// A page for a body that cannot be read.
pub async fn post(
    visit: Visit,
    request: HttpRequest,
    form: Result<FormParams, Refusal>,
) -> Result<HttpResponse, PageError> {
    let FormParams(params) = form.map_err(|refusal| errors::refused(refusal.0))?;
    if !request.query_string().is_empty() {
        return Err(errors::refused(OAuthError::invalid_request(
            "the parameters came twice, in the address and in the body",
        )));
    }
    // An address is seen by many; what is no parameter of this request may be a secret that somebody sent along.
    let known = params.iter().filter(|(name, _)| AuthorizationRequest::PARAMETERS.contains(name));
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
    Ok(visit.come_again(&format!("/authorize?{query}")))
}
