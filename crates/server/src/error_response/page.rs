//! Refusals that a person reads. Whoever renders pages finds the [`PageError`] in the answer's extensions.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use model::Language;
use protocol::{ErrorCode, OAuthError};

use super::{Refusal, log, uncached};
use crate::{request_id::RequestId, view::say};

/// A refusal that a person reads. What it says are keys of messages, so that whoever makes the page says it in the reader's
/// language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The key of the message that says what happened in a few words, in a sentence (`.happened`), and what to do now
    /// (`.to-do`).
    pub message: &'static str,
    /// The key of another sentence that says what happened.
    pub happened: Option<&'static str>,
    /// The key of another sentence that says what to do now.
    pub to_do: Option<&'static str>,
    /// The address that the messages name, as `{ $address }`.
    pub address: Option<String>,
    /// Seconds until another try makes sense.
    pub retry_after: Option<u32>,
    /// The code that a program would have been told; it is in the answer's extensions too, for whoever counts.
    pub code: Option<ErrorCode>,
    /// For developers, folded away: the code and the public description. Never a secret.
    pub developer: Option<String>,
    /// The request that the log knows it by.
    pub reference: Option<RequestId>,
}

impl PageError {
    /// A refusal of the request that is being answered. `message` is a key; the message's parts `.happened` and `.to-do` say
    /// the rest.
    #[must_use]
    pub fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            message,
            happened: None,
            to_do: None,
            address: None,
            retry_after: None,
            code: None,
            developer: None,
            reference: RequestId::current(),
        }
    }

    /// Something of ours broke; the reader hears that, and nothing else.
    #[must_use]
    pub fn unexpected() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "error-unexpected")
    }

    /// In words: what happened in a few of them, in a sentence, and what to do now.
    #[must_use]
    pub fn words(&self, language: Language) -> [String; 3] {
        let say = |key| say(language, key).with("address", self.address.as_deref().unwrap_or_default());
        let message = say(self.message);
        let happened = self.happened.map_or_else(|| message.part("happened"), say);
        let to_do = self.to_do.map_or_else(|| message.part("to-do"), say);
        [message, happened, to_do].map(String::from)
    }
}

/// What a form, or a request that cannot be redirected, was refused for.
impl From<OAuthError> for PageError {
    fn from(error: OAuthError) -> Self {
        log(&error);
        let page = match error.code {
            ErrorCode::ServerError => return Self { code: Some(error.code), ..Self::unexpected() },
            ErrorCode::TemporarilyUnavailable => {
                Self { retry_after: error.retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "error-busy") }
            }
            _ => Self::new(
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
                "error-not-understood",
            ),
        };
        let developer = Some(format!("{}: {}", error.code, error.description));
        Self { code: Some(error.code), developer, ..page }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [title, happened, to_do] = self.words(Language::English);
        write!(f, "{title}: {happened} {to_do}")?;
        self.reference.map_or(Ok(()), |reference| write!(f, " Reference: {reference}"))
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Plain text in English, for the case that nothing further out makes a page of it.
    fn error_response(&self) -> HttpResponse {
        let mut answer = uncached(self.status);
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut answer = answer.content_type("text/plain; charset=utf-8").body(self.to_string());
        answer.extensions_mut().insert(self.clone());
        if let Some(code) = self.code {
            answer.extensions_mut().insert(code);
        }
        answer
    }
}

/// A fault of ours that no rule foresaw. The reader gets a reference; the log has the rest under it (C-31).
#[derive(Debug)]
pub struct Unexpected {
    page: PageError,
}

impl Unexpected {
    /// Logs the detail, which must not hold secrets.
    #[must_use]
    pub fn new(detail: impl fmt::Display) -> Self {
        tracing::error!(%detail, "unexpected");
        Self { page: PageError::unexpected() }
    }
}

impl From<Unexpected> for PageError {
    fn from(unexpected: Unexpected) -> Self {
        unexpected.page
    }
}

impl From<Unexpected> for Refusal {
    fn from(_: Unexpected) -> Self {
        Self(OAuthError::server_error("unexpected, as logged before"))
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.page.fmt(f)
    }
}

impl ResponseError for Unexpected {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        self.page.error_response()
    }
}
