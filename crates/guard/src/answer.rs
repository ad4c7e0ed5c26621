//! What introspection says (RFC 7662 §2.2) of a token or an API key. An answer that says `active` but lacks what every one of
//! its kind has is not understood, never half a token.

use protocol::{Access, Scope};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The answer about something that is active.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ActiveAnswer {
    pub token_type: String,
    pub scope: Scope,
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(default)]
    pub sub: Option<String>,
    #[serde(default)]
    pub aud: Option<String>,
    #[serde(default)]
    pub iss: Option<String>,
    #[serde(default)]
    pub exp: Option<u64>,
    #[serde(default)]
    pub organization: Option<String>,
    #[serde(default)]
    pub project: Option<String>,
    #[serde(default)]
    pub access: Option<Access>,
    #[serde(default)]
    pub grant_id: Option<String>,
    #[serde(default)]
    pub key_id: Option<String>,
    /// How often an API key may be used, for each span of time that is limited.
    #[serde(default)]
    pub limits: Option<Map<String, Value>>,
}

/// What introspection says.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Active(Box<ActiveAnswer>),
    NotActive,
    /// An API key that has used up what it may for now, and for how many seconds that lasts.
    Limited(u32),
}

/// The answer cannot be believed either way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Misunderstood {
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error("active is missing or not a boolean")]
    Undecided,
    #[error("a member is missing")]
    Half,
}

impl ActiveAnswer {
    /// Reads an answer.
    pub fn read(json: &[u8]) -> Result<Answer, Misunderstood> {
        let value: Value = serde_json::from_slice(json)?;
        match value.get("active") {
            Some(Value::Bool(false)) if value.get("reason").is_some_and(|reason| reason == "rate_limited") => {
                let seconds = value.get("retry_after").and_then(Value::as_u64).unwrap_or(1);
                Ok(Answer::Limited(u32::try_from(seconds).unwrap_or(u32::MAX)))
            }
            Some(Value::Bool(false)) => Ok(Answer::NotActive),
            Some(Value::Bool(true)) => {
                let answer: Self = serde_json::from_value(value)?;
                if answer.is_whole() { Ok(Answer::Active(Box::new(answer))) } else { Err(Misunderstood::Half) }
            }
            _ => Err(Misunderstood::Undecided),
        }
    }

    pub fn is_key(&self) -> bool {
        self.token_type == "api_key"
    }

    pub fn is_bearer(&self) -> bool {
        self.token_type.eq_ignore_ascii_case("bearer")
    }

    fn is_whole(&self) -> bool {
        if self.is_key() { self.key_id.is_some() } else { self.client_id.is_some() && self.exp.is_some() }
    }
}
