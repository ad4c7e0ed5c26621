//! The trail as it is read and exported: a person's own, an organisation's, the server's. What somebody may not see is not among it.

use model::AuditEntry;
use serde_json::{Value, json};
use storage::{TrailEntry, TrailFilter};

use crate::{Authority, Error};

/// So many are read at once for an export.
const PAGE: u32 = 500;

/// One page of a trail.
#[derive(Clone, Debug)]
pub struct TrailPage {
    /// Newest first.
    pub entries: Vec<TrailEntry>,
    /// Behind which entry the next page goes on; nothing if this is the last.
    pub next: Option<String>,
}

impl Authority {
    /// A page of a trail, `most` entries at the most. Whether the asker may see that trail is asked before.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn trail(&self, filter: &TrailFilter, most: u32) -> Result<TrailPage, Error> {
        let mut entries = self.parts.store.read().await?.trail(filter, most.saturating_add(1)).await?;
        let page = usize::try_from(most).unwrap_or(usize::MAX);
        let more = entries.len() > page;
        entries.truncate(page);
        let next = if more { entries.last().map(|last| last.entry.id.clone()) } else { None };
        Ok(TrailPage { entries, next })
    }

    /// The next piece of an export, as JSON lines, and the filter behind it; nothing behind the last.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn export_trail(&self, filter: TrailFilter) -> Result<(String, Option<TrailFilter>), Error> {
        let page = self.trail(&filter, PAGE).await?;
        let lines = page.entries.iter().map(|entry| format!("{}\n", shown(entry))).collect();
        Ok((lines, page.next.map(|before| TrailFilter { before: Some(before), ..filter })))
    }
}

/// Whether this can name an action or an area of actions.
#[must_use]
pub fn is_action(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'.'))
}

/// An entry as it is exported: the time as RFC 3339, ids, and names as they are now. What is not there has no member.
#[must_use]
pub fn shown(one: &TrailEntry) -> Value {
    let AuditEntry { id, at, action, by, user_id, client_id, organization_id, project_id, .. } = &one.entry;
    let mut shown = json!({
        "id": id,
        "at": at.rfc3339(),
        "action": action,
        "by": by,
        "by_email": one.by_email,
        "token_id": one.entry.token_id,
        "address": one.entry.address,
        "user_id": user_id,
        "user_email": one.user_email,
        "client_id": client_id.as_ref().map(model::ClientId::as_str),
        "client_name": one.client_name,
        "organization_id": organization_id,
        "organization": one.organization_slug,
        "project_id": project_id,
        "project_name": one.project_name,
        "resource_id": one.entry.resource_id.as_ref().map(model::ResourceId::as_str),
        "grant_id": one.entry.grant_id,
        "key_id": one.entry.key_id,
        "subject": one.entry.subject,
    });
    if let Some(members) = shown.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    shown
}
