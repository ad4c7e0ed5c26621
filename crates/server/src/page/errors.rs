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
use protocol::{ErrorCode, OAuthError};

use super::visit::bare_layout;
use crate::{
    cookie::Browser,
    error_response::PageError,
    state::AppState,
    view::{Details, ErrorPage},
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
        let message = "The address may be mistyped, or what was here is gone.";
        Self::new(
            StatusCode::NOT_FOUND,
            "There is no such page",
            message,
            "Check the address, or begin at the front page.",
        )
    }
}

/// What an app's request was refused for. A description that ends with a full stop is a sentence for people; any other is for
/// developers, and people read what it means for them.
#[must_use]
pub fn refused(error: OAuthError) -> PageError {
    let sentence = error.description.ends_with('.').then(|| error.description.to_string());
    let is_ours = matches!(error.code, ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable);
    let page = PageError::from(error);
    if is_ours {
        return page;
    }
    let happened =
        "An app sent you here with a request that is not right, so it stops here. Nothing was allowed.".to_owned();
    let to_do = "Go back to the app and try again. If it happens again, tell the people who make the app.";
    PageError {
        status: StatusCode::BAD_REQUEST,
        title: "This request cannot be continued".into(),
        what_to_do: if sentence.is_some() {
            "Nothing was allowed, and nothing has changed.".into()
        } else {
            to_do.into()
        },
        message: sentence.unwrap_or(happened).into(),
        ..page
    }
}

/// Renders what came out as a [`PageError`]; anything else stays as it is.
#[must_use]
pub fn rendered(mut response: ServiceResponse) -> ServiceResponse {
    let error = response.response().extensions().get::<PageError>().cloned();
    let Some((html, browser)) = error.as_ref().and_then(|error| html(error, &response)) else { return response };
    let status = response.status();
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
    let page = ErrorPage {
        layout: bare_layout(&state, &browser, request),
        title: error.title.to_string(),
        happened: error.message.to_string(),
        to_do: error.what_to_do.to_string(),
        reference: error.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        details: error.developer.clone().map(|error| Details { error, ..Details::default() }),
        back: None,
        home: error.status == StatusCode::NOT_FOUND,
    };
    page.render().ok().map(|html| (html, browser))
}
