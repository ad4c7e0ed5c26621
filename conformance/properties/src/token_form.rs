//! The body of a POST to /token: credentials and the request. Input: the body.
//!
//! Exactly one way to authenticate is believed, decided here a second time from what stands in the form; what was read is what
//! was sent; secrets leave the parameters and do not print.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{
    ACCESS_TOKEN, ClientCredentials, Confidential, ErrorCode, OAuthError, Params, ResourceIndicator, Scope,
    TOKEN_EXCHANGE, TokenRequest,
};
use sha2::{Digest as _, Sha256};

use crate::{marked, refusal};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The parameters that are secrets, or become useless when somebody else reads them.
const SECRETS: [&str; 7] =
    ["client_secret", "client_assertion", "code", "refresh_token", "code_verifier", "device_code", "subject_token"];

/// The property.
pub fn holds(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(sent) = Params::parse(text) else { return };
    let mut params = sent.clone();
    let credentials = ClientCredentials::parse(None, &mut params);
    match (&credentials, expected(&sent)) {
        (Ok(credentials), Ok(method)) => {
            believed(credentials, method, &sent);
            assert!(SECRETS[..2].iter().all(|name| params.get(name).is_none()));
        }
        (Err(error), Err(code)) => assert_eq!(error.code, code),
        (read, expected) => panic!("{read:?} instead of {expected:?}"),
    }
    credentials.as_ref().err().into_iter().for_each(refusal::is_sayable);
    let request = TokenRequest::parse(&mut params);
    match &request {
        Ok(request) => as_sent(request, &sent),
        Err(error) => refused(error, &sent),
    }
    if marked::is_free_of_it(data) {
        secrets_do_not_print(&sent);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    None,
    Post,
    Assertion,
}

/// OAuth 2.1 §2.4: one method in a request; RFC 6749 appendix A.1: a client id is made of visible characters and spaces.
fn expected(sent: &Params) -> Result<Method, ErrorCode> {
    let client_id = sent.get("client_id");
    if client_id.is_some_and(|id| id.len() > 2048 || id.chars().any(|c| !(' '..='~').contains(&c))) {
        return Err(ErrorCode::InvalidClient);
    }
    let secret = sent.get("client_secret").is_some();
    let by_assertion = match (sent.get("client_assertion"), sent.get("client_assertion_type")) {
        (Some(_), kind) if kind != Some(JWT_BEARER) => return Err(ErrorCode::InvalidClient),
        (None, Some(_)) => return Err(ErrorCode::InvalidRequest),
        (assertion, _) => assertion.is_some(),
    };
    match (secret, by_assertion, client_id) {
        (true, true, _) => Err(ErrorCode::InvalidRequest),
        (false, true, _) => Ok(Method::Assertion),
        (_, false, None) => Err(ErrorCode::InvalidClient),
        (true, false, Some(_)) => Ok(Method::Post),
        (false, false, Some(_)) => Ok(Method::None),
    }
}

fn believed(credentials: &ClientCredentials, method: Method, sent: &Params) {
    let (read, secret) = match credentials {
        ClientCredentials::None { .. } => (Method::None, None),
        ClientCredentials::Post { secret, .. } => (Method::Post, Some((secret, "client_secret"))),
        ClientCredentials::Assertion { assertion, .. } => (Method::Assertion, Some((assertion, "client_assertion"))),
        ClientCredentials::Basic { .. } => panic!("there was no header"),
    };
    assert_eq!(read, method);
    assert_eq!(credentials.client_id(), sent.get("client_id"));
    assert!(!credentials.used_header());
    if let Some((secret, name)) = secret {
        assert_eq!(Some(secret.expose()), sent.get(name));
    }
}

fn as_sent(request: &TokenRequest, sent: &Params) {
    assert_eq!(Some(request.grant_type()), sent.get("grant_type"));
    match request {
        TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resource } => {
            assert_eq!(Some(code.expose()), sent.get("code"));
            assert_eq!(redirect_uri.as_deref(), sent.get("redirect_uri"));
            let challenge = code_verifier.as_ref().map(|verifier| verifier.challenge().as_str().to_owned());
            // RFC 7636 §4.6, computed here once more.
            let again = sent.get("code_verifier").map(|text| URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
            assert_eq!(challenge, again);
            same_resource(resource.as_ref(), sent);
        }
        TokenRequest::RefreshToken { refresh_token, scope, resource } => {
            assert_eq!(Some(refresh_token.expose()), sent.get("refresh_token"));
            same_scope(scope.as_ref(), sent);
            same_resource(resource.as_ref(), sent);
        }
        TokenRequest::DeviceCode { device_code } => {
            assert_eq!(Some(device_code.expose()), sent.get("device_code"));
        }
        TokenRequest::ClientCredentials { scope, resource } => {
            same_scope(scope.as_ref(), sent);
            same_resource(resource.as_ref(), sent);
        }
        TokenRequest::TokenExchange { subject_token, target, scope } => {
            assert_eq!(Some(subject_token.expose()), sent.get("subject_token"));
            same_scope(scope.as_ref(), sent);
            let named = sent.all("resource").iter().chain(sent.all("audience"));
            assert!(
                named.clone().count() > 0
                    && named.clone().all(|text| ResourceIndicator::parse(text).ok().as_ref() == Some(target))
            );
            assert_eq!(sent.get("subject_token_type"), Some(ACCESS_TOKEN));
            assert!(sent.get("requested_token_type").is_none_or(|kind| kind == ACCESS_TOKEN));
            assert!(sent.get("actor_token").is_none() && sent.get("actor_token_type").is_none());
        }
    }
}

fn same_scope(scope: Option<&Scope>, sent: &Params) {
    let tokens = sent.get("scope").map(|text| text.split(' ').filter(|token| !token.is_empty()).collect::<Vec<_>>());
    assert_eq!(scope.is_some(), tokens.is_some());
    assert!(tokens.into_iter().flatten().all(|token| scope.is_some_and(|scope| scope.contains(token))));
}

fn same_resource(resource: Option<&ResourceIndicator>, sent: &Params) {
    assert_eq!(resource.is_some(), !sent.all("resource").is_empty());
    assert!(sent.all("resource").iter().all(|text| ResourceIndicator::parse(text).ok().as_ref() == resource));
}

fn refused(error: &OAuthError, sent: &Params) {
    refusal::is_sayable(error);
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let known = ["authorization_code", "refresh_token", "client_credentials", device, TOKEN_EXCHANGE];
    let unsupported = sent.get("grant_type").is_some_and(|grant_type| !known.contains(&grant_type));
    assert_eq!(error.code == ErrorCode::UnsupportedGrantType, unsupported);
}

fn secrets_do_not_print(sent: &Params) {
    let hide = |(name, value)| (name, if SECRETS.contains(&name) { marked::MARK } else { value });
    let mut params = Params::parse(&marked::form(sent.iter().map(hide))).unwrap();
    marked::does_not_print(&params);
    marked::does_not_print(&ClientCredentials::parse(None, &mut params));
    marked::does_not_print(&params);
    marked::does_not_print(&TokenRequest::parse(&mut params));
    marked::does_not_print(&Confidential::new(marked::MARK));
}
