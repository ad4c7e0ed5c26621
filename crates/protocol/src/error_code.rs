//! The error codes of every RFC that is spoken here, in one list. Owns their spelling and their HTTP status.

use std::fmt;

use serde::Serialize;

/// Every error code that this server may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A parameter is missing, repeated or malformed (RFC 6749 §4.1.2.1, §5.2).
    InvalidRequest,
    /// The client is unknown or did not authenticate (RFC 6749 §5.2).
    InvalidClient,
    /// The code or refresh token is not valid for this client (RFC 6749 §5.2).
    InvalidGrant,
    /// The client may not use this grant type (RFC 6749 §5.2).
    UnauthorizedClient,
    /// The grant type is not offered (RFC 6749 §5.2).
    UnsupportedGrantType,
    /// The response type is not offered (RFC 6749 §4.1.2.1).
    UnsupportedResponseType,
    /// The scope is malformed, unknown or wider than granted (RFC 6749 §5.2).
    InvalidScope,
    /// The resource is malformed, unknown or not part of the grant (RFC 8707 §2).
    InvalidTarget,
    /// The person said no (RFC 6749 §4.1.2.1).
    AccessDenied,
    /// Something of ours broke (RFC 6749 §4.1.2.1).
    ServerError,
    /// Something of ours is busy or away; the same request may succeed later (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable,
    /// `prompt=none`, and nobody is signed in (OpenID Connect Core §3.1.2.6).
    LoginRequired,
    /// `prompt=none`, and consent is missing (OpenID Connect Core §3.1.2.6).
    ConsentRequired,
    /// `prompt=none`, and a page would be needed (OpenID Connect Core §3.1.2.6).
    InteractionRequired,
    /// `prompt=none`, and an account would have to be chosen (OpenID Connect Core §3.1.2.6).
    AccountSelectionRequired,
    /// The `request` parameter is not offered (OpenID Connect Core §3.1.2.6).
    RequestNotSupported,
    /// The `request_uri` parameter is not offered (OpenID Connect Core §3.1.2.6).
    RequestUriNotSupported,
    /// The `registration` parameter is not offered (OpenID Connect Core §3.1.2.6).
    RegistrationNotSupported,
    /// A redirect URI cannot be registered (RFC 7591 §3.2.2).
    InvalidRedirectUri,
    /// Some client metadata cannot be registered (RFC 7591 §3.2.2).
    InvalidClientMetadata,
    /// The access token is unknown, expired or revoked (RFC 6750 §3.1).
    InvalidToken,
    /// The access token is good, but not for this (RFC 6750 §3.1).
    InsufficientScope,
    /// This kind of token cannot be revoked here (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// The person has not decided yet (RFC 8628 §3.5).
    AuthorizationPending,
    /// The device asks too often (RFC 8628 §3.5).
    SlowDown,
    /// The device code has expired (RFC 8628 §3.5).
    ExpiredToken,
}

impl ErrorCode {
    /// All of them, each at the place of its discriminant.
    pub const ALL: [Self; Self::ExpiredToken as usize + 1] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::InvalidTarget,
        Self::AccessDenied,
        Self::ServerError,
        Self::TemporarilyUnavailable,
        Self::LoginRequired,
        Self::ConsentRequired,
        Self::InteractionRequired,
        Self::AccountSelectionRequired,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
        Self::RegistrationNotSupported,
        Self::InvalidRedirectUri,
        Self::InvalidClientMetadata,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::UnsupportedTokenType,
        Self::AuthorizationPending,
        Self::SlowDown,
        Self::ExpiredToken,
    ];

    /// The code as it is written on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
        }
    }

    /// The HTTP status of a direct (not redirected) answer with this code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_at_its_place_and_is_written_differently() {
        let mut written = std::collections::HashSet::new();
        for (place, code) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, place, "{code}");
            assert!(written.insert(code.as_str()), "{code}");
        }
    }
}
