//! What the server says about itself (RFC 8414 §2, OpenID Connect Discovery §3). Owns the shape: one document for every
//! well-known path; what is offered is filled in by whoever offers it.

use serde::{Deserialize, Serialize};

/// Authorization server metadata. Empty lists and absent members are not serialised (RFC 8414 §3.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerMetadata {
    /// The issuer, byte for byte as configured.
    pub issuer: String,
    /// URL of the authorization endpoint.
    pub authorization_endpoint: String,
    /// URL of the token endpoint.
    pub token_endpoint: String,
    /// URL of the public keys.
    pub jwks_uri: String,
    /// URL at which devices begin (RFC 8628 §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_authorization_endpoint: Option<String>,
    /// URL of dynamic registration (RFC 7591).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_endpoint: Option<String>,
    /// URL of revocation (RFC 7009).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// URL of introspection (RFC 7662).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// URL of userinfo (OpenID Connect Core §5.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// URL of sign-out (OpenID Connect RP-Initiated Logout §2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// Scopes that may be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes_supported: Vec<String>,
    /// Response types; always present.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_types_supported: Vec<String>,
    /// Response modes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<String>,
    /// Grant types.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types_supported: Vec<String>,
    /// Client authentication at the token endpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Client authentication at revocation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// Client authentication at introspection.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// Algorithms of client assertions there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// PKCE methods; MCP clients refuse a server without this list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<String>,
    /// Kinds of subject identifiers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subject_types_supported: Vec<String>,
    /// Algorithms of ID tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// Claims that may be returned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims_supported: Vec<String>,
    /// Authentication contexts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acr_values_supported: Vec<String>,
    /// Values of `prompt`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prompt_values_supported: Vec<String>,
    /// Languages of the pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ui_locales_supported: Vec<String>,
    /// Whether every authorization response has `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether a client id may be the URL of a document.
    pub client_id_metadata_document_supported: bool,
    /// Whether the `claims` parameter is read.
    pub claims_parameter_supported: bool,
    /// Whether request objects are read.
    pub request_parameter_supported: bool,
    /// Whether request objects are fetched; absent would mean yes.
    pub request_uri_parameter_supported: bool,
    /// Whether fetched request objects must be registered.
    pub require_request_uri_registration: bool,
    /// URL of documentation for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_documentation: Option<String>,
    /// URL of the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_policy_uri: Option<String>,
    /// URL of the terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op_tos_uri: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::ServerMetadata;

    #[test]
    fn what_is_not_there_is_not_said() {
        let metadata = ServerMetadata {
            issuer: "https://as.example".to_owned(),
            response_types_supported: vec!["code".to_owned()],
            authorization_response_iss_parameter_supported: true,
            ..ServerMetadata::default()
        };
        let json = serde_json::to_value(&metadata).unwrap();
        assert!(json.get("scopes_supported").is_none() && json.get("registration_endpoint").is_none());
        assert_eq!(json["authorization_response_iss_parameter_supported"], true);
        assert_eq!(json["request_uri_parameter_supported"], false);
        assert_eq!(serde_json::from_value::<ServerMetadata>(json).unwrap(), metadata);
    }
}
