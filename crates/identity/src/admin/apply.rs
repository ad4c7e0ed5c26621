//! Making things as a file says: what differs becomes acts, which are done one after another. Nothing differs after that, so that a
//! second time nothing is done.
//!
//! Owns what differs, and which things were made so: those alone go when the file does not name them any more, and only when that is
//! asked for. Does not own an act, nor how a file is written (`server`).

mod difference;
mod plan;

use std::pin::Pin;

use model::Timestamp;
use serde_json::{Value, json};
use storage::{Applied, StorageError};

use self::difference::{Difference, Marking, differences};
pub use self::plan::{Plan, PlannedClient, PlannedKind, PlannedOrganization, PlannedProject, PlannedResource};
use super::{Act, ActError};
use crate::Authority;

impl Authority {
    /// Makes it all as the plan says, or only says what would be done. What was made by an earlier plan and is not in this one goes, if
    /// `prune` says so.
    ///
    /// # Errors
    /// What cannot be as the plan says. What was done before that stands, and the next time goes on from there.
    pub(super) async fn apply(
        &self,
        plan: &Plan,
        dry_run: bool,
        prune: bool,
        now: Timestamp,
    ) -> Result<Value, ActError> {
        let all = {
            let mut read = self.parts.store.read().await?;
            differences(&mut read, plan, prune).await?
        };
        let (mut told, mut shown) = (Vec::new(), Vec::new());
        for difference in all {
            told.push(json!({ "change": difference.change, "kind": difference.kind, "name": difference.name, "what": difference.what }));
            if !dry_run {
                shown.extend(self.one(difference, told.len(), now).await?);
            }
        }
        Ok(json!({ "dry_run": dry_run, "changes": told, "shown_once": shown }))
    }

    /// Does what makes up one difference; the secret that it shows, if it does.
    async fn one(&self, difference: Difference, number: usize, now: Timestamp) -> Result<Option<Value>, ActError> {
        let Difference { kind, name, acts, marking, .. } = difference;
        let mut secret = None;
        for act in acts {
            let done = self.doing(act, now).await.map_err(|error| {
                let before = number.saturating_sub(1);
                error.after(&format!("{kind} {name}"), before)
            })?;
            if let Some(text) = done.get("client_secret").and_then(serde_json::Value::as_str) {
                secret = Some(json!({ "kind": kind, "name": name, "client_secret": text }));
            }
        }
        self.mark(marking, now).await?;
        Ok(secret)
    }

    /// An act that is a part of this one.
    fn doing(&self, act: Act, now: Timestamp) -> Pin<Box<dyn Future<Output = Result<Value, ActError>> + Send + '_>> {
        Box::pin(self.act(act, now))
    }

    async fn mark(&self, marking: Marking, now: Timestamp) -> Result<(), StorageError> {
        if matches!(marking, Marking::AsItIs) {
            return Ok(());
        }
        self.parts
            .store
            .transaction(move |tx| {
                let marking = marking.clone();
                Box::pin(async move {
                    match &marking {
                        Marking::Made(applied) => tx.insert_applied(applied, now).await,
                        Marking::Gone(applied) => tx.delete_applied(applied).await,
                        Marking::AsItIs => Ok(()),
                    }
                })
            })
            .await
    }
}

/// The mark of a thing.
fn applied(kind: &'static str, name: impl Into<String>) -> Applied {
    Applied { kind: kind.to_owned(), name: name.into() }
}
