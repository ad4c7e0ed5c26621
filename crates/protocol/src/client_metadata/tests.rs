//! Registration requests of real clients and of hostile ones.

use serde_json::{Value, json};

use super::{ApplicationType, AuthMethod, ClientMetadata, GrantType, SigningAlgorithm};
use crate::ErrorCode;

fn code_of(value: Value) -> Option<ErrorCode> {
    ClientMetadata::from_value(value).err().map(|error| error.code)
}

#[test]
fn the_example_of_rfc_7591() {
    let text = br#"{
        "redirect_uris": ["https://client.example.org/callback", "https://client.example.org/callback2"],
        "client_name": "My Example Client", "client_name#ja-Jpan-JP": "ignored",
        "token_endpoint_auth_method": "client_secret_basic",
        "logo_uri": "https://client.example.org/logo.png",
        "jwks_uri": "https://client.example.org/my_public_keys.jwks",
        "example_extension_parameter": "example_value"
    }"#;
    let metadata = ClientMetadata::parse(text).unwrap();
    assert_eq!(metadata.redirect_uris.len(), 2);
    assert_eq!(metadata.client_name.as_deref(), Some("My Example Client"));
    assert_eq!(metadata.jwks_uri.as_deref(), Some("https://client.example.org/my_public_keys.jwks"));
    assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode]);
    assert_eq!(metadata.response_types, ["code"]);
}

#[test]
fn one_odd_uri_among_others_is_welcome() {
    let metadata = ClientMetadata::from_value(json!({
        "redirect_uris": [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
            "http://localhost:8787/callback"
        ],
        "client_name": "Cursor", "client_uri": null, "logo_uri": "", "scope": "", "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "client_credentials", "new"],
        "response_types": ["code", "token"], "application_type": "native"
    }))
    .unwrap();
    assert_eq!(metadata.redirect_uris.len(), 3);
    assert_eq!(metadata.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    assert_eq!((metadata.scope, metadata.logo_uri), (None, None));
    assert_eq!(metadata.application_type, ApplicationType::Native);
    assert_eq!(metadata.token_endpoint_auth_method, AuthMethod::None);
}

#[test]
fn one_dangerous_uri_refuses_the_set() {
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "\u{1}javascript:x",
        "http://a.example/cb",
        "*",
    ] {
        let asked = json!({"redirect_uris": ["https://a.example/cb", uri]});
        assert_eq!(code_of(asked), Some(ErrorCode::InvalidRedirectUri), "{uri}");
    }
    for redirects in [json!(null), json!([]), json!("https://a.example/cb"), json!([5])] {
        assert_eq!(code_of(json!({"redirect_uris": redirects})), Some(ErrorCode::InvalidRedirectUri));
    }
}

#[test]
fn dangerous_links_are_refused_wherever_they_stand() {
    for member in ["client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri"] {
        for uri in [
            "javascript:alert(1)",
            "JAVASCRIPT:x",
            "data:image/svg+xml,x",
            "vbscript:x",
            "file:///x",
            "blob:https://a.example/x",
            "\u{2}https://a.example",
            "x",
            "https://u:p@a.example/",
        ] {
            let asked = json!({"redirect_uris": ["https://a.example/cb"], member: uri});
            assert_eq!(code_of(asked), Some(ErrorCode::InvalidClientMetadata), "{member} {uri}");
        }
    }
    let asked = json!({"redirect_uris": ["https://a.example/cb"], "post_logout_redirect_uris": ["javascript:x"]});
    assert_eq!(code_of(asked), Some(ErrorCode::InvalidClientMetadata));
}

#[test]
fn other_refusals() {
    let with = |member: &str, value: Value| {
        let mut asked = json!({"redirect_uris": ["https://a.example/cb"]});
        asked[member] = value;
        code_of(asked)
    };
    let refused = Some(ErrorCode::InvalidClientMetadata);
    assert_eq!(with("client_name", json!(5)), refused);
    assert_eq!(with("scope", json!("a\"b")), refused);
    assert_eq!(with("token_endpoint_auth_method", json!("client_secret_jwt")), refused);
    assert_eq!(with("token_endpoint_auth_method", json!("private_key_jwt")), refused);
    assert_eq!(with("id_token_signed_response_alg", json!("none")), refused);
    assert_eq!(with("id_token_signed_response_alg", json!("HS256")), refused);
    assert_eq!(with("jwks", json!({"keys": [{"kty": "oct", "k": "AA"}]})), refused);
    assert_eq!(with("jwks", json!({"keys": [{"kty": "EC", "d": "AA"}]})), refused);
    assert_eq!(with("jwks", json!({"keys": []})), refused);
    assert_eq!(with("jwks", json!("x")), refused);
    assert_eq!(with("id_token_signed_response_alg", json!("RS256")), None);
    assert_eq!(ClientMetadata::parse(b"[]").unwrap_err().code, ErrorCode::InvalidClientMetadata);
}

#[test]
fn metadata_survives_storage() {
    let asked = json!({"redirect_uris": ["https://a.example/cb"], "contacts": ["a@b.example"], "scope": "b a", "id_token_signed_response_alg": "PS256"});
    let metadata = ClientMetadata::from_value(asked).unwrap();
    assert_eq!(metadata.id_token_signed_response_alg, Some(SigningAlgorithm::PS256));
    let stored = serde_json::to_string(&metadata).unwrap();
    assert_eq!(serde_json::from_str::<ClientMetadata>(&stored).unwrap(), metadata);
}
