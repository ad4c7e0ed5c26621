//! Why an act was not done: a kind, that each way of asking says in its own manner, and words for the person at the command line.

use std::fmt;

use model::Unmet;
use serde::{Deserialize, Serialize};
use storage::{AsStorageError, StorageError};

use crate::{Actor, Denied, Error};

/// What is wrong and what to do about it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActError {
    /// What kind of no it is.
    #[serde(default)]
    pub kind: ActErrorKind,
    /// The words, for an operator.
    pub message: String,
    #[serde(skip)]
    trouble: Option<StorageError>,
}

/// What kind of no it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActErrorKind {
    /// It cannot be done as it was asked.
    #[default]
    Invalid,
    /// It is not there, or not theirs to see.
    Absent,
    /// It is not theirs to do.
    Forbidden,
    /// They must prove who they are first.
    NotRecent,
    /// It cannot be done as things are now: a name is taken, somebody would be the last owner.
    Conflict,
    /// Somebody else changed it meanwhile.
    Changed {
        /// Its version now.
        current: i64,
    },
    /// The database is in trouble; nothing was changed.
    Unavailable,
}

impl ActError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::of(ActErrorKind::Invalid, message)
    }

    pub(super) fn absent(message: impl Into<String>) -> Self {
        Self::of(ActErrorKind::Absent, message)
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::of(ActErrorKind::Forbidden, message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::of(ActErrorKind::Conflict, message)
    }

    /// The same, of one of several things that are done one after another.
    pub(super) fn after(self, what: &str, done: usize) -> Self {
        let before = if done == 0 { "nothing was done before it" } else { "what stands above it in the file was done" };
        Self { message: format!("{what}: {}; {before}", self.message), ..self }
    }

    /// It has another version than the one that was expected.
    pub(super) fn changed(current: i64) -> Self {
        Self::of(
            ActErrorKind::Changed { current },
            format!("somebody changed it meanwhile; it has version {current} now"),
        )
    }

    fn of(kind: ActErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), trouble: None }
    }

    /// What anybody but an operator is told: what is absent looks the same as what is not theirs to see, whatever was asked for.
    pub(super) fn told_to(self, actor: &Actor) -> Self {
        if self.kind == ActErrorKind::Absent && !actor.is_operator() {
            return Self::from(Denied::Absent);
        }
        self
    }

    /// Whether a constraint refused the write.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(self.trouble, Some(StorageError::Constraint(_)))
    }

    /// `message`, where a constraint refused the write; other trouble stays what it is.
    pub(super) fn if_taken(self, message: impl FnOnce() -> String) -> Self {
        if self.is_taken() { Self::conflict(message()) } else { self }
    }
}

impl fmt::Display for ActError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ActError {}

impl From<Denied> for ActError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Absent => Self::absent("there is nothing of that name here"),
            Denied::Forbidden(permission) => {
                Self::forbidden(format!("this needs the permission '{}'", permission.as_str()))
            }
            Denied::NotRecent => Self::of(ActErrorKind::NotRecent, "prove who you are first"),
            Denied::Unmet(unmet) => Self::forbidden(missing(&unmet)),
            Denied::Disabled => Self::forbidden("the organisation is disabled; only an operator changes it"),
        }
    }
}

/// What an organisation demands that a sign-in has not shown.
fn missing(unmet: &Unmet) -> String {
    let factor = unmet.second_factor.then(|| "two factors".to_owned());
    let ways = unmet.ways_in.as_ref().map(|ways| format!("one of these ways in: {ways}"));
    let demanded: Vec<String> = factor.into_iter().chain(ways).collect();
    format!("the organisation demands {} of its members; sign in so, and make another token", demanded.join(", and "))
}

impl From<StorageError> for ActError {
    fn from(error: StorageError) -> Self {
        let message = format!("{error}; nothing was changed, try again");
        Self { trouble: Some(error), ..Self::of(ActErrorKind::Unavailable, message) }
    }
}

impl From<Error> for ActError {
    fn from(error: Error) -> Self {
        match error {
            Error::Storage(error) => error.into(),
            Error::Refused(error) => {
                let detail = if error.detail.is_empty() { &error.description } else { &error.detail };
                Self::new(detail.as_ref())
            }
        }
    }
}

impl AsStorageError for ActError {
    fn storage_error(&self) -> Option<&StorageError> {
        self.trouble.as_ref()
    }
}
