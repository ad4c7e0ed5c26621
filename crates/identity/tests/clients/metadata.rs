//! What the server says about itself: META-01 … META-05.

use serde_json::json;

use crate::harness::World;

#[tokio::test]
async fn everything_that_works_is_listed_and_nothing_else() {
    let world = World::with(|settings| settings.issuer = "https://issuer.example/t1".to_owned()).await;
    let metadata = serde_json::to_value(world.authority.server_metadata().await.unwrap()).unwrap();
    assert_eq!(
        metadata,
        json!({
            "issuer": "https://issuer.example/t1",
            "authorization_endpoint": "https://issuer.example/t1/authorize",
            "token_endpoint": "https://issuer.example/t1/token",
            "jwks_uri": "https://issuer.example/t1/jwks",
            "device_authorization_endpoint": "https://issuer.example/t1/device_authorization",
            "registration_endpoint": "https://issuer.example/t1/register",
            "revocation_endpoint": "https://issuer.example/t1/revoke",
            "introspection_endpoint": "https://issuer.example/t1/introspect",
            "userinfo_endpoint": "https://issuer.example/t1/userinfo",
            "scopes_supported": ["email", "issues:read", "issues:write", "offline_access", "openid", "profile"],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:token-exchange"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256", "EdDSA"],
            "revocation_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
            "revocation_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "PS256", "EdDSA"],
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "name", "email",
                "email_verified"],
            "acr_values_supported": ["aal1", "aal2"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "ui_locales_supported": ["en", "de"],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": true,
            "claims_parameter_supported": false,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
            "require_request_uri_registration": false,
        })
    );
}
