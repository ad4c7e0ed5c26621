//! Versions of what is changed (C-28): a change moves the version on, and one that was meant for another version is refused.

use serde_json::Value;
use storage::{Read, Tx, Versioned};

use super::{ActError, thing::Thing};
use crate::Authority;

impl Authority {
    /// The same, for an act on something in this version: if it has another by then, the act is refused
    /// ([`ActErrorKind::Changed`](super::ActErrorKind::Changed)), and nothing is lost.
    #[must_use]
    pub fn expecting(&self, version: i64) -> Self {
        Self { expected: Some(version), ..self.clone() }
    }
}

/// Moves the version of what is about to be changed; nobody else changes it until the transaction ends.
pub(super) async fn move_on(tx: &mut Tx, row: &Versioned, expected: Option<i64>) -> Result<i64, ActError> {
    if let Some(version) = tx.move_version(row, expected).await? {
        return Ok(version);
    }
    match tx.version_of(row).await? {
        Some(current) => Err(ActError::changed(current)),
        None => Err(ActError::absent("it is not there any more")),
    }
}

/// The thing with this name and its version. The version is read first, so that what is shown is never older than it says.
pub(super) async fn seen<T: Thing>(read: &mut Read, name: &T::Name) -> Result<(T, i64), ActError> {
    let row = T::find(read, name).await?.row();
    let version = read.version_of(&row).await?;
    let thing = T::find(read, name).await?;
    version.map(|version| (thing, version)).ok_or_else(|| ActError::absent("it is not there any more"))
}

/// The answer with the version in it.
pub(super) fn at(mut answer: Value, version: i64) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.insert("version".to_owned(), version.into());
    }
    answer
}
