//! The one error of the protocol: a public code with a short public description, and a private detail for the log.
//! Owns the error and its JSON body; does not own headers or the place where an error is logged.

use std::borrow::Cow;

use serde::Serialize;

use crate::ErrorCode;

/// A refusal in the protocol's own form. `Display` shows the public half only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct OAuthError {
    /// The public code.
    pub code: ErrorCode,
    /// The public sentence, in the characters of RFC 6749 §5.2.
    pub description: Cow<'static, str>,
    /// What really happened, for the log and for tests; never sent. It must not hold secrets.
    pub detail: Cow<'static, str>,
    /// Seconds until a repetition makes sense, for the Retry-After header.
    pub retry_after: Option<u32>,
    /// Whether the answer carries `WWW-Authenticate: Basic`, because the client tried the Authorization header (RFC 6749 §5.2).
    pub basic_challenge: bool,
}

/// The JSON body of a direct error answer (RFC 6749 §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody<'a> {
    /// The code.
    pub error: ErrorCode,
    /// The public sentence; absent when there is nothing to add.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub error_description: &'a str,
}

impl OAuthError {
    /// An error with this code; characters that RFC 6749 §5.2 does not allow in a description are replaced.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: printable(description.into()),
            detail: Cow::Borrowed(""),
            retry_after: None,
            basic_challenge: false,
        }
    }

    /// Adds the private detail.
    #[must_use]
    pub fn because(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Says that the client used the Authorization header, so that the answer challenges it there.
    #[must_use]
    pub fn with_basic_challenge(mut self) -> Self {
        self.basic_challenge = true;
        self
    }

    /// The same refusal under another code, for a rule that two endpoints name differently.
    #[must_use]
    pub fn recoded(mut self, code: ErrorCode) -> Self {
        self.code = code;
        self
    }

    /// The HTTP status of a direct answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The JSON body of a direct answer.
    #[must_use]
    pub fn body(&self) -> ErrorBody<'_> {
        ErrorBody { error: self.code, error_description: &self.description }
    }

    /// `server_error`: the detail stays here, the public hears only that it was our fault.
    pub fn server_error(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::ServerError, "the server could not complete this request").because(detail)
    }

    /// `temporarily_unavailable`: 503, worth repeating after a second.
    pub fn temporarily_unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        let public = "the server cannot answer just now; the same request may succeed in a moment";
        Self { retry_after: Some(1), ..Self::new(ErrorCode::TemporarilyUnavailable, public).because(detail) }
    }
}

/// RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E.
fn printable(text: Cow<'static, str>) -> Cow<'static, str> {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    if text.chars().all(allowed) {
        return text;
    }
    Cow::Owned(
        text.chars()
            .map(|c| {
                if allowed(c) {
                    c
                } else if c == '"' {
                    '\''
                } else {
                    '?'
                }
            })
            .collect(),
    )
}

/// One constructor for each code that is refused with in more than one place.
impl OAuthError {
    /// `invalid_request` with a public description.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_client` with a public description.
    pub fn invalid_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidClient, description)
    }

    /// `invalid_grant` with a public description.
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// `unauthorized_client` with a public description.
    pub fn unauthorized_client(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnauthorizedClient, description)
    }

    /// `unsupported_grant_type` with a public description.
    pub fn unsupported_grant_type(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnsupportedGrantType, description)
    }

    /// `unsupported_response_type` with a public description.
    pub fn unsupported_response_type(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnsupportedResponseType, description)
    }

    /// `invalid_scope` with a public description.
    pub fn invalid_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidScope, description)
    }

    /// `invalid_target` with a public description.
    pub fn invalid_target(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidTarget, description)
    }

    /// `access_denied` with a public description.
    pub fn access_denied(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::AccessDenied, description)
    }

    /// `login_required` with a public description.
    pub fn login_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::LoginRequired, description)
    }

    /// `consent_required` with a public description.
    pub fn consent_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::ConsentRequired, description)
    }

    /// `interaction_required` with a public description.
    pub fn interaction_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InteractionRequired, description)
    }

    /// `account_selection_required` with a public description.
    pub fn account_selection_required(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::AccountSelectionRequired, description)
    }

    /// `request_not_supported` with a public description.
    pub fn request_not_supported(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::RequestNotSupported, description)
    }

    /// `request_uri_not_supported` with a public description.
    pub fn request_uri_not_supported(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::RequestUriNotSupported, description)
    }

    /// `registration_not_supported` with a public description.
    pub fn registration_not_supported(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::RegistrationNotSupported, description)
    }

    /// `invalid_redirect_uri` with a public description.
    pub fn invalid_redirect_uri(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRedirectUri, description)
    }

    /// `invalid_client_metadata` with a public description.
    pub fn invalid_client_metadata(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidClientMetadata, description)
    }

    /// `invalid_token` with a public description.
    pub fn invalid_token(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidToken, description)
    }

    /// `insufficient_scope` with a public description.
    pub fn insufficient_scope(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InsufficientScope, description)
    }

    /// `unsupported_token_type` with a public description.
    pub fn unsupported_token_type(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::UnsupportedTokenType, description)
    }

    /// `authorization_pending` with a public description.
    pub fn authorization_pending(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::AuthorizationPending, description)
    }

    /// `slow_down` with a public description.
    pub fn slow_down(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::SlowDown, description)
    }

    /// `expired_token` with a public description.
    pub fn expired_token(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::ExpiredToken, description)
    }
}

#[cfg(test)]
mod tests {
    use super::OAuthError;
    use crate::ErrorCode;

    #[test]
    fn body_has_the_public_half_only() {
        let error = OAuthError::invalid_grant("the code cannot be used").because("spent at 17:03");
        let body = serde_json::to_string(&error.body()).unwrap();
        assert_eq!(body, r#"{"error":"invalid_grant","error_description":"the code cannot be used"}"#);
        assert!(!error.to_string().contains("17:03"));
        assert_eq!(error.status(), 400);
    }

    #[test]
    fn descriptions_keep_to_the_character_set() {
        let error = OAuthError::invalid_request("a \"quoted\" \\ line\r\nSet-Cookie: ü");
        assert_eq!(error.description, "a 'quoted' ? line??Set-Cookie: ?");
    }

    #[test]
    fn faults_of_ours_are_never_the_clients() {
        let busy = OAuthError::temporarily_unavailable("database is locked");
        assert_eq!((busy.status(), busy.retry_after), (503, Some(1)));
        assert_eq!(OAuthError::server_error("x").status(), 500);
        assert_eq!(OAuthError::invalid_client("x").status(), 401);
        assert_eq!(OAuthError::new(ErrorCode::InsufficientScope, "x").status(), 403);
    }
}
