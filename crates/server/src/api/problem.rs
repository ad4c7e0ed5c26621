//! Refusals of the API: problem details (RFC 9457), logged once, here.
//!
//! `code` says what kind of problem it is, for programs; `detail` says what was wrong and what to do, for people. The type is
//! `about:blank`, so that the title is that of the status (§4.2.1).

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use identity::admin::{ActError, ActErrorKind};
use protocol::OAuthError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{error_response::Unexpected, request_id::RequestId};

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProblemKind)]
pub enum Kind {
    /// The request cannot be read: no JSON, a parameter that is not known, a cursor of another list.
    Malformed,
    /// It was read, and says what cannot be.
    Invalid,
    /// There is no token, or not a good one.
    Unauthenticated,
    /// The token, or its person, may not do this.
    Forbidden,
    /// It is not there, or not theirs to see.
    Absent,
    /// As things are now it cannot be done.
    Conflict,
    /// Somebody else changed it meanwhile.
    Changed,
    /// A change must say which version it is about.
    PreconditionRequired,
    /// The body is of a kind that is not read here.
    UnsupportedMediaType,
    /// The body is too long.
    TooLarge,
    /// The method is not answered here.
    MethodNotAllowed,
    /// Too many requests.
    TooMany,
    /// A fault of ours.
    Fault,
    /// The server is in trouble; nothing was changed.
    Unavailable,
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Absent => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A refusal.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    /// For the log alone.
    private: String,
    challenge: Option<&'static str>,
    retry_after: Option<u32>,
    /// What the thing is now, and its version, where somebody else changed it.
    current: Option<(i64, Value)>,
}

impl Problem {
    /// With what was wrong and what to do.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { kind, detail, private: String::new(), challenge: None, retry_after: None, current: None }
    }

    /// There is nothing here, or nothing that the asker may see: nobody is told which.
    #[must_use]
    pub fn absent() -> Self {
        Self::new(Kind::Absent, "There is nothing at this address that you may see.")
    }

    /// With the challenge of RFC 6750 §3.
    #[must_use]
    pub fn challenging(self, challenge: &'static str) -> Self {
        Self { challenge: Some(challenge), ..self }
    }

    /// With how many seconds to wait.
    #[must_use]
    pub fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Somebody else changed it: it has this version now, and looks like this.
    #[must_use]
    pub fn changed(version: i64, now: Value) -> Self {
        let detail = format!(
            "It was changed meanwhile and has version {version} now. Look at it (it stands in 'current'), and send your change again with \
             If-Match: \"{version}\"."
        );
        Self { current: Some((version, now)), ..Self::new(Kind::Changed, detail) }
    }

    /// Of something that was to be made: where there is one already, that is a conflict.
    #[must_use]
    pub(super) fn there_already(self) -> Self {
        match self.kind {
            Kind::Changed => Self::new(Kind::Conflict, "There is one already; change it at its own address."),
            _ => self,
        }
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn fault(private: impl Into<String>) -> Self {
        let said = "Something went wrong on this server. Tell its operator the reference.";
        Self { private: private.into(), ..Self::new(Kind::Fault, said) }
    }
}

/// How it is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails<'a> {
    /// Always `about:blank`.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// What the status is called.
    title: &'static str,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What kind of problem it is.
    code: Kind,
    /// What was wrong and what to do about it.
    detail: &'a str,
    /// The reference under which the server logged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// What the thing is now, where somebody else changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    current: Option<&'a Value>,
    /// The version of what stands in `current`.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<i64>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let (code, private) = (self.kind, &*self.private);
        match self.kind {
            Kind::Fault => tracing::error!(?code, private, "{}", self.detail),
            Kind::Unavailable => tracing::warn!(?code, private, "{}", self.detail),
            _ => tracing::info!(?code, "refused by the management API"),
        }
        let status = self.status_code();
        let mut answer = HttpResponse::build(status);
        answer
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_TYPE, "application/problem+json"));
        if let Some(challenge) = self.challenge {
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some((version, _)) = &self.current {
            answer.insert_header((header::ETAG, format!("\"{version}\"")));
        }
        let told = ProblemDetails {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            code,
            detail: &self.detail,
            instance: RequestId::current().map(|id| id.to_string()),
            current: self.current.as_ref().map(|(_, now)| now),
            current_version: self.current.as_ref().map(|(version, _)| *version),
        };
        answer.body(serde_json::to_string(&told).unwrap_or_default())
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        let kind = match error.kind {
            ActErrorKind::Invalid => Kind::Invalid,
            ActErrorKind::Absent => return Self::absent(),
            ActErrorKind::Forbidden => Kind::Forbidden,
            ActErrorKind::NotRecent => {
                let said = "This needs a token that may write: make one under Account, API tokens.";
                return Self::new(Kind::Forbidden, said);
            }
            ActErrorKind::Conflict => Kind::Conflict,
            // Whoever asked for a version is told more than this where it is known.
            ActErrorKind::Changed { current } => return Self::changed(current, Value::Null),
            ActErrorKind::Unavailable => return Self::unavailable(error.message),
        };
        Self::new(kind, sentence(&error.message))
    }
}

impl Problem {
    fn unavailable(private: impl Into<String>) -> Self {
        let said = "The server is in trouble just now. Nothing was changed; try again.";
        Self { private: private.into(), ..Self::new(Kind::Unavailable, said).after(1) }
    }
}

impl From<identity::Error> for Problem {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Storage(error) => Self::unavailable(error.to_string()),
            identity::Error::Refused(error) => Self::fault(error.detail.to_string()),
        }
    }
}

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        Self::new(Kind::Malformed, sentence(&error.description))
    }
}

impl From<Unexpected> for Problem {
    fn from(error: Unexpected) -> Self {
        Self::fault(error.to_string())
    }
}

/// Our own refusals begin small and end without a point; what people read does not.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
