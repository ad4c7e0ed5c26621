//! Backups and the purge, by the operator.

use std::path::PathBuf;

use model::Timestamp;
use serde_json::{Value, json};

use super::ActError;
use crate::Authority;

impl Authority {
    /// The janitor's round, at once. The answer counts rows by their table, and files of backups.
    pub(super) async fn purge_now(&self, dry_run: bool, now: Timestamp) -> Result<Value, ActError> {
        let (purged, more) = match dry_run {
            true => self.rehearse_purge(now).await?,
            false => (self.run_janitor_once(now).await?, false),
        };
        let removed: serde_json::Map<String, Value> = purged
            .removed
            .iter()
            .filter(|(_, rows)| **rows > 0)
            .map(|(table, rows)| ((*table).to_owned(), json!(rows)))
            .collect();
        Ok(match (dry_run, more) {
            (true, true) => json!({ "would_remove_at_least": removed }),
            (true, false) => json!({ "would_remove": removed }),
            (false, _) => json!({ "removed": removed }),
        })
    }

    pub(super) async fn backup(&self, file: Option<PathBuf>, now: Timestamp) -> Result<Value, ActError> {
        if self.parts.store.is_shared() {
            return Err(ActError::new(
                "this is a PostgreSQL database: back it up with `pg_dump --format=custom`, see docs/backups.md",
            ));
        }
        let made = self.back_up(file.as_deref(), now).await;
        let made = made.map_err(|error| ActError::new(format!("no backup was made: {}", error.in_plain_words())))?;
        Ok(json!({ "file": made.file, "bytes": made.bytes, "sealed": made.sealed }))
    }
}
