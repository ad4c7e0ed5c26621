//! The fault points of every build that is shipped: they are passed, and nothing can be armed.

use crate::StorageError;

#[derive(Clone, Copy)]
pub(crate) enum Point {
    Read,
    Begin,
    Commit,
    Committed,
    Close,
}

#[derive(Clone, Default)]
pub(crate) struct Faults;

impl Faults {
    pub(crate) const fn from_environment() -> Self {
        Self
    }

    pub(crate) async fn pass(&self, _point: Point) -> Result<(), StorageError> {
        Ok(())
    }
}
