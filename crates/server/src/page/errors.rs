//! Error pages: every [`PageError`] that comes out of the route table is made a page.

use actix_web::{
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use askama::Template as _;
use model::Language;
use protocol::{ErrorCode, OAuthError};

use super::{language, visit::bare_layout};
use crate::{
    cookie::Browser,
    error_response::PageError,
    state::AppState,
    view::{Details, ErrorPage, Layout, say},
};

impl From<identity::Error> for PageError {
    fn from(error: identity::Error) -> Self {
        error.into_oauth().into()
    }
}

impl PageError {
    /// There is no such page, or not for this person.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "error-not-found")
    }
}

/// The sentences with which flows refuse a request, by their English words; anything else in a description is for developers.
const SENTENCES: [&str; 11] = [
    "refused-answered",
    "refused-account-changed",
    "refused-demands",
    "refused-device-reads",
    "refused-no-access",
    "refused-no-address",
    "refused-other-address",
    "refused-other-browser",
    "refused-too-old",
    "refused-unknown-any-more",
    "refused-unknown-app",
];

/// What an app's request was refused for. Where the description is no sentence for people, they read what it means for them.
#[must_use]
pub fn refused(error: OAuthError) -> PageError {
    let sentence = SENTENCES.into_iter().find(|key| say(Language::English, key).to_string() == error.description);
    let is_ours = matches!(error.code, ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable);
    let page = PageError::from(error);
    if is_ours {
        return page;
    }
    PageError {
        status: StatusCode::BAD_REQUEST,
        message: "refused-request",
        happened: sentence,
        to_do: sentence.map(|_| "refused-nothing-changed"),
        ..page
    }
}

/// Renders what came out as a [`PageError`]; anything else stays as it is.
#[must_use]
pub fn rendered(mut response: ServiceResponse) -> ServiceResponse {
    let error = response.response().extensions().get::<PageError>().cloned();
    let Some((html, browser)) = error.as_ref().and_then(|error| html(error, &response)) else { return response };
    let status = response.status();
    let language = language::of(response.request());
    language::declare(response.headers_mut(), language);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // Under another address than ours there are no cookies.
    if status != StatusCode::MISDIRECTED_REQUEST
        && let Some(cookie) = browser.cookie
        && let Ok(cookie) = HeaderValue::from_str(&cookie.to_string())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.map_body(|_, _| BoxBody::new(html))
}

/// The page; nothing if it cannot be made, in which case the plain text stays.
fn html(error: &PageError, response: &ServiceResponse) -> Option<(String, Browser)> {
    let request = response.request();
    let state = AppState::of(request).ok()?;
    let browser = Browser::of(request).ok()?;
    let bare = bare_layout(&state, &browser, request);
    let is_here = error.status != StatusCode::MISDIRECTED_REQUEST;
    // Where a switch would lead back is what was refused: it may be a stranger's words, or a secret in the wrong place.
    let layout = Layout { comes_back: false, ..bare };
    let [title, happened, to_do] = error.words(layout.language);
    let page = ErrorPage {
        title,
        happened,
        to_do,
        reference: error.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        details: error.developer.clone().map(|error| Details { error, ..Details::default() }),
        back: None,
        home: is_here,
        layout,
    };
    page.render().ok().map(|html| (html, browser))
}

#[cfg(test)]
mod tests;
