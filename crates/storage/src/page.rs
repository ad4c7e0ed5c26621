//! Lists, a page at a time: each begins behind an id and is so many rows long, so that no list ever is everything. Ids grow with
//! time, so that what is made meanwhile comes behind, and nothing is told twice or left out.
//!
//! Owns these queries. Does not own who may see what, nor what stands in a cursor (`identity`).

mod access;
mod organizations;
mod people;
mod server;
mod webhooks;

use model::{Id, User};
use sqlx::any::AnyRow;

pub use self::{
    access::{ListedGrant, ListedKey},
    organizations::ListedMember,
};
use crate::{StorageError, columns::Value, row_versions::version};

/// Which rows: those behind `after`, in the order of the list, `limit` at the most.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The id of the last row that was told; nothing at the beginning.
    pub after: Option<&'a str>,
    /// How many.
    pub limit: u32,
}

impl Page<'_> {
    /// Behind which every id comes at the beginning.
    fn behind(&self) -> Value {
        self.after.unwrap_or_default().into()
    }
}

/// Whose eyes a list is for, where limited projects are shown to some alone: nobody's in particular, if all are shown.
fn eyes(of: Option<Id<User>>) -> Value {
    of.map_or_else(|| "".into(), Into::into)
}

/// A thing and its version.
#[derive(Clone, Debug)]
pub struct AtVersion<T> {
    /// The thing.
    pub thing: T,
    /// How often it was changed, from 1 on.
    pub version: i64,
}

/// Rows as things with their versions.
fn versioned<T>(
    rows: &[AnyRow],
    of: impl Fn(&AnyRow) -> Result<T, StorageError>,
) -> Result<Vec<AtVersion<T>>, StorageError> {
    rows.iter().map(|row| Ok(AtVersion { thing: of(row)?, version: version(row)? })).collect()
}
