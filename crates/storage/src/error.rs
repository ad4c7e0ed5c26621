//! What can go wrong with a database, sorted by what follows from it.

use std::fmt;

/// Trouble with the database. Never a verdict on what a client asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Locked, full, gone, too slow, or the fate of a COMMIT unknown: 503 and Retry-After.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A constraint refused the write; the flow that wrote knows what that means.
    #[error("constraint refused: {0}")]
    Constraint(String),
    /// Somebody else changed the row since it was read: begin anew and read again.
    #[error("changed meanwhile: {0}")]
    Conflict(&'static str),
    /// A row says what cannot be.
    #[error("corrupt row in {table}: {id}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's id.
        id: String,
    },
}

impl StorageError {
    /// What the database says, without the statement or its parameters.
    pub(crate) fn shown(error: &sqlx::Error) -> String {
        Shown(error).to_string()
    }

    /// For somebody who works with files by hand: what is wrong, without what that means for a request.
    #[must_use]
    pub fn in_plain_words(&self) -> String {
        match self {
            Self::Unavailable(what) => what.clone(),
            other => other.to_string(),
        }
    }

    /// Whether the whole batch must go: the driver and the database may disagree about what was rolled back.
    pub(crate) const fn breaks_batch(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether reading again may help.
    pub(crate) const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(database) = &error else {
            return Self::Unavailable(Self::shown(&error));
        };
        if database.is_unique_violation() || database.is_foreign_key_violation() || database.is_check_violation() {
            return Self::Constraint(database.constraint().unwrap_or(database.message()).to_owned());
        }
        match database.code().as_deref() {
            // PostgreSQL: serialization_failure, deadlock_detected.
            Some("40001" | "40P01") => Self::Conflict("serialization"),
            // PostgreSQL not_null_violation and SQLite's SQLITE_CONSTRAINT_* where sqlx names no kind.
            Some("23502" | "1299" | "19") => Self::Constraint(database.message().to_owned()),
            _ => Self::Unavailable(Self::shown(&error)),
        }
    }
}

/// The database's own message, without the statement or its parameters.
struct Shown<'e>(&'e sqlx::Error);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            sqlx::Error::Database(database) => {
                write!(f, "{} ({})", database.message(), database.code().unwrap_or_default())
            }
            other => write!(f, "{other}"),
        }
    }
}

/// An error of a flow that may carry a [`StorageError`], so that `Store::transaction` can tell a refusal from trouble.
pub trait AsStorageError: From<StorageError> {
    /// The trouble, if it is one.
    fn storage_error(&self) -> Option<&StorageError>;
}

impl AsStorageError for StorageError {
    fn storage_error(&self) -> Option<&StorageError> {
        Some(self)
    }
}
