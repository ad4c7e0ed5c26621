//! `/dev/mail`: the inbox of a development server, for people and for scripts. It is mounted there alone.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use model::Email;
use protocol::{OAuthError, Params};

use super::Visit;
use crate::{
    error_response::{PageError, Refusal},
    mail::Received,
    state::AppState,
    view::{DevMail, Moment, ShownMail},
};

/// No script waits longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Shows all mails, newest first.
///
/// # Errors
/// None but a page that cannot be rendered.
pub async fn get(visit: Visit) -> Result<HttpResponse, PageError> {
    let inbox = visit.state.inbox.as_ref().ok_or_else(PageError::not_found)?;
    let origin = visit.state.settings.public_url.origin();
    let mails = inbox.all().into_iter().map(|mail| shown(mail, origin)).collect();
    visit.page(&DevMail { layout: visit.layout(), mails })
}

/// Answers with the next mail to `to` as JSON; waits for it up to `wait` seconds, then 204. Each mail is given once.
///
/// # Errors
/// A query that is not right.
pub async fn next(state: Data<AppState>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let params = Params::parse(request.query_string()).map_err(Refusal)?;
    let to = match params.get("to") {
        None => None,
        Some(text) => Some(Email::parse(text).ok_or_else(|| wrong("to is not an e-mail address"))?),
    };
    let wait = match params.get("wait") {
        None => Duration::ZERO,
        Some(text) => Duration::from_secs(text.parse().map_err(|_| wrong("wait is not a number of seconds"))?),
    };
    let Some(inbox) = &state.inbox else { return Ok(HttpResponse::NotFound().finish()) };
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(match inbox.next(to.as_ref(), wait.min(LONGEST)).await {
        Some(mail) => answer.json(mail),
        None => answer.status(StatusCode::NO_CONTENT).finish(),
    })
}

fn wrong(what: &'static str) -> Refusal {
    Refusal(OAuthError::invalid_request(what))
}

fn shown(mail: Received, origin: &str) -> ShownMail {
    // Every link of a mail begins with the public address; the page needs no more than the path.
    let path = mail.words.link.as_deref().and_then(|link| link.strip_prefix(origin)).map(str::to_owned);
    ShownMail {
        subject: mail.words.subject,
        to: mail.to.to_string(),
        at: Moment::minute(mail.at.as_micros()),
        text: mail.words.text,
        path,
    }
}
