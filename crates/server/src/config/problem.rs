//! One thing that is wrong with a setting: which, why, and what to write.

use std::fmt;

/// Something that stops the start. Its text never carries a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting's dotted path, such as `tokens.access_lifetime`.
    pub setting: String,
    /// What is wrong, as the continuation of the setting's name: "is missing".
    pub wrong: String,
    /// What to write, as a sentence.
    pub remedy: String,
}

impl Problem {
    pub(crate) fn new(setting: impl Into<String>, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { setting: setting.into(), wrong: wrong.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.setting, self.wrong, self.remedy)
    }
}

impl std::error::Error for Problem {}
