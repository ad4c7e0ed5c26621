//! The token request and its answer (OAuth 2.1 §3.2). Owns their parameters; what a grant is worth is decided elsewhere.

use serde::Serialize;

use crate::{CodeVerifier, Confidential, OAuthError, Params, ResourceIndicator, Scope};

/// The grant type of devices (RFC 8628 §3.4).
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The grant type of a token exchange (RFC 8693 §2.1).
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// An access token, as a type of token (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What is asked of the token endpoint, by grant type.
#[derive(Clone, Debug)]
pub enum TokenRequest {
    /// A code is redeemed (OAuth 2.1 §4.1.3).
    AuthorizationCode {
        /// The code.
        code: Confidential,
        /// Sent by OAuth 2.0 clients; must then equal the one of the authorization request.
        redirect_uri: Option<String>,
        /// The proof that the same client asks.
        code_verifier: Option<CodeVerifier>,
        /// May only narrow what was authorized (RFC 8707 §2.2).
        resource: Option<ResourceIndicator>,
    },
    /// A refresh token is used (OAuth 2.1 §4.3).
    RefreshToken {
        /// The token.
        refresh_token: Confidential,
        /// Never wider than granted; absent means all of it.
        scope: Option<Scope>,
        /// May only narrow what was granted (RFC 8707 §2.2).
        resource: Option<ResourceIndicator>,
    },
    /// A device asks whether its person has decided (RFC 8628 §3.4).
    DeviceCode {
        /// The code that it was given.
        device_code: Confidential,
    },
    /// A resource server trades a token that it was handed for one that another resource takes (RFC 8693 §2.1).
    TokenExchange {
        /// What it was handed.
        subject_token: Confidential,
        /// Where the other one is for, by `resource` or by `audience`.
        target: ResourceIndicator,
        /// Never wider than what it was handed; absent means all that the other resource understands of it.
        scope: Option<Scope>,
    },
    /// A client asks for itself (OAuth 2.1 §4.2).
    ClientCredentials {
        /// What it asks for; absent means its default.
        scope: Option<Scope>,
        /// The resource that is meant.
        resource: Option<ResourceIndicator>,
    },
}

impl TokenRequest {
    /// Reads the body after the client's credentials have been taken out of it.
    ///
    /// # Errors
    /// `invalid_request`, `unsupported_grant_type`, `invalid_scope` or `invalid_target`.
    pub fn parse(params: &mut Params) -> Result<Self, OAuthError> {
        let grant_type = params.required("grant_type")?;
        match grant_type.as_str() {
            "authorization_code" => Ok(Self::AuthorizationCode {
                code: Confidential::new(params.required("code")?),
                redirect_uri: params.take("redirect_uri"),
                code_verifier: params.take("code_verifier").as_deref().map(CodeVerifier::parse).transpose()?,
                resource: ResourceIndicator::one_of(params.all("resource"))?,
            }),
            "refresh_token" => Ok(Self::RefreshToken {
                refresh_token: Confidential::new(params.required("refresh_token")?),
                scope: scope(params)?,
                resource: ResourceIndicator::one_of(params.all("resource"))?,
            }),
            DEVICE_CODE => Ok(Self::DeviceCode { device_code: Confidential::new(params.required("device_code")?) }),
            "client_credentials" => Ok(Self::ClientCredentials {
                scope: scope(params)?,
                resource: ResourceIndicator::one_of(params.all("resource"))?,
            }),
            TOKEN_EXCHANGE => exchange(params),
            _ => Err(OAuthError::unsupported_grant_type("this grant type is not supported")),
        }
    }

    /// The `grant_type` as written on the wire.
    #[must_use]
    pub fn grant_type(&self) -> &'static str {
        match self {
            Self::AuthorizationCode { .. } => "authorization_code",
            Self::RefreshToken { .. } => "refresh_token",
            Self::DeviceCode { .. } => DEVICE_CODE,
            Self::ClientCredentials { .. } => "client_credentials",
            Self::TokenExchange { .. } => TOKEN_EXCHANGE,
        }
    }
}

/// RFC 8693 §2.1. Access tokens are all that is taken and all that is given, and whoever asks is the actor.
fn exchange(params: &mut Params) -> Result<TokenRequest, OAuthError> {
    let subject_token = Confidential::new(params.required("subject_token")?);
    if params.required("subject_token_type")? != ACCESS_TOKEN {
        return Err(OAuthError::invalid_request("subject_token_type can only be that of an access token"));
    }
    if params.take("requested_token_type").is_some_and(|kind| kind != ACCESS_TOKEN) {
        return Err(OAuthError::invalid_request("requested_token_type can only be that of an access token"));
    }
    if params.take("actor_token").is_some() || params.take("actor_token_type").is_some() {
        return Err(OAuthError::invalid_request("there is no actor but who asks: leave actor_token out"));
    }
    let named: Vec<String> = params.all("resource").iter().chain(params.all("audience")).cloned().collect();
    let target = ResourceIndicator::one_of(&named)?
        .ok_or_else(|| OAuthError::invalid_target("say by resource or audience which resource the token is for"))?;
    Ok(TokenRequest::TokenExchange { subject_token, target, scope: scope(params)? })
}

fn scope(params: &mut Params) -> Result<Option<Scope>, OAuthError> {
    params.take("scope").as_deref().map(Scope::parse).transpose()
}

/// A successful answer (OAuth 2.1 §3.2.3). It holds tokens, so it can be sent and cannot be printed.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always [`TokenResponse::BEARER`].
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: u64,
    /// The refresh token, where the client may have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What was granted, always said.
    pub scope: Scope,
    /// The ID token, where `openid` was granted (OpenID Connect Core §3.1.3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What kind of token an exchange gave (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

impl TokenResponse {
    /// The only token type (RFC 6750).
    pub const BEARER: &'static str = "Bearer";
}

#[cfg(test)]
mod tests {
    use super::{TOKEN_EXCHANGE, TokenRequest, TokenResponse};
    use crate::{ErrorCode, OAuthError, Params, Scope};

    fn parse(text: &str) -> Result<TokenRequest, OAuthError> {
        TokenRequest::parse(&mut Params::parse(text).unwrap())
    }

    #[test]
    fn the_examples_of_rfc_6749() {
        let text = "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA&redirect_uri=https%3A%2F%2Fclient%2Eexample%2Ecom%2Fcb\
                    &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let Ok(TokenRequest::AuthorizationCode { code, redirect_uri, code_verifier, resource: None }) = parse(text)
        else {
            panic!("not a code")
        };
        assert_eq!(code.expose(), "SplxlOBeZQQYbYS6WxSbIA");
        assert_eq!(redirect_uri.as_deref(), Some("https://client.example.com/cb"));
        assert!(code_verifier.is_some());

        let text = "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&scope=a&resource=https://a.example/";
        let request = parse(text).unwrap();
        assert_eq!(request.grant_type(), "refresh_token");
        let TokenRequest::RefreshToken { refresh_token, scope, resource } = request else { panic!("not a refresh") };
        assert_eq!(refresh_token.expose(), "tGzv3JOkF0XG5Qx2TlKWIA");
        assert_eq!((scope.unwrap().to_string().as_str(), resource.unwrap().as_str()), ("a", "https://a.example"));
        assert_eq!(parse("grant_type=client_credentials").unwrap().grant_type(), "client_credentials");
    }

    #[test]
    fn each_refusal_has_its_code() {
        let cases = [
            ("", ErrorCode::InvalidRequest),
            ("grant_type=password&username=a&password=b", ErrorCode::UnsupportedGrantType),
            ("grant_type=Authorization_code&code=x", ErrorCode::UnsupportedGrantType),
            ("grant_type=authorization_code", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&code=", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&code=x&code_verifier=short", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token&refresh_token=x&scope=%22", ErrorCode::InvalidScope),
            ("grant_type=urn:ietf:params:oauth:grant-type:device_code", ErrorCode::InvalidRequest),
            ("grant_type=device_code&device_code=x", ErrorCode::UnsupportedGrantType),
            ("grant_type=client_credentials&resource=a", ErrorCode::InvalidTarget),
            (
                "grant_type=client_credentials&resource=https://a.example&resource=https://b.example",
                ErrorCode::InvalidTarget,
            ),
        ];
        for (text, code) in cases {
            assert_eq!(parse(text).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn an_exchange_takes_and_gives_access_tokens_for_one_resource() {
        let good = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=t\
                    &subject_token_type=urn:ietf:params:oauth:token-type:access_token";
        let one = format!("{good}&resource=https://b.example/mcp&audience=https://b.example/mcp&scope=a");
        let request = parse(&one).unwrap();
        assert_eq!(request.grant_type(), TOKEN_EXCHANGE);
        let TokenRequest::TokenExchange { subject_token, target, scope } = request else { panic!("not an exchange") };
        assert_eq!((subject_token.expose(), target.as_str()), ("t", "https://b.example/mcp"));
        assert_eq!(scope.unwrap().to_string(), "a");
        for (more, code) in [
            ("", ErrorCode::InvalidTarget),
            ("&resource=https://b.example/mcp&audience=https://c.example/mcp", ErrorCode::InvalidTarget),
            ("&audience=not a uri", ErrorCode::InvalidTarget),
            ("&resource=https://b.example/mcp&actor_token=x", ErrorCode::InvalidRequest),
            (
                "&resource=https://b.example/mcp&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token",
                ErrorCode::InvalidRequest,
            ),
        ] {
            assert_eq!(parse(&format!("{good}{more}")).unwrap_err().code, code, "{more}");
        }
        for kind in ["refresh_token", "id_token", "jwt", "saml2"] {
            let text = good.replace("token-type:access_token", &format!("token-type:{kind}"));
            let refused = parse(&format!("{text}&resource=https://b.example/mcp")).unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidRequest, "{kind}");
        }
    }

    #[test]
    fn answers_have_no_nulls() {
        let answer = TokenResponse {
            access_token: "2YotnFZFEjr1zCsicMWpAA".to_owned(),
            token_type: TokenResponse::BEARER,
            expires_in: 3600,
            refresh_token: None,
            scope: Scope::parse("b a").unwrap(),
            id_token: None,
            issued_token_type: None,
        };
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(
            json,
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":3600,"scope":"a b"}"#
        );
    }

    #[test]
    fn requests_do_not_print_their_secrets() {
        let request = parse("grant_type=refresh_token&refresh_token=hush").unwrap();
        assert!(!format!("{request:?}").contains("hush"));
    }
}
