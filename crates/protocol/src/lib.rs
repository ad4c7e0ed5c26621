//! The words of the RFCs: what is said to and by an authorization server, parsed once and carried in types.
//!
//! This crate owns syntax and the rules that need nothing but the text itself. It does not own time, randomness, storage,
//! private keys or HTTP: whoever calls it brings the bytes and decides what they are worth.

mod authorization_response;
mod authorize;
mod claims;
mod clean_uri;
mod client_document;
mod client_metadata;
mod confidential;
mod credentials;
mod device;
mod error;
mod error_code;
mod event;
mod introspection;
mod introspection_batch;
mod json;
pub mod jws;
mod language_ranges;
mod params;
mod pkce;
mod protected_resource;
pub mod reading;
mod redirect_uri;
mod registration;
mod resource;
mod scope;
mod server_metadata;
mod token;

pub use authorization_response::AuthorizationResponse;
pub use authorize::{AuthorizationRequest, Prompt};
pub use claims::{Audience, ClientAssertionClaims, IdTokenClaims, JwtAccessTokenClaims, UserInfoClaims};
pub use client_document::{ClientDocument, ClientIdUrl};
pub use client_metadata::{ApplicationType, AuthMethod, ClientMetadata, GrantType, SigningAlgorithm};
pub use confidential::Confidential;
pub use credentials::ClientCredentials;
pub use device::DeviceAuthorizationResponse;
pub use error::{ErrorBody, OAuthError};
pub use error_code::ErrorCode;
pub use event::EventMessage;
pub use introspection::{
    API_KEY, Access, ActiveKey, ActiveToken, Actor, Allowance, Introspection, LimitedKey, RATE_LIMITED, Spans,
};
pub use introspection_batch::{BatchedToken, IntrospectionBatch};
pub use json::Members;
pub use language_ranges::{accept_language, ui_locales};
pub use params::Params;
pub use pkce::{CodeChallenge, CodeVerifier};
pub use protected_resource::{ProtectedResourceMetadata, WELL_KNOWN};
pub use redirect_uri::{RedirectUri, RegisteredRedirectUri, equal_as_registered};
pub use registration::RegistrationResponse;
pub use resource::ResourceIndicator;
pub use scope::{EMAIL, OFFLINE_ACCESS, OPENID, PROFILE, Scope, ScopeToken};
pub use server_metadata::ServerMetadata;
pub use token::{ACCESS_TOKEN, TOKEN_EXCHANGE, TokenRequest, TokenResponse};
