//! What the flows measure: each name, type and help, once. Whoever counts holds the handle; nothing is looked up.
//!
//! Counted is what is durable, after its transaction: one that runs again counts once.

use std::time::Duration;

use model::Timestamp;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use storage::Purged;

/// Seconds that a password waits for its turn, and that one takes.
const PASSWORD: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// What became of a refresh (docs/families.md).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refresh {
    /// A new pair.
    Rotated,
    /// The head within the window: the same pair.
    Again,
    /// The predecessor within the window: the same pair.
    Retried,
    /// The predecessor later, its successor never seen: a fresh pair.
    Recovered,
    /// A stale copy: the family ended.
    Reused,
    /// Newer than the database: the family ended.
    RolledBack,
    /// What it rests on is gone: the family ended.
    Withdrawn,
    /// Unknown, expired, another's, or asked wrongly: nothing changed.
    Refused,
}

/// What became of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Code {
    /// Tokens were issued.
    Redeemed,
    /// It had been redeemed before: what it gave was ended.
    Replayed,
    /// Nothing changed.
    Refused,
}

/// The flows' self.
pub(crate) struct Metrics {
    registry: Registry,
    refreshes: [Counter; 8],
    codes: [Counter; 3],
    introspections: [Counter; 2],
    documents: [Counter; 2],
    ended: [Counter; 2],
    janitor_rounds: [Counter; 2],
    removed: Family<[(&'static str, &'static str); 1], Counter>,
    /// Clients and resources were read into memory anew.
    pub(crate) policy_reloads: Counter,
    webhook_attempts: [Counter; 2],
    /// Events that were given their place.
    pub(crate) events_placed: Counter,
    backups: [Counter; 2],
    last_backup: Gauge,
    /// Entries of the audit trail that were sealed.
    pub(crate) entries_sealed: Counter,
    event_streams: Gauge,
    /// Streams of events that were not opened, because too many were.
    pub(crate) event_streams_refused: Counter,
    /// Streams of events whose reader fell behind.
    pub(crate) event_streams_cut: Counter,
}

impl Metrics {
    /// Declares them; `passwords` are the hasher's.
    pub(crate) fn new(passwords: &Passwords) -> Self {
        let mut registry = Registry::default();
        let declared = &mut registry;
        let refreshes = outcomes(
            declared,
            "lanyard_refreshes",
            "Refresh tokens that were presented, by what became of them",
            ["rotated", "answered_again", "retried", "recovered", "reused", "rolled_back", "withdrawn", "refused"],
        );
        let codes = outcomes(
            declared,
            "lanyard_codes",
            "Authorization codes that were presented, by what became of them",
            ["redeemed", "replayed", "refused"],
        );
        let introspections = outcomes(
            declared,
            "lanyard_introspections",
            "Tokens that resource servers asked about, by the answer",
            ["active", "inactive"],
        );
        let documents = outcomes(
            declared,
            "lanyard_client_documents",
            "Client ID metadata documents that were asked for at their address",
            ["fetched", "failed"],
        );
        let ended = outcomes(
            declared,
            "lanyard_connections_ended",
            "Connections that were ended on purpose, by whom",
            ["by_client", "by_person"],
        );
        let janitor_rounds = outcomes(
            declared,
            "lanyard_janitor_rounds",
            "Rounds of the janitor that removed what had expired",
            ["done", "failed"],
        );
        let (removed, policy_reloads) = (Family::default(), Counter::default());
        declared.register(
            "lanyard_janitor_removed_rows",
            "Rows that the janitor removed, by their table",
            removed.clone(),
        );
        declared.register(
            "lanyard_policy_reloads",
            "How often clients and resources were read into memory anew",
            policy_reloads.clone(),
        );
        passwords.declare(declared);
        let webhook_attempts = outcomes(
            declared,
            "lanyard_webhook_attempts",
            "Attempts to deliver an event to an organisation's address",
            ["taken", "failed"],
        );
        let (events_placed, event_streams) = (Counter::default(), Gauge::default());
        declared.register(
            "lanyard_events_placed",
            "Events that were given their place in the order",
            events_placed.clone(),
        );
        let backups = outcomes(
            declared,
            "lanyard_backups",
            "Backups that were begun, by what became of them",
            ["made", "failed"],
        );
        let last_backup = Gauge::default();
        declared.register(
            "lanyard_last_backup_timestamp_seconds",
            "When this process made its last backup, in seconds since 1970; 0 before the first",
            last_backup.clone(),
        );
        let entries_sealed = Counter::default();
        declared.register(
            "lanyard_audit_entries_sealed",
            "Entries of the audit trail that were put under a seal",
            entries_sealed.clone(),
        );
        declared.register("lanyard_event_streams", "Streams of events that are open", event_streams.clone());
        let [event_streams_refused, event_streams_cut] = outcomes(
            declared,
            "lanyard_event_streams_ended",
            "Streams of events that were not opened because too many were, or cut because their reader fell behind",
            ["refused", "cut"],
        );
        Self {
            registry,
            refreshes,
            codes,
            introspections,
            documents,
            ended,
            janitor_rounds,
            removed,
            policy_reloads,
            webhook_attempts,
            events_placed,
            backups,
            last_backup,
            entries_sealed,
            event_streams,
            event_streams_refused,
            event_streams_cut,
        }
    }

    /// All of them.
    pub(crate) const fn registry(&self) -> &Registry {
        &self.registry
    }

    pub(crate) fn refresh(&self, outcome: Refresh) {
        let [rotated, again, retried, recovered, reused, rolled_back, withdrawn, refused] = &self.refreshes;
        match outcome {
            Refresh::Rotated => rotated,
            Refresh::Again => again,
            Refresh::Retried => retried,
            Refresh::Recovered => recovered,
            Refresh::Reused => reused,
            Refresh::RolledBack => rolled_back,
            Refresh::Withdrawn => withdrawn,
            Refresh::Refused => refused,
        }
        .inc();
    }

    pub(crate) fn code(&self, outcome: Code) {
        let [redeemed, replayed, refused] = &self.codes;
        match outcome {
            Code::Redeemed => redeemed,
            Code::Replayed => replayed,
            Code::Refused => refused,
        }
        .inc();
    }

    pub(crate) fn introspection(&self, is_active: bool) {
        either(&self.introspections, is_active);
    }

    pub(crate) fn document(&self, is_fetched: bool) {
        either(&self.documents, is_fetched);
    }

    pub(crate) fn connection_ended(&self, is_by_client: bool) {
        either(&self.ended, is_by_client);
    }

    pub(crate) fn janitor_round(&self, is_done: bool) {
        either(&self.janitor_rounds, is_done);
    }

    pub(crate) fn backup(&self, is_made: bool, now: Timestamp) {
        either(&self.backups, is_made);
        if is_made {
            self.last_backup.set(now.as_seconds());
        }
    }

    pub(crate) fn webhook_attempt(&self, is_taken: bool) {
        either(&self.webhook_attempts, is_taken);
    }

    /// How many streams of events are open at this moment.
    pub(crate) fn event_streams(&self, open: usize) {
        self.event_streams.set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    pub(crate) fn removed(&self, purged: &Purged) {
        for (table, rows) in &purged.removed {
            self.removed.get_or_create(&[("table", *table)]).inc_by(*rows);
        }
    }
}

/// What is measured of argon2.
pub(crate) struct Passwords {
    waiting: Gauge,
    running: Gauge,
    wait_seconds: Histogram,
    run_seconds: Histogram,
    /// So many waited that another was sent away.
    pub(crate) turned_away: Counter,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Gauge::default(),
            running: Gauge::default(),
            wait_seconds: Histogram::new(PASSWORD),
            run_seconds: Histogram::new(PASSWORD),
            turned_away: Counter::default(),
        }
    }

    fn declare(&self, registry: &mut Registry) {
        registry.register("lanyard_password_hashes_waiting", "Passwords that wait to be hashed", self.waiting.clone());
        registry.register("lanyard_password_hashes_running", "Passwords that are being hashed", self.running.clone());
        registry.register(
            "lanyard_password_hash_wait_seconds",
            "Time that a password waited for its turn",
            self.wait_seconds.clone(),
        );
        registry.register(
            "lanyard_password_hash_seconds",
            "Time that hashing a password took",
            self.run_seconds.clone(),
        );
        registry.register(
            "lanyard_password_hashes_turned_away",
            "Passwords that were not hashed, because too many waited already; they were answered 503",
            self.turned_away.clone(),
        );
    }

    /// One was hashed.
    pub(crate) fn hashed(&self, waited: Duration, took: Duration) {
        self.wait_seconds.observe(waited.as_secs_f64());
        self.run_seconds.observe(took.as_secs_f64());
    }

    /// How many wait and run at this moment.
    pub(crate) fn now(&self, waiting: usize, running: usize) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.waiting.set(count(waiting));
        self.running.set(count(running));
    }
}

fn either([yes, no]: &[Counter; 2], is: bool) {
    if is { yes } else { no }.inc();
}

/// One counter for each way in which something ends; all of them are there from the beginning, as nought.
fn outcomes<const N: usize>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    outcomes: [&'static str; N],
) -> [Counter; N] {
    let family = Family::<[(&'static str, &'static str); 1], Counter>::default();
    registry.register(name, help, family.clone());
    outcomes.map(|outcome| family.get_or_create_owned(&[("outcome", outcome)]))
}
