//! The authorization request (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2.1). Owns its parameters; does not own clients,
//! people or what comes next.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::params::missing;
use crate::{CodeChallenge, OAuthError, Params, ResourceIndicator, Scope};

const MAX_STATE_BYTES: usize = 4096;
const MAX_NONCE_BYTES: usize = 2048;
const MAX_LOGIN_HINT_BYTES: usize = 320;
const MAX_UI_LOCALES_BYTES: usize = 256;
const MAX_ACR_VALUES_BYTES: usize = 512;

/// What `prompt` asks for (OpenID Connect Core §3.1.2.1). `none` never stands beside another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person signs in again.
    pub login: bool,
    /// The person is asked again.
    pub consent: bool,
    /// The person chooses who they are.
    pub select_account: bool,
}

impl Prompt {
    fn parse(text: &str) -> Result<Self, OAuthError> {
        let asks = |value: &str| text.split(' ').any(|word| word == value);
        let prompt = Self {
            none: asks("none"),
            login: asks("login"),
            consent: asks("consent"),
            select_account: asks("select_account"),
        };
        if prompt.none && text.split(' ').any(|word| !matches!(word, "none" | "")) {
            return Err(OAuthError::invalid_request("prompt=none cannot be combined with another prompt"));
        }
        Ok(prompt)
    }
}

/// A request for a code: `response_type=code`, answered in the query.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks, as sent.
    pub client_id: String,
    /// Where the answer should go, as sent; proven only by a [`RegisteredRedirectUri`](crate::RegisteredRedirectUri).
    pub redirect_uri: Option<String>,
    /// What is asked for; absent means the client's default.
    pub scope: Option<Scope>,
    /// Returned with the answer, byte for byte.
    pub state: Option<String>,
    /// The S256 challenge.
    pub code_challenge: Option<CodeChallenge>,
    /// Returned in the ID token.
    pub nonce: Option<String>,
    /// The one resource that is meant.
    pub resource: Option<ResourceIndicator>,
    /// What the person must or must not be asked.
    pub prompt: Prompt,
    /// How many seconds ago the person may have signed in.
    pub max_age: Option<u64>,
    /// Whom the client expects.
    pub login_hint: Option<String>,
    /// The languages in which the person should be spoken to, the most wanted first.
    #[serde(default)]
    pub ui_locales: Option<String>,
    /// An earlier ID token of the person whom the client expects; unverified.
    pub id_token_hint: Option<String>,
    /// How strongly the client wishes the person to have signed in, the most wished first.
    #[serde(default)]
    pub acr_values: Vec<String>,
}

impl AuthorizationRequest {
    /// Every parameter that the standards know, whether or not it means something here: OAuth 2.1 §4.1.1, RFC 8707 §2, OpenID
    /// Connect Core §3.1.2.1, §5.2, §5.5, §6, §7.2.1, and `response_mode`.
    pub const PARAMETERS: [&str; 22] = [
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "resource",
        "prompt",
        "max_age",
        "login_hint",
        "id_token_hint",
        "acr_values",
        "display",
        "ui_locales",
        "claims_locales",
        "claims",
        "request",
        "request_uri",
        "registration",
    ];

    /// The first half, to be read before any redirect is possible: `(client_id, redirect_uri, state)`.
    ///
    /// # Errors
    /// `invalid_request` when `client_id` is missing, or either of the first two cannot be believed. It can only be a page.
    pub fn identify(params: &Params) -> Result<(String, Option<String>, Option<String>), OAuthError> {
        for name in ["client_id", "redirect_uri"] {
            if params.is_refused(name) {
                return Err(OAuthError::invalid_request(format!("the parameter '{name}' is repeated or malformed")));
            }
        }
        let client_id = params.get("client_id").ok_or_else(|| missing("client_id"))?;
        let state = params.get("state").filter(|state| state.len() <= MAX_STATE_BYTES);
        Ok((client_id.to_owned(), params.get("redirect_uri").map(str::to_owned), state.map(str::to_owned)))
    }

    /// The whole request.
    ///
    /// # Errors
    /// `invalid_request`, `unsupported_response_type`, `invalid_scope`, `invalid_target`, `request_not_supported`,
    /// `request_uri_not_supported` or `registration_not_supported`, as RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6 say.
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let (client_id, redirect_uri, _) = Self::identify(params)?;
        refuse_what_is_not_offered(params)?;
        let text = |name: &str| params.get(name).map(str::to_owned);
        Ok(Self {
            client_id,
            redirect_uri,
            scope: params.get("scope").map(Scope::parse).transpose()?,
            state: bounded(params, "state", MAX_STATE_BYTES)?,
            code_challenge: code_challenge(params)?,
            nonce: bounded(params, "nonce", MAX_NONCE_BYTES)?,
            resource: ResourceIndicator::one_of(params.all("resource"))?,
            prompt: params.get("prompt").map(Prompt::parse).transpose()?.unwrap_or_default(),
            max_age: params.get("max_age").map(max_age).transpose()?,
            // A hint helps or is ignored; it is never an error.
            login_hint: text("login_hint").filter(|hint| hint.len() <= MAX_LOGIN_HINT_BYTES),
            ui_locales: text("ui_locales").filter(|locales| locales.len() <= MAX_UI_LOCALES_BYTES),
            id_token_hint: text("id_token_hint"),
            // A wish (OpenID Connect Core §3.1.2.1), never an error.
            acr_values: text("acr_values")
                .filter(|wish| wish.len() <= MAX_ACR_VALUES_BYTES)
                .map(|wish| wish.split_ascii_whitespace().map(str::to_owned).collect())
                .unwrap_or_default(),
        })
    }
}

impl fmt::Debug for AuthorizationRequest {
    /// Without `state`, `nonce` and hints: they tie a browser or a person to the request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scope", &self.scope)
            .field("resource", &self.resource)
            .field("prompt", &self.prompt)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

fn refuse_what_is_not_offered(params: &Params) -> Result<(), OAuthError> {
    if let Some(name) = params.first_refused() {
        return Err(OAuthError::invalid_request("a parameter is repeated or malformed").because(format!("{name:?}")));
    }
    if params.get("request").is_some() {
        return Err(OAuthError::request_not_supported("request objects are not supported"));
    }
    if params.get("request_uri").is_some() {
        return Err(OAuthError::request_uri_not_supported("request_uri is not supported"));
    }
    if params.get("registration").is_some() {
        return Err(OAuthError::registration_not_supported("the registration parameter is not supported"));
    }
    match params.get("response_type") {
        Some("code") => {}
        Some(_) => {
            return Err(OAuthError::unsupported_response_type("response_type must be code"));
        }
        None => return Err(missing("response_type")),
    }
    match params.get("response_mode") {
        Some("query") | None => Ok(()),
        Some(_) => Err(OAuthError::invalid_request("response_mode must be query")),
    }
}

fn code_challenge(params: &Params) -> Result<Option<CodeChallenge>, OAuthError> {
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), method) => CodeChallenge::parse(challenge, method).map(Some),
        (None, Some(_)) => Err(missing("code_challenge")),
        (None, None) => Ok(None),
    }
}

fn bounded(params: &Params, name: &str, max_bytes: usize) -> Result<Option<String>, OAuthError> {
    match params.get(name) {
        Some(value) if value.len() > max_bytes => {
            Err(OAuthError::invalid_request(format!("the parameter '{name}' is longer than {max_bytes} bytes")))
        }
        value => Ok(value.map(str::to_owned)),
    }
}

fn max_age(text: &str) -> Result<u64, OAuthError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| OAuthError::invalid_request("max_age must be a number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::{AuthorizationRequest, Prompt};
    use crate::{ErrorCode, OAuthError, Params};

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn parse(text: &str) -> Result<AuthorizationRequest, OAuthError> {
        AuthorizationRequest::parse(&Params::parse_lossy(text).0)
    }

    #[test]
    fn the_example_of_rfc_6749_with_pkce() {
        let request = parse(&format!(
            "response_type=code&client_id=s6BhdRkqt3&state=xyz&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb\
             &code_challenge={CHALLENGE}&code_challenge_method=S256&scope=openid+issues%3Aread&resource=https://A.example/\
             &resource=https://a.example&audience=x&max_age=0&nonce=n-0S6_WzA2Mj&prompt=login%20consent&unknown=1"
        ))
        .unwrap();
        assert_eq!(request.client_id, "s6BhdRkqt3");
        assert_eq!(request.redirect_uri.as_deref(), Some("https://client.example.com/cb"));
        assert_eq!(request.state.as_deref(), Some("xyz"));
        assert_eq!(request.scope.unwrap().to_string(), "issues:read openid");
        assert_eq!(request.resource.unwrap().as_str(), "https://a.example");
        assert_eq!(request.prompt, Prompt { login: true, consent: true, ..Prompt::default() });
        assert_eq!(request.max_age, Some(0));
    }

    #[test]
    fn each_refusal_has_its_code() {
        let cases = [
            ("", ErrorCode::InvalidRequest),
            ("response_type=token", ErrorCode::UnsupportedResponseType),
            ("response_type=code+id_token", ErrorCode::UnsupportedResponseType),
            ("response_type=code&response_mode=fragment", ErrorCode::InvalidRequest),
            ("response_type=code&request=e30.e30.", ErrorCode::RequestNotSupported),
            ("response_type=code&request_uri=https://a.example/r", ErrorCode::RequestUriNotSupported),
            ("response_type=code&registration=%7B%7D", ErrorCode::RegistrationNotSupported),
            ("response_type=code&scope=a%22b", ErrorCode::InvalidScope),
            ("response_type=code&scope=a&scope=b", ErrorCode::InvalidRequest),
            ("response_type=code&resource=https://a.example&resource=https://b.example", ErrorCode::InvalidTarget),
            ("response_type=code&prompt=none+login", ErrorCode::InvalidRequest),
            ("response_type=code&max_age=-1", ErrorCode::InvalidRequest),
            ("response_type=code&max_age=%2B1", ErrorCode::InvalidRequest),
            ("response_type=code&code_challenge_method=S256", ErrorCode::InvalidRequest),
            (&format!("response_type=code&code_challenge={CHALLENGE}"), ErrorCode::InvalidRequest),
            (&format!("response_type=code&state={}", "s".repeat(4097)), ErrorCode::InvalidRequest),
        ];
        for (text, code) in cases {
            assert_eq!(parse(&format!("client_id=a&{text}")).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn doubled_identity_can_only_be_a_page() {
        for text in [
            "client_id=a&client_id=a",
            "client_id=a&redirect_uri=https://a.example&redirect_uri=https://a.example",
            "state=x",
        ] {
            let (params, _) = Params::parse_lossy(text);
            assert_eq!(AuthorizationRequest::identify(&params).unwrap_err().code, ErrorCode::InvalidRequest);
        }
        let (params, _) = Params::parse_lossy("client_id=a&state=x&scope=b&scope=b");
        assert_eq!(AuthorizationRequest::identify(&params).unwrap(), ("a".to_owned(), None, Some("x".to_owned())));
    }

    #[test]
    fn requests_survive_storage_and_do_not_print_what_binds_them() {
        let request = parse(&format!(
            "response_type=code&client_id=a&state=S3CRET&code_challenge={CHALLENGE}&code_challenge_method=S256"
        ))
        .unwrap();
        let stored = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(), request);
        assert!(!format!("{request:?}").contains("S3CRET"));
    }
}
