//! How a client says who it is (OAuth 2.1 §2.4, RFC 7523 §2.2). Owns reading the credentials; whether they are right is
//! decided where clients are known.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode;

use crate::{Confidential, OAuthError, Params};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MAX_CLIENT_ID_BYTES: usize = 2048;

/// Padding is often forgotten.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a client sent to identify itself: exactly one method. Nothing in it is verified.
#[derive(Clone, Debug)]
pub enum ClientCredentials {
    /// A public client names itself.
    None {
        /// The name it gives.
        client_id: String,
    },
    /// `client_secret_basic`.
    Basic {
        /// The user part.
        client_id: String,
        /// The password part.
        secret: Confidential,
    },
    /// `client_secret_post`.
    Post {
        /// The name in the body.
        client_id: String,
        /// The secret in the body.
        secret: Confidential,
    },
    /// `private_key_jwt`.
    Assertion {
        /// The name in the body, which may be left to the assertion's subject.
        client_id: Option<String>,
        /// The signed JWT.
        assertion: Confidential,
    },
}

impl ClientCredentials {
    /// Reads the Authorization header and the body of one request; secrets are taken out of the parameters.
    ///
    /// # Errors
    /// `invalid_request` for two methods in one request; `invalid_client` for none, or one that cannot be read, with a
    /// challenge when the header was used.
    pub fn parse(authorization: Option<&str>, params: &mut Params) -> Result<Self, OAuthError> {
        let client_id = params.get("client_id").map(client_id).transpose()?;
        let secret = params.take("client_secret").map(Confidential::new);
        let assertion = assertion(params)?;
        match (authorization, secret, assertion) {
            (Some(header), None, None) => Self::from_header(header, client_id),
            (None, Some(secret), None) => Ok(Self::Post { client_id: client_id.ok_or_else(anonymous)?, secret }),
            (None, None, Some(assertion)) => Ok(Self::Assertion { client_id, assertion }),
            (None, None, None) => Ok(Self::None { client_id: client_id.ok_or_else(anonymous)? }),
            _ => Err(OAuthError::invalid_request("more than one client authentication method in one request")),
        }
    }

    /// The name that the client gives itself, if it does so outside of an assertion.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        match self {
            Self::None { client_id } | Self::Basic { client_id, .. } | Self::Post { client_id, .. } => Some(client_id),
            Self::Assertion { client_id, .. } => client_id.as_deref(),
        }
    }

    /// Whether the Authorization header was used, so that a refusal must challenge it (RFC 6749 §5.2).
    #[must_use]
    pub fn used_header(&self) -> bool {
        matches!(self, Self::Basic { .. })
    }

    fn from_header(header: &str, in_body: Option<String>) -> Result<Self, OAuthError> {
        let (id, secret) = basic(header).ok_or_else(|| unreadable().with_basic_challenge())?;
        let id = client_id(&id).map_err(OAuthError::with_basic_challenge)?;
        if in_body.is_some_and(|in_body| in_body != id) {
            return Err(OAuthError::invalid_request("client_id differs from the one in the Authorization header"));
        }
        // RFC 6749 §2.3.1: an empty secret is as good as none, and proves as little.
        if secret.is_empty() {
            return Ok(Self::None { client_id: id });
        }
        Ok(Self::Basic { client_id: id, secret: Confidential::new(secret) })
    }
}

fn assertion(params: &mut Params) -> Result<Option<Confidential>, OAuthError> {
    let assertion = params.take("client_assertion");
    let kind = params.take("client_assertion_type");
    match (assertion, kind.as_deref()) {
        (None, None) => Ok(None),
        (Some(assertion), Some(JWT_BEARER)) => Ok(Some(Confidential::new(assertion))),
        (None, Some(_)) => Err(OAuthError::invalid_request("client_assertion is missing")),
        (Some(_), _) => {
            Err(OAuthError::invalid_client("client_assertion_type must be that of a JWT").because("assertion type"))
        }
    }
}

/// RFC 7617 §2, with each half form-encoded as RFC 6749 §2.3.1 says, or not, as many clients do.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, payload) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(payload.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id)?, form_decoded(secret)?))
}

/// A text without a percent sign is taken as it is, so that an un-encoded `+` stays one.
fn form_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// RFC 6749 appendix A.1: visible characters and spaces.
fn client_id(text: &str) -> Result<String, OAuthError> {
    let visible = !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x20..=0x7E));
    if !visible || text.len() > MAX_CLIENT_ID_BYTES {
        return Err(OAuthError::invalid_client("the client is unknown").because("client_id is malformed"));
    }
    Ok(text.to_owned())
}

fn anonymous() -> OAuthError {
    OAuthError::invalid_client("the client did not identify itself")
}

fn unreadable() -> OAuthError {
    OAuthError::invalid_client("the Authorization header is not readable Basic authentication")
}

#[cfg(test)]
mod tests {
    use super::{ClientCredentials, JWT_BEARER};
    use crate::{ErrorCode, OAuthError, Params};
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn parse(header: Option<&str>, body: &str) -> Result<ClientCredentials, OAuthError> {
        ClientCredentials::parse(header, &mut Params::parse(body).unwrap())
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn the_examples_of_rfc_6749() {
        let header = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3";
        let Ok(ClientCredentials::Basic { client_id, secret }) = parse(Some(header), "grant_type=x") else {
            panic!("not basic")
        };
        assert_eq!((client_id.as_str(), secret.expose()), ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"));

        let body = "client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw";
        let Ok(ClientCredentials::Post { client_id, secret }) = parse(None, body) else { panic!("not post") };
        assert_eq!((client_id.as_str(), secret.expose()), ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"));
    }

    #[test]
    fn basic_is_read_encoded_or_not() {
        for (sent, id, secret) in [
            ("a:p+q/r=", "a", "p+q/r="),
            ("a%3Ab:p%2Bq%20r", "a:b", "p+q r"),
            ("a:b:c", "a", "b:c"),
            ("a:100%25", "a", "100%"),
        ] {
            let parsed = parse(Some(&basic(sent)), "client_id=").unwrap();
            let ClientCredentials::Basic { client_id, secret: read } = parsed else { panic!("not basic: {sent}") };
            assert_eq!((client_id.as_str(), read.expose()), (id, secret));
        }
        assert!(matches!(parse(Some(&basic("a:")), ""), Ok(ClientCredentials::None { client_id }) if client_id == "a"));
        assert!(parse(Some("basic YTpiYw"), "client_id=a").is_ok(), "scheme in lower case, padding forgotten");
    }

    #[test]
    fn a_bad_header_is_challenged() {
        let (no_colon, control, not_utf8) =
            (basic("nocolon"), basic("a\nb:c"), format!("Basic {}", STANDARD.encode([0xFF, b':'])));
        for header in ["", "Basic", "Basic ?", "Bearer abc", &no_colon, &control, &not_utf8, &basic(":x")] {
            let error = parse(Some(header), "").unwrap_err();
            assert_eq!((error.code, error.basic_challenge), (ErrorCode::InvalidClient, true), "{header}");
        }
    }

    #[test]
    fn one_method_only() {
        let assertion = format!("client_assertion=x&client_assertion_type={JWT_BEARER}");
        let header = basic("a:b");
        let cases = [
            (Some(header.as_str()), "client_secret=b"),
            (Some(header.as_str()), &assertion),
            (None, &format!("client_id=a&client_secret=b&{assertion}")),
            (Some(header.as_str()), "client_id=other"),
            (None, &format!("client_id=a&client_assertion_type={JWT_BEARER}")),
        ];
        for (header, body) in cases {
            assert_eq!(parse(header, body).unwrap_err().code, ErrorCode::InvalidRequest, "{body}");
        }
        assert!(parse(Some(&header), "client_id=a").is_ok());
    }

    #[test]
    fn assertions_and_the_nameless() {
        let body = format!("client_assertion=e.y.J&client_assertion_type={JWT_BEARER}");
        assert!(matches!(parse(None, &body), Ok(ClientCredentials::Assertion { client_id: None, .. })));
        for body in [
            "",
            "client_secret=x",
            "client_id=a&client_assertion=x",
            "client_id=a&client_assertion=x&client_assertion_type=saml",
            "client_id=a%0A",
        ] {
            let error = parse(None, body).unwrap_err();
            assert_eq!((error.code, error.basic_challenge), (ErrorCode::InvalidClient, false), "{body}");
        }
    }

    #[test]
    fn nothing_secret_prints() {
        let text = format!("{:?}", parse(None, "client_id=a&client_secret=hush").unwrap());
        assert!(text.contains('a') && !text.contains("hush"));
    }
}
