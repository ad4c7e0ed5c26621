//! When and from where grants were last used: gathered in memory, written at most once a minute per grant by the janitor.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use model::{Grant, Id, Timestamp};
use storage::LastUse;

/// A use within this time of the last one that was written is not written again.
const COARSE: Duration = Duration::from_secs(60);
/// At most so many wait to be written.
const WAITING: usize = 100_000;

/// Uses that were not written yet.
#[derive(Default)]
pub(crate) struct LastUses {
    waiting: Mutex<HashMap<Id<Grant>, LastUse>>,
}

impl LastUses {
    /// Notes a use; `written_at` is when the last one was written.
    pub(crate) fn note(&self, grant_id: Id<Grant>, written_at: Option<Timestamp>, address: &str, now: Timestamp) {
        if written_at.is_some_and(|at| now.since(at) < COARSE) {
            return;
        }
        if let Ok(mut waiting) = self.waiting.lock()
            && waiting.len() < WAITING
        {
            waiting.insert(grant_id, LastUse { grant_id, at: now, address: address.to_owned() });
        }
    }

    /// Takes what waits.
    pub(crate) fn take(&self) -> Vec<LastUse> {
        self.waiting.lock().map(|mut waiting| waiting.drain().map(|(_, last)| last).collect()).unwrap_or_default()
    }
}
