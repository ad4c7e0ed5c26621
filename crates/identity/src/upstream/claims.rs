//! What an ID token claims, and what of it is believed, which depends on whose word it is.

use model::{Email, UpstreamKey};
use serde::Deserialize;
use serde_json::Value;

use super::{Arrived, ProviderKind, discovery::is_tenant_id};

/// OpenID Connect Core §2.
const SUBJECT_CHARACTERS: usize = 255;
const LABEL_CHARACTERS: usize = 200;

/// The claims that are looked at. Numbers are whole numbers of seconds, and nothing that is required may be missing.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    sub: String,
    #[serde(rename = "exp")]
    _exp: u64,
    pub(super) iat: u64,
    #[serde(default)]
    pub(super) nbf: Option<u64>,
    #[serde(default)]
    pub(super) azp: Option<String>,
    #[serde(default)]
    pub(super) auth_time: Option<u64>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    email_verified: Option<Value>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    preferred_username: Option<String>,
    /// Google: the Workspace's domain.
    #[serde(default)]
    hd: Option<String>,
    /// Microsoft: the tenant.
    #[serde(default)]
    pub(super) tid: Option<String>,
    /// Microsoft: the person within the tenant.
    #[serde(default)]
    oid: Option<String>,
    /// Microsoft: whether the domain's owner proved the address.
    #[serde(default)]
    xms_edov: Option<Value>,
}

impl Claims {
    /// Who they speak of.
    pub(super) fn arrived(self, kind: &ProviderKind) -> Result<Arrived, &'static str> {
        let email = self.email.as_deref().and_then(Email::parse);
        let proven = email.as_ref().is_some_and(|email| self.proves(email, kind));
        let subject = match kind {
            ProviderKind::Microsoft { .. } => self.oid.filter(|oid| is_tenant_id(oid)).ok_or("it names no oid")?,
            _ => self.sub,
        };
        if subject.is_empty() || subject.chars().count() > SUBJECT_CHARACTERS || subject.chars().any(char::is_control) {
            return Err("its subject is not one");
        }
        let named = email.as_ref().map(ToString::to_string).or(self.preferred_username).or_else(|| self.name.clone());
        Ok(Arrived {
            who: UpstreamKey { issuer: self.iss, subject },
            label: named.as_deref().and_then(label),
            email,
            proven,
            name: self.name,
        })
    }

    /// Whether the provider proves the address. Only `true` is true: a text may be anything.
    fn proves(&self, email: &Email, kind: &ProviderKind) -> bool {
        let verified = self.email_verified == Some(Value::Bool(true));
        match kind {
            ProviderKind::OpenId => verified,
            // Of other addresses Google knows only that somebody read mail there once.
            ProviderKind::Google => verified && (self.hd.is_some() || email.as_str().ends_with("@gmail.com")),
            ProviderKind::Microsoft { .. } => self.xms_edov == Some(Value::Bool(true)),
            ProviderKind::GitHub => false,
        }
    }
}

/// One line of a bounded length; nothing if nothing is left.
pub(super) fn label(text: &str) -> Option<String> {
    let line: String = text.chars().filter(|character| !character.is_control()).take(LABEL_CHARACTERS).collect();
    (!line.trim().is_empty()).then(|| line.trim().to_owned())
}
