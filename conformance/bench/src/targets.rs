//! What is aimed at, and whether it is reached. Judged only where everything that it takes was measured.

use crate::{
    extras::{Extras, SignIns},
    options::{Flow, ServerName},
    report::Row,
};

/// One target.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Target {
    /// What is measured.
    pub what: String,
    /// What is wanted, in words.
    pub wanted: String,
    /// What was seen, in the same unit.
    pub seen: f64,
    /// Whether that is enough.
    pub reached: bool,
}

const CONNECTIONS: [usize; 2] = [16, 64];

/// Every target that can be judged.
pub fn judged(rows: &[Row], extras: &Extras) -> Vec<Target> {
    let mut targets = Vec::new();
    for connections in CONNECTIONS {
        let at = |server, flow| rate(rows, server, flow, connections);
        let (lanyard, bare, other) = (ServerName::Lanyard, ServerName::Bare, ServerName::OidcProvider);
        let compared = [
            (Flow::Metadata, at(bare, Flow::Metadata), "× bare", 0.85, ""),
            (Flow::Jwks, at(bare, Flow::Jwks), "× bare", 0.85, ""),
            (Flow::Introspection, at(bare, Flow::Introspection), "× bare", 0.25, " (a database read each)"),
            (Flow::Introspection, at(bare, Flow::Introspection), "× bare", 0.40, " (live tokens in memory)"),
            (Flow::ApiKey, at(bare, Flow::ApiKey), "× bare", 0.40, ""),
            (Flow::Refresh, at(other, Flow::Refresh), "× oidc-provider", 8.0, ""),
            (Flow::ClientCredentials, at(other, Flow::ClientCredentials), "× oidc-provider", 5.0, ""),
            (Flow::Code, at(other, Flow::Code), "× oidc-provider", 8.0, ""),
        ];
        for (flow, base, unit, wanted, note) in compared {
            if let (Some(ours), Some(base)) = (at(lanyard, flow), base) {
                let what = format!("{}, {connections} connections{note}", flow.words());
                targets.push(at_least(what, unit, wanted, ours / base));
            }
        }
        let shared = extras.shared.iter().find(|cell| cell.connections == connections).map(|cell| cell.per_second);
        if let (Some(shared), Some(pinned)) = (shared, at(lanyard, Flow::Refresh)) {
            let what = format!("refresh, both cores shared, {connections} connections");
            targets.push(at_least(what, "× pinned", 0.65, shared / pinned));
        }
    }
    let refresh = rows.iter().find(|row| row.is(ServerName::Lanyard, Flow::Refresh, 16));
    if let Some(row) = refresh.filter(|row| row.cell.answers > 0) {
        targets.push(at_most("refresh, 16 connections, p99".to_owned(), "ms", 10.0, row.cell.p99_ms));
    }
    targets.extend(extras.first_answer_ms.map(|ms| at_most("first answer".to_owned(), "ms", 150.0, ms)));
    targets.extend(beside(extras));
    targets
}

#[expect(clippy::cast_precision_loss, reason = "bytes are far below 2^52")]
fn beside(extras: &Extras) -> Vec<Target> {
    let mut targets = Vec::new();
    if let (Some(bytes), Some(seconds)) = (extras.idle_resident, extras.idle_seconds) {
        let what = format!("resident, idle for {seconds} s");
        targets.push(at_most(what, "MB", 40.0, bytes as f64 / 1e6));
    }
    if let Some(SignIns { at_a_time, refreshes, .. }) =
        extras.sign_ins.as_ref().filter(|seen| seen.refreshes.answers > 0)
    {
        targets.push(at_most(format!("refresh, {at_a_time} sign-ins in flight, p99"), "ms", 50.0, refreshes.p99_ms));
    }
    if let Some(guarded) = &extras.guarded {
        for (open, fed) in
            guarded.open.iter().zip(&guarded.fed).filter(|(open, fed)| open.answers > 0 && fed.answers > 0)
        {
            let what = format!("a guard with the feed, {} connections", fed.connections);
            targets.push(at_least(what, "× without it", 0.80, fed.per_second / open.per_second));
        }
        let what = "from a revocation to the refusal at the guard, p99".to_owned();
        targets.push(at_most(what, "ms", 1000.0, guarded.refused.p99_ms));
    }
    if let Some(size) = &extras.size {
        let what = format!("database after {} refreshes of {} families", size.refreshes, size.families);
        targets.push(at_most(what, "× after one each", 1.2, size.after as f64 / size.before.max(1) as f64));
    }
    targets
}

/// Right answers a second; nothing where there were none.
pub fn rate(rows: &[Row], server: ServerName, flow: Flow, connections: usize) -> Option<f64> {
    let row = rows.iter().find(|row| row.is(server, flow, connections))?;
    (row.cell.answers > 0).then_some(row.cell.per_second)
}

fn at_least(what: String, unit: &str, wanted: f64, seen: f64) -> Target {
    Target { what, wanted: format!("≥ {wanted} {unit}"), seen, reached: seen >= wanted }
}

fn at_most(what: String, unit: &str, wanted: f64, seen: f64) -> Target {
    Target { what, wanted: format!("≤ {wanted} {unit}"), seen, reached: seen <= wanted }
}
