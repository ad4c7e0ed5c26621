//! What a guard answers by itself: refusals with their challenges (RFC 6750 §3, RFC 9728 §5.1) and the metadata document.
//! Everything else is the app's to answer.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use protocol::Scope;
use serde_json::{Value, json};

/// JSON-RPC's codes (§5.1), MCP's for headers that do not match the body, and one of the range left to servers for "forbidden".
pub(crate) const PARSE_ERROR: i64 = -32700;
pub(crate) const INVALID_REQUEST: i64 = -32600;
pub(crate) const HEADER_MISMATCH: i64 = -32020;
const FORBIDDEN: i64 = -32040;

/// A whole answer, for a skin to send.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The header fields, each name once.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON, or nothing.
    pub body: Bytes,
}

/// Why a request goes no further.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    NoToken,
    MalformedToken,
    InvalidToken(&'static str),
    NoProject(Scope),
    Scope(Scope),
    /// A grant that may only read asks for more; `id` is the JSON-RPC request's, where there is one.
    ReadOnly {
        needed: Scope,
        id: Option<Value>,
    },
    /// The body or its headers are not what the protocol allows; the JSON-RPC code says how.
    Malformed {
        code: i64,
        why: &'static str,
        id: Option<Value>,
    },
    MethodNotAllowed(&'static str),
    UnsupportedMediaType,
    TooLarge,
    BrokenBody,
    /// An API key has used up what it may for now, for so many seconds.
    TooMany(u32),
    /// The authorization server cannot be asked; worth trying again after so many seconds.
    Unavailable(u32),
}

/// What every challenge says about this resource.
pub(crate) struct Challenge<'a> {
    pub resource_metadata: &'a str,
    pub required: &'a Scope,
}

impl Reply {
    pub(crate) fn refusal(refusal: &Refusal, challenge: &Challenge<'_>) -> Self {
        let reply = Self::json(status(refusal), &body(refusal));
        match refusal {
            // RFC 6750 §3.1: without a token the challenge names no error.
            Refusal::NoToken => reply.challenged(challenge, None, challenge.required),
            Refusal::MalformedToken => reply.challenged(challenge, Some("invalid_request"), challenge.required),
            Refusal::InvalidToken(_) => reply.challenged(challenge, Some("invalid_token"), challenge.required),
            Refusal::NoProject(needed) | Refusal::Scope(needed) | Refusal::ReadOnly { needed, .. } => {
                reply.challenged(challenge, Some("insufficient_scope"), needed)
            }
            Refusal::MethodNotAllowed(allowed) => reply.with(ALLOW, HeaderValue::from_static(allowed)),
            Refusal::TooMany(seconds) | Refusal::Unavailable(seconds) => reply.with(RETRY_AFTER, (*seconds).into()),
            Refusal::Malformed { .. } | Refusal::UnsupportedMediaType | Refusal::TooLarge | Refusal::BrokenBody => {
                reply
            }
        }
    }

    pub(crate) fn metadata(method: &Method, document: Bytes) -> Self {
        let reply = match *method {
            Method::GET | Method::HEAD => Self { status: StatusCode::OK, headers: Vec::new(), body: document }
                .with(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                .with(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
            Method::OPTIONS => Self { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Bytes::new() }
                .with(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, OPTIONS"))
                .with(
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    HeaderValue::from_static(
                        "Authorization, Content-Type, DPoP, MCP-Protocol-Version, Mcp-Method, Mcp-Name",
                    ),
                )
                .with(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600")),
            _ => Self { status: StatusCode::METHOD_NOT_ALLOWED, headers: Vec::new(), body: Bytes::new() }
                .with(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS")),
        };
        reply.with(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))
    }

    fn json(status: StatusCode, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into() }
            .with(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .with(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }

    fn challenged(self, challenge: &Challenge<'_>, error: Option<&str>, scope: &Scope) -> Self {
        let mut parts = Vec::new();
        parts.extend(error.map(|code| format!("error=\"{code}\"")));
        // Scope tokens have no quote and no backslash (RFC 6749 §3.3), nor has a URL.
        parts.extend((!scope.is_empty()).then(|| format!("scope=\"{scope}\"")));
        parts.push(format!("resource_metadata=\"{}\"", challenge.resource_metadata));
        match HeaderValue::from_str(&format!("Bearer {}", parts.join(", "))) {
            Ok(value) => self.with(WWW_AUTHENTICATE, value),
            Err(_) => self.with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        }
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NoToken | Refusal::InvalidToken(_) => StatusCode::UNAUTHORIZED,
        Refusal::MalformedToken | Refusal::Malformed { .. } | Refusal::BrokenBody => StatusCode::BAD_REQUEST,
        Refusal::NoProject(_) | Refusal::Scope(_) | Refusal::ReadOnly { .. } => StatusCode::FORBIDDEN,
        Refusal::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn body(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::NoToken => json!({"error_description": "This resource needs a bearer token."}),
        Refusal::MalformedToken => {
            oauth("invalid_request", "The Authorization header must hold exactly one bearer token.")
        }
        Refusal::InvalidToken(why) => oauth("invalid_token", why),
        Refusal::NoProject(_) => oauth("insufficient_scope", "The grant names no project."),
        Refusal::Scope(needed) => oauth("insufficient_scope", &format!("This needs the scope {needed}.")),
        Refusal::ReadOnly { id: None, .. } => oauth("insufficient_scope", READ_ONLY),
        Refusal::ReadOnly { id: Some(id), .. } => json_rpc(id, FORBIDDEN, READ_ONLY),
        Refusal::Malformed { code, why, id } => json_rpc(id.as_ref().unwrap_or(&Value::Null), *code, why),
        Refusal::MethodNotAllowed(_) => oauth("invalid_request", "The method is not one of this protocol's."),
        Refusal::UnsupportedMediaType => {
            oauth("invalid_request", "The body must be application/json in UTF-8, not compressed.")
        }
        Refusal::TooLarge => oauth("invalid_request", "The body is longer than 1 MiB."),
        Refusal::BrokenBody => oauth("invalid_request", "The body could not be read."),
        Refusal::TooMany(_) => oauth("temporarily_unavailable", "The key has used up what it may for now."),
        Refusal::Unavailable(_) => {
            oauth("temporarily_unavailable", "The authorization server cannot be asked at the moment.")
        }
    }
}

const READ_ONLY: &str = "This grant may only read, or lacks the scope that this needs.";

fn oauth(code: &str, description: &str) -> Value {
    json!({"error": code, "error_description": description})
}

fn json_rpc(id: &Value, code: i64, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}
