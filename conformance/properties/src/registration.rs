//! The JSON body of a registration. Input: the body.
//!
//! What was accepted prints and parses to itself; it asks for no grant type that only an operator gives; nothing in it would run
//! in a browser or hide from a reader; no private key stays in it.

use std::collections::HashSet;

use protocol::{AuthMethod, ClientMetadata, ErrorCode, GrantType, RedirectUri, RegistrationResponse};
use serde_json::Value;
use url::Url;

use crate::refusal;

/// The property.
pub fn holds(data: &[u8]) {
    match ClientMetadata::parse(data) {
        Ok(metadata) => {
            assert!(data.len() <= 64 * 1024);
            is_sound(&metadata);
            let json: Value = serde_json::from_slice(data).unwrap();
            assert!(json.is_object());
            if json["token_endpoint_auth_method"].is_null() {
                assert_eq!(metadata.token_endpoint_auth_method, AuthMethod::ClientSecretBasic, "RFC 7591 §2");
            }
            prints_itself(&metadata);
        }
        Err(error) => {
            refusal::is_sayable(&error);
            assert!(
                matches!(error.code, ErrorCode::InvalidClientMetadata | ErrorCode::InvalidRedirectUri),
                "{error:?}"
            );
        }
    }
}

fn prints_itself(metadata: &ClientMetadata) {
    let printed = serde_json::to_vec(metadata).unwrap();
    if printed.len() <= 64 * 1024 {
        assert_eq!(&ClientMetadata::parse(&printed).unwrap(), metadata);
    }
    assert_eq!(&serde_json::from_slice::<ClientMetadata>(&printed).unwrap(), metadata);
    let secret = metadata.token_endpoint_auth_method.is_secret().then(|| "shown once".to_owned());
    let answer = RegistrationResponse::new("c1".to_owned(), 1, secret.clone(), metadata.clone());
    let answer = serde_json::to_value(answer).unwrap();
    let members = answer.as_object().unwrap();
    assert!(members.values().all(|value| !value.is_null()), "{answer}");
    assert_eq!(members.get("client_secret").and_then(Value::as_str), secret.as_deref());
    assert_eq!(members.contains_key("client_secret_expires_at"), secret.is_some(), "RFC 7591 §3.2.1");
}

/// What holds of metadata from strangers, whichever way they came.
pub(crate) fn is_sound(metadata: &ClientMetadata) {
    let uris: HashSet<&RedirectUri> = metadata.redirect_uris.iter().collect();
    assert!(!uris.is_empty() && uris.len() == metadata.redirect_uris.len() && uris.len() <= 64);
    for uri in metadata.redirect_uris.iter().chain(&metadata.post_logout_redirect_uris) {
        assert_eq!(&RedirectUri::register(uri.as_str()).unwrap(), uri);
    }
    assert_eq!(metadata.grant_types.first(), Some(&GrantType::AuthorizationCode));
    assert!(metadata.grant_types[1..].iter().eq([GrantType::RefreshToken].iter().take(metadata.grant_types.len() - 1)));
    assert_eq!(metadata.response_types, ["code"]);
    assert!(metadata.scope.as_ref().is_none_or(|scope| !scope.is_empty()));
    let names = [&metadata.client_name, &metadata.software_id, &metadata.software_version];
    for shown in names.into_iter().flatten().chain(&metadata.contacts) {
        is_one_visible_line(shown);
    }
    let links = [&metadata.client_uri, &metadata.logo_uri, &metadata.tos_uri, &metadata.policy_uri];
    for link in links.into_iter().flatten() {
        let url = Url::parse(link).unwrap();
        assert!(matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty(), "{link}");
    }
    keys_are_public(metadata);
}

fn is_one_visible_line(shown: &str) {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    assert!(!shown.is_empty() && shown.trim() == shown && shown.chars().count() <= 200, "{shown:?}");
    assert!(!shown.contains(hidden), "{shown:?}");
}

fn keys_are_public(metadata: &ClientMetadata) {
    let (jwks, uri) = (&metadata.jwks, &metadata.jwks_uri);
    assert!(jwks.is_none() || uri.is_none());
    if metadata.token_endpoint_auth_method == AuthMethod::PrivateKeyJwt {
        assert!(jwks.is_some() || uri.is_some());
    }
    assert!(uri.as_ref().is_none_or(|uri| Url::parse(uri).unwrap().scheme() == "https"));
    let Some(jwks) = jwks else { return };
    let keys = jwks["keys"].as_array().unwrap();
    assert!((1..=20).contains(&keys.len()));
    for key in keys {
        assert!(key["kty"].is_string() && key["kty"] != "oct");
        assert!(["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().all(|member| key.get(member).is_none()), "{key}");
    }
}
