//! `/sign-out`: the end of this browser's session, and of nothing else.

use actix_web::HttpResponse;

use super::{Nothing, Visit};
use crate::{
    error_response::PageError,
    form::ProtectedForm,
    view::{Confirm, SignedOut},
};

/// Asks, for whoever came by an address and not by the button.
///
/// # Errors
/// None but a page that cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    if visit.signed_in.is_none() {
        return Ok(visit.go("/"));
    }
    let question = visit.say("sign-out-question").with("server", &visit.state.brand.name);
    visit.page(&Confirm {
        layout: visit.layout(),
        question: question.to_string(),
        explanation: question.part("explanation").into(),
        act: question.part("act").into(),
        id: "sign-out".to_owned(),
        dangerous: false,
        action: "/sign-out".to_owned(),
        carried: Vec::new(),
        back: "/".to_owned(),
    })
}

/// Signs out; once more is no error.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(mut visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    if let Some(signed_in) = visit.signed_in.take() {
        visit.state.authority.sign_out(&signed_in, visit.now).await?;
    }
    let mut answer = visit.page(&SignedOut { layout: visit.layout(), back: None })?;
    answer.add_cookie(&visit.state.edge.cookies.clear_session()).map_err(crate::error_response::Unexpected::new)?;
    Ok(answer)
}
