//! API keys among the connections: the same row, the same button.

use identity::api_key::HeldKey;
use model::Timestamp;

use super::super::{Visit, words};
use crate::view::{self, App, EndedConnection, LastUse, Moment, ProjectName, Provenance};

/// Whether it was neither taken back nor has expired.
pub(in crate::page) fn is_live(held: &HeldKey, now: Timestamp) -> bool {
    held.key.revoked.is_none() && now < held.key.expires_at
}

/// A key that somebody may use.
pub(in crate::page) fn row(visit: &Visit, held: &HeldKey) -> view::Connection {
    let key = &held.key;
    let ago = |at: Timestamp| Moment::ago(at.as_micros(), visit.now.as_micros());
    let can = match held.works {
        true => held.reads.iter().chain(&held.changes).cloned().collect(),
        false => vec![visit.say("connections-nothing-key").into()],
    };
    view::Connection {
        id: key.id.to_string(),
        app: app(held),
        project: Some(project(held)),
        can,
        changes: !held.changes.is_empty(),
        devices: Vec::new(),
        given: Moment::date(key.created_at.as_micros()),
        last_use: held.used_at.map(|at| LastUse { at: ago(at), from: held.used_address.clone() }),
        until: Some(Moment::date(key.expires_at.as_micros())),
        given_by: None,
        end: Some(format!("/connections/{}/disconnect", key.id)),
    }
}

/// A key that has ended.
pub(in crate::page) fn ended(held: &HeldKey, now: Timestamp) -> EndedConnection {
    let (at, reason) = match &held.key.revoked {
        Some(end) => (end.at, end.reason.as_str()),
        None => (held.key.expires_at, "expired"),
    };
    EndedConnection {
        app: app(held),
        project: Some(project(held)),
        given_by: None,
        at: Moment::ago(at.as_micros(), now.as_micros()),
        reason: words::end_reason(reason),
    }
}

fn app(held: &HeldKey) -> App {
    App { name: held.key.name.clone(), provenance: Provenance::ApiKey { hint: held.key.hint() } }
}

fn project(held: &HeldKey) -> ProjectName {
    ProjectName { name: held.project_name.clone(), organization: held.organization_name.clone() }
}
