//! What `kind` of a provider may say.

use serde::{Deserialize, Serialize};

/// How a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderWord {
    /// Google.
    Google,
    /// Microsoft Entra ID and personal accounts.
    Microsoft,
    /// GitHub, also an enterprise's own.
    GitHub,
    /// Any OpenID Connect provider.
    OpenId,
}

impl ProviderWord {
    /// The kind that a table's name says.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        match name {
            "google" => Self::Google,
            "microsoft" => Self::Microsoft,
            "github" => Self::GitHub,
            _ => Self::OpenId,
        }
    }

    /// As it writes itself on buttons; none for what has no name of its own.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Google => Some("Google"),
            Self::Microsoft => Some("Microsoft"),
            Self::GitHub => Some("GitHub"),
            Self::OpenId => None,
        }
    }
}
