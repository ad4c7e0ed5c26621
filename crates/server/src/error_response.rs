//! From a refusal to an HTTP answer, and the one place where refusals are logged.
//!
//! Owns statuses, headers and bodies of errors; how an error page looks is `view`'s, and what is wrong, `identity`'s.

mod page;
mod too_many;

use std::fmt;

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use protocol::{ErrorCode, OAuthError};

pub use page::{PageError, Unexpected};
pub use too_many::TooMany;

use crate::request_id::RequestId;

/// A refusal in the protocol's own form: JSON (RFC 6749 §5.2), or a Bearer challenge (RFC 6750 §3). Its code is in the
/// answer's extensions too, for whoever counts.
#[derive(Debug)]
pub struct Refusal(pub OAuthError);

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self(error)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        log(&self.0);
        let mut answer = uncached(self.status_code());
        if let Some(challenge) = challenge(&self.0) {
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        let mut answer = match self.0.code {
            ErrorCode::ServerError => answer.json(referenced(&self.0).body()),
            _ => answer.json(self.0.body()),
        };
        answer.extensions_mut().insert(self.0.code);
        answer
    }
}

/// Logged once, here, with the private detail; the request's span adds its id.
fn log(error: &OAuthError) {
    let (code, description, detail) = (error.code.as_str(), &*error.description, &*error.detail);
    match error.code {
        ErrorCode::ServerError => tracing::error!(code, detail, "{description}"),
        ErrorCode::TemporarilyUnavailable => tracing::warn!(code, detail, "{description}"),
        _ => tracing::info!(code, detail, "{description}"),
    }
}

/// The public half says where to ask.
fn referenced(error: &OAuthError) -> OAuthError {
    match RequestId::current() {
        Some(id) => OAuthError::new(error.code, format!("{} (reference {id})", error.description)),
        None => error.clone(),
    }
}

fn challenge(error: &OAuthError) -> Option<HeaderValue> {
    let text = match error.code {
        ErrorCode::InvalidToken | ErrorCode::InsufficientScope => {
            // The description keeps to characters that need no escape here (RFC 6749 §5.2).
            format!("Bearer error=\"{}\", error_description=\"{}\"", error.code, error.description)
        }
        _ if error.basic_challenge => "Basic realm=\"lanyard\"".to_owned(),
        _ => return None,
    };
    HeaderValue::from_str(&text).ok()
}

/// RFC 6749 §5.1 asks for both headers wherever a token could be.
fn uncached(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CACHE_CONTROL, "no-store")).insert_header((header::PRAGMA, "no-cache"));
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;

    use super::*;

    async fn body(answer: HttpResponse) -> String {
        String::from_utf8(to_bytes(answer.into_body()).await.unwrap().to_vec()).unwrap()
    }

    #[actix_web::test]
    async fn a_refusal_is_uncached_json_without_the_detail() {
        let answer = Refusal(OAuthError::invalid_grant("the code is spent").because("family 7")).error_response();
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers().get("cache-control").unwrap(), "no-store");
        assert_eq!(answer.headers().get("pragma").unwrap(), "no-cache");
        assert!(answer.headers().get("www-authenticate").is_none());
        assert_eq!(body(answer).await, r#"{"error":"invalid_grant","error_description":"the code is spent"}"#);
    }

    #[test]
    fn challenges_answer_what_was_tried() {
        let basic = Refusal(OAuthError::invalid_client("unknown").with_basic_challenge()).error_response();
        assert_eq!(basic.status(), 401);
        assert_eq!(basic.headers().get("www-authenticate").unwrap(), "Basic realm=\"lanyard\"");
        let bearer = Refusal(OAuthError::invalid_token("it has expired")).error_response();
        assert_eq!(bearer.status(), 401);
        assert_eq!(
            bearer.headers().get("www-authenticate").unwrap(),
            "Bearer error=\"invalid_token\", error_description=\"it has expired\""
        );
    }

    #[actix_web::test]
    async fn a_fault_of_ours_gives_a_reference_and_says_when_to_come_back() {
        let busy = Refusal(OAuthError::temporarily_unavailable("the database is locked")).error_response();
        assert_eq!((busy.status().as_u16(), busy.headers().get("retry-after").unwrap().to_str().unwrap()), (503, "1"));
        let id = RequestId::generate();
        let broken = id.scope(async { Refusal(OAuthError::server_error("a bug at line 7")).error_response() }).await;
        let text = body(broken).await;
        assert!(text.contains(id.as_str()) && !text.contains("line 7"), "{text}");
        let page = id.scope(async { Unexpected::new("a bug at line 8").error_response() }).await;
        assert_eq!(page.extensions().get::<PageError>().unwrap().reference, Some(id));
        let text = body(page).await;
        assert!(text.contains(id.as_str()) && !text.contains("line 8"), "{text}");
    }
}
