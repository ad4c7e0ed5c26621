//! `/account/sessions`: where one is signed in, and the buttons that end that (C-11).

use actix_web::{HttpRequest, HttpResponse, web::Path};
use model::{Id, Session};
use protocol::Params;

use crate::{
    error_response::PageError,
    form::ProtectedForm,
    page::{Nothing, Visit, words},
    view::{self, Moment, program},
};

/// Shows all of them, this one first.
///
/// # Errors
/// Trouble of the database.
pub async fn get(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let all = visit.state.authority.sessions(person, visit.now).await?;
    let ended = Params::parse(request.query_string())?.get("ended").is_some();
    let rows = all.iter().map(|session| row(&visit, session, session.id == person.session.id)).collect();
    visit.page(&view::Sessions { layout: visit.layout(), sessions: rows, ended })
}

/// Ends one; this one too, which is signing out.
///
/// # Errors
/// 404 for one that is not this person's; a form that is not ours, trouble of the database.
pub async fn end(visit: Visit, id: Path<String>, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    let id: Id<Session> = Id::parse(&id).ok_or_else(PageError::not_found)?;
    if !visit.state.authority.end_session(person, id, &visit.caller, visit.now).await? {
        return Err(PageError::not_found());
    }
    if id == person.session.id {
        return Ok(visit.go_with("/", [visit.state.edge.cookies.clear_session()]));
    }
    Ok(visit.go("/account/sessions?ended=1"))
}

/// Ends all but this one.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn end_others(visit: Visit, _: ProtectedForm<Nothing>) -> Result<HttpResponse, PageError> {
    let Some(person) = &visit.signed_in else { return Ok(visit.go("/sign-in")) };
    visit.state.authority.end_other_sessions(person, &visit.caller, visit.now).await?;
    Ok(visit.go("/account/sessions?ended=1"))
}

fn row(visit: &Visit, session: &Session, this: bool) -> view::SessionRow {
    let now = visit.now.as_micros();
    view::SessionRow {
        id: session.id.to_string(),
        this,
        program: program::words(visit.language(), &session.user_agent)
            .unwrap_or_else(|| visit.say("account-sessions").part("unknown").into()),
        address: session.address.clone(),
        how: words::how(visit, &session.amr),
        started: Moment::minute(session.created_at.as_micros()),
        seen: Moment::ago(session.seen_at.as_micros(), now),
        until: Moment::date(session.expires_at.as_micros()),
    }
}
