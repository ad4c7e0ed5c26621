//! The answer to whoever asks too often.

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use protocol::{ErrorCode, OAuthError};

use super::{PageError, uncached};
use crate::rate_limit::Class;

/// An address has asked too often (RFC 6585 §4). The class is in the answer's extensions, for whoever counts.
#[derive(Clone, Copy, Debug)]
pub struct TooMany {
    class: Class,
    wait: Duration,
}

impl TooMany {
    pub(crate) const fn new(class: Class, wait: Duration) -> Self {
        Self { class, wait }
    }

    /// How long until the next request will be answered.
    #[must_use]
    pub const fn retry_after(&self) -> Duration {
        self.wait
    }

    fn seconds(&self) -> u32 {
        u32::try_from(self.wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
    }
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too many requests from this address; wait {} seconds", self.seconds())
    }
}

impl ResponseError for TooMany {
    fn status_code(&self) -> StatusCode {
        StatusCode::TOO_MANY_REQUESTS
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = match self.class {
            // Never a code that makes a client throw its tokens or its registration away.
            Class::Token | Class::Registration | Class::Api => uncached(self.status_code())
                .insert_header((header::RETRY_AFTER, self.seconds()))
                .json(OAuthError::new(ErrorCode::TemporarilyUnavailable, self.to_string()).body()),
            Class::Page | Class::SignIn => {
                PageError { retry_after: Some(self.seconds()), ..PageError::new(self.status_code(), "error-too-many") }
                    .error_response()
            }
        };
        answer.extensions_mut().insert(self.class);
        if matches!(self.class, Class::Token | Class::Registration | Class::Api) {
            answer.extensions_mut().insert(ErrorCode::TemporarilyUnavailable);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    #[actix_web::test]
    async fn too_many_never_says_that_tokens_are_bad() {
        let refused = TooMany::new(Class::Token, Duration::from_millis(2500)).error_response();
        assert_eq!(refused.status(), 429);
        assert_eq!(refused.headers().get("retry-after").unwrap(), "3");
        let body = to_bytes(refused.into_body()).await.unwrap();
        let body = std::str::from_utf8(&body).unwrap();
        assert!(body.contains("temporarily_unavailable"));
        let page = TooMany::new(Class::SignIn, Duration::from_secs(1)).error_response();
        assert_eq!(page.headers().get("retry-after").unwrap(), "2");
        assert!(page.extensions().get::<PageError>().is_some());
    }
}
