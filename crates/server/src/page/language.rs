//! The language of an answer: what the person has chosen while this request was running, else that of the running request
//! (`ui_locales`), else the one that they have chosen in this browser before, else
//! what their browser asks for (`Accept-Language`), else English. `POST /language` remembers a choice in this browser.

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::header::{self, HeaderMap, HeaderValue},
};
use model::{Authorization, Id, Language};
use protocol::{OAuthError, Params};

use super::{Visit, theme};
use crate::{cookie::Browser, edge::Edge, error_response::PageError, form::ProtectedForm, state::AppState};

/// What the form says.
pub struct Choice {
    language: Language,
    back: String,
}

impl TryFrom<Params> for Choice {
    type Error = OAuthError;

    fn try_from(params: Params) -> Result<Self, OAuthError> {
        let language = params.get("language").and_then(Language::of_tag);
        let language = language.ok_or_else(|| OAuthError::invalid_request("language is not one of ours"))?;
        Ok(Self { language, back: theme::back(&params) })
    }
}

/// Remembers the choice and goes back.
///
/// # Errors
/// A form that is not ours, trouble of the database.
pub async fn post(visit: Visit, form: ProtectedForm<Choice>) -> Result<HttpResponse, PageError> {
    let Choice { language, back } = form.into_inner();
    if let Some(person) = &visit.signed_in {
        visit.state.authority.remember_language(person, language).await?;
    }
    let during = running(&back);
    Ok(visit.go_with(&back, [visit.state.edge.cookies.set_language(language, during)]))
}

/// The language of this request's answer, kept for whatever answers it in the end.
pub(super) async fn chosen(state: &AppState, browser: &Browser, request: &HttpRequest) -> Language {
    let language = match ui_locales(state, browser, request).await {
        Some(wanted) => Language::of_ui_locales(&wanted).unwrap_or_else(|| of(request)),
        None => of(request),
    };
    request.extensions_mut().insert(language);
    language
}

/// The language without asking the database, or the one that was found before.
pub(super) fn of(request: &HttpRequest) -> Language {
    if let Some(known) = request.extensions().get::<Language>() {
        return *known;
    }
    let remembered = chosen_here(request).map(|(language, _)| language);
    remembered.or_else(|| accepted(request)).unwrap_or_default()
}

fn chosen_here(request: &HttpRequest) -> Option<(Language, Option<Id<Authorization>>)> {
    Edge::of(request).ok().and_then(|edge| edge.cookies.language(request))
}

/// Says in which language a page is, and what that depends on (RFC 9110 §8.5, §12.5.5).
pub(super) fn declare(headers: &mut HeaderMap, language: Language) {
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language, Cookie"));
}

/// No header with several lines is more than one list (RFC 9110 §5.3); the first line is what browsers send.
fn accepted(request: &HttpRequest) -> Option<Language> {
    let line = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    Language::of_accept_language(line)
}

/// What the running request asks for: the one that arrives, or the one that the address names. Where it cannot be read, the
/// page that says so needs a language too.
async fn ui_locales(state: &AppState, browser: &Browser, request: &HttpRequest) -> Option<String> {
    let (params, _) = Params::parse_lossy(request.query_string());
    if let Some(arriving) = params.get("ui_locales") {
        return Some(arriving.to_owned());
    }
    let id = running(request.uri().path_and_query()?.as_str())?;
    if chosen_here(request).is_some_and(|(_, during)| during == Some(id)) {
        return None;
    }
    let stored = state.authority.store().read().await.ok()?.authorization(id).await.ok()??;
    // No other browser learns of it.
    (stored.browser_hash == browser.secret.hash()).then_some(stored.request.ui_locales)?
}

/// The running request that an address of ours names: in its query, or as the consent page of it.
fn running(address: &str) -> Option<Id<Authorization>> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (params, _) = Params::parse_lossy(query);
    let in_path = path.rsplit_once("/consent/").map(|(_, id)| id);
    params.get("authorization").or(in_path).and_then(Id::parse)
}
