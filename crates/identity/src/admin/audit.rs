//! The audit trail, by the operator: listed, and verified step by step.

use model::{Id, Timestamp, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use storage::{Read, TrailFilter, TrailOf};

use super::{ActError, organization, user};
use crate::{
    Authority,
    audit::{self, Place},
};

/// At the most in one page.
const MOST: u32 = 500;

/// What of the trail is wanted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuditAsk {
    /// Of which organisation (slug or id).
    pub organization: Option<String>,
    /// Done by whom, or concerning whom: address or id.
    pub person: Option<String>,
    /// One action, or an area of them.
    pub action: Option<String>,
    /// Not before this, in seconds since 1970.
    pub since: Option<i64>,
    /// Before this.
    pub until: Option<i64>,
    /// Older than the entry with this id.
    pub before: Option<String>,
    /// Entries, 500 at the most.
    pub most: u32,
}

impl Authority {
    pub(super) async fn audit_list(&self, ask: AuditAsk) -> Result<Value, ActError> {
        let mut read = self.parts.store.read().await?;
        let of = match &ask.organization {
            Some(named) => TrailOf::Organization(organization::find(&mut read, named).await?.id),
            None => TrailOf::Server,
        };
        let person = match &ask.person {
            Some(named) => Some(person(&mut read, named).await?),
            None => None,
        };
        drop(read);
        if let Some(action) = ask.action.as_deref().filter(|action| !audit::is_action(action)) {
            return Err(ActError::new(format!(
                "'{}' names no action; write one such as grant.allowed, or an area such as grant",
                action.escape_debug()
            )));
        }
        let filter = TrailFilter {
            person,
            action: ask.action,
            since: ask.since.map(Timestamp::from_seconds),
            until: ask.until.map(Timestamp::from_seconds),
            before: ask.before,
            ..TrailFilter::all(of)
        };
        let page = self.trail(&filter, ask.most.clamp(1, MOST)).await?;
        let entries: Vec<Value> = page.entries.iter().map(audit::shown).collect();
        Ok(json!({ "entries": entries, "next": page.next }))
    }

    pub(super) async fn audit_verify(&self, from: Option<Place>, head: Option<&str>) -> Result<Value, ActError> {
        let verified = self.verify_audit(from, head).await?;
        serde_json::to_value(verified).map_err(|error| ActError::new(error.to_string()))
    }
}

/// Somebody who is gone is named by their id.
async fn person(read: &mut Read, named: &str) -> Result<Id<User>, ActError> {
    match Id::parse(named) {
        Some(id) => Ok(id),
        None => Ok(user::find(read, named).await?.id),
    }
}
