//! What a flow answers when it does not do what was asked: a refusal, or trouble of ours. Never one for the other.

use protocol::OAuthError;
use storage::{AsStorageError, StorageError};

/// A flow's error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request was refused; the error says why in the protocol's own form.
    #[error("{0}")]
    Refused(#[from] OAuthError),
    /// The database is in trouble: 503 and Retry-After, and nothing has changed.
    #[error("{0}")]
    Storage(#[from] StorageError),
}

impl Error {
    /// The error to be sent: trouble becomes `temporarily_unavailable`, never a verdict on what the client holds.
    #[must_use]
    pub fn into_oauth(self) -> OAuthError {
        match self {
            Self::Refused(error) => error,
            Self::Storage(error) => OAuthError::temporarily_unavailable(error.to_string()),
        }
    }
}

impl AsStorageError for Error {
    fn storage_error(&self) -> Option<&StorageError> {
        match self {
            Self::Storage(error) => Some(error),
            Self::Refused(_) => None,
        }
    }
}
