//! Why an act was not done, in words for the person at the command line.

use std::fmt;

use serde::{Deserialize, Serialize};
use storage::{AsStorageError, StorageError};

use crate::Error;

/// What is wrong and what to do about it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActError {
    /// The words.
    pub message: String,
    #[serde(skip)]
    trouble: Option<StorageError>,
}

impl ActError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), trouble: None }
    }

    /// Whether a constraint refused the write.
    pub(super) const fn is_taken(&self) -> bool {
        matches!(self.trouble, Some(StorageError::Constraint(_)))
    }

    /// `message`, where a constraint refused the write; other trouble stays what it is.
    pub(super) fn if_taken(self, message: impl FnOnce() -> String) -> Self {
        if self.is_taken() { Self::new(message()) } else { self }
    }
}

impl fmt::Display for ActError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ActError {}

impl From<StorageError> for ActError {
    fn from(error: StorageError) -> Self {
        Self { message: format!("{error}; nothing was changed, try again"), trouble: Some(error) }
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
