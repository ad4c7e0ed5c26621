//! Refusals that a person reads. Whoever renders pages finds the [`PageError`] in the answer's extensions.

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use protocol::{ErrorCode, OAuthError};

use super::{Refusal, log, uncached};
use crate::request_id::RequestId;

/// A refusal that a person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageError {
    /// The HTTP status.
    pub status: StatusCode,
    /// What happened, in a few words.
    pub title: Cow<'static, str>,
    /// What happened, in a sentence.
    pub message: Cow<'static, str>,
    /// What to do now.
    pub what_to_do: Cow<'static, str>,
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
    /// A refusal of the request that is being answered.
    #[must_use]
    pub fn new(
        status: StatusCode,
        title: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
        what_to_do: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            title: title.into(),
            message: message.into(),
            what_to_do: what_to_do.into(),
            retry_after: None,
            code: None,
            developer: None,
            reference: RequestId::current(),
        }
    }

    /// Something of ours broke; the reader hears that, and nothing else.
    #[must_use]
    pub fn unexpected() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side",
            "We could not complete this, and it is not your doing. It has been written down.",
            "Try again in a moment. If it happens again, send us the reference below.",
        )
    }
}

/// What a form, or a request that cannot be redirected, was refused for.
impl From<OAuthError> for PageError {
    fn from(error: OAuthError) -> Self {
        log(&error);
        let page = match error.code {
            ErrorCode::ServerError => return Self { code: Some(error.code), ..Self::unexpected() },
            ErrorCode::TemporarilyUnavailable => Self {
                retry_after: error.retry_after,
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "We cannot answer just now",
                    "The server is busy for a moment. Nothing is lost.",
                    "Try again in a few seconds.",
                )
            },
            _ => Self::new(
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST),
                "This request cannot be understood",
                "What your browser sent is not what this page expects.",
                "Go back to where you came from and try again.",
            ),
        };
        let developer = Some(format!("{}: {}", error.code, error.description));
        Self { code: Some(error.code), developer, ..page }
    }
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.title, self.message, self.what_to_do)?;
        self.reference.map_or(Ok(()), |reference| write!(f, " Reference: {reference}"))
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Plain text, for the case that nothing further out makes a page of it.
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
