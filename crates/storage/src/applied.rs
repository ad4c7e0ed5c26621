//! The table of what a declarative set-up made. Names that are given once are enough: they are never given again.

use model::Timestamp;

use crate::{Read, StorageError, Tx, columns::Columns};

/// A thing that a plan made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Applied {
    /// What kind of thing: `organization`, `project`, `resource`, `client`.
    pub kind: String,
    /// Its slug or id; of a project, with the organisation's before it.
    pub name: String,
}

impl Read {
    /// All of them.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn applied(&mut self) -> Result<Vec<Applied>, StorageError> {
        let rows = self.all("SELECT name AS id, kind, name FROM applied_things ORDER BY kind, name", []).await?;
        let one = |row| {
            let columns = Columns::of(row, "applied_things");
            Ok(Applied { kind: columns.text("kind")?, name: columns.text("name")? })
        };
        rows.iter().map(one).collect()
    }
}

impl Tx {
    /// Notes that a plan made it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn insert_applied(&mut self, applied: &Applied, now: Timestamp) -> Result<(), StorageError> {
        let sql = "INSERT INTO applied_things (kind, name, applied_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.run(sql, [(&applied.kind).into(), (&applied.name).into(), now.into()]).await.map(drop)
    }

    /// Forgets it.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn delete_applied(&mut self, applied: &Applied) -> Result<(), StorageError> {
        let sql = "DELETE FROM applied_things WHERE kind = $1 AND name = $2";
        self.run(sql, [(&applied.kind).into(), (&applied.name).into()]).await.map(drop)
    }
}
