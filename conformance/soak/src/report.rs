//! What a run has met, what it must have met to mean anything, and what was wrong.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    fleet::{Death, Fleet},
    history::{Contradiction, Explained, Explanation, in_words},
    journal::{Actor, Entry, Journal, Outcome},
    moment::Moment,
    plan::Kind,
    record::Record,
    rule::{Meaning, Rules, State},
    seat::is_honest,
};

/// A lost request counts as under way for so long, first.
const LINGERS: Duration = Duration::from_secs(1);
/// A contradiction is believed only if it stands with this.
const LINGERS_AT_MOST: Duration = Duration::from_secs(12);

/// What was met, by name.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<&'static str, u64>);

/// Everything about a run.
#[derive(Debug, Default)]
pub struct Report {
    /// What was met.
    pub counts: Counts,
    /// What was wrong, for people; a run with any of these has failed.
    pub wrong: Vec<String>,
}

/// What a run without is no run; by the names of the counts.
const ESSENTIAL: [&str; 21] = [
    "kills",
    "connections",
    "answers lost",
    "answers lost to a reset or a kill, of requests that had been done",
    "codes redeemed",
    "codes replayed, their family ended",
    "rotated",
    "again: the head within the window",
    "retried: the predecessor within the window",
    "recovered: the predecessor later, its successor unseen",
    "reused: the predecessor, its successor seen; family ended",
    "reused: the predecessor after the recovery window; family ended",
    "reused: older than the predecessor; family ended",
    "refused: the family had ended",
    "first uses of an access token",
    "access tokens that had ended",
    "given back",
    "careful processes, never refused",
    "two processes with one store, never refused",
    "thieves found",
    "alive at the end, with one head",
];

impl Counts {
    /// One more.
    pub fn count(&mut self, name: &'static str) {
        self.add(name, 1);
    }

    /// So many more.
    pub fn add(&mut self, name: &'static str, more: u64) {
        *self.0.entry(name).or_default() += more;
    }

    /// How many.
    #[must_use]
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// Everything that was counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        for (name, more) in &other.0 {
            self.add(name, *more);
        }
    }

    /// All, a line each.
    #[must_use]
    pub fn lines(&self) -> String {
        self.0.iter().map(|(name, count)| format!("{count:>9}  {name}\n")).collect()
    }
}

impl Report {
    /// Explains every connection of a run.
    #[must_use]
    pub fn of(records: &[Arc<Record>], fleet: &Fleet, rules: &Rules) -> Self {
        let deaths = fleet.deaths();
        let latest = |lingers: Duration| {
            let (deaths, outlived) = (deaths.clone(), fleet.outlives_its_servers());
            move |entry: &Entry| last_effect(entry, &deaths, outlived, lingers)
        };
        let mut report = Self::default();
        report.counts.add("kills", u64::try_from(deaths.len()).unwrap_or(0));
        for record in records {
            match record.explain(rules, &latest(LINGERS), &latest(LINGERS_AT_MOST)) {
                Ok(explanation) => report.understood(record, &explanation),
                Err(contradiction) => report.contradicted(record, &contradiction),
            }
        }
        report
    }

    /// Whether everything was right, and enough of it happened.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        self.wrong.is_empty()
    }

    /// A run that never met what it is for has failed.
    pub fn insist_on_essentials(&mut self) {
        for name in ESSENTIAL.into_iter().filter(|name| self.counts.of(name) == 0) {
            self.wrong.push(format!("this run never met: {name}"));
        }
    }

    fn contradicted(&mut self, record: &Record, contradiction: &Contradiction) {
        let (entry, told) = (contradiction.entry, record.told(contradiction.entry));
        let why = if contradiction.gave_up { "has too many explanations to follow" } else { "cannot be explained" };
        let states = &contradiction.states;
        self.wrong.push(format!("entry {entry} {why}; before it: {states:#?}\n{told}"));
    }

    fn understood(&mut self, record: &Record, explanation: &Explanation) {
        let journal = record.journal();
        self.counts.count("connections");
        for (entry, explained) in journal.entries().iter().zip(&explanation.entries) {
            self.request(&journal, entry, explained);
        }
        self.honesty(record);
        let met = |meaning| explanation.entries.iter().any(|entry| entry.certain() == Some(meaning));
        let reused = [Meaning::ReusedSeen, Meaning::ReusedLate, Meaning::ReusedStale].into_iter().any(met);
        if reused && explanation.states != [State::Over] {
            self.wrong.push(format!("a stale copy was refused, and the family lived on\n{}", record.told(usize::MAX)));
        }
        if record.script.kind == Kind::Stolen && reused {
            self.counts.count("thieves found");
        }
        // The last thing that is asked of a connection that lives is an old token of it.
        let audited = journal.entries().iter().rev().take_while(|entry| entry.actor == Actor::Auditor);
        if audited.filter(|entry| matches!(entry.outcome, Outcome::Pair { .. })).count() >= 2 {
            self.counts.count("alive at the end, with one head");
        }
    }

    /// No honest client is signed out.
    fn honesty(&mut self, record: &Record) {
        if !is_honest(&record.script) || !record.began() {
            return;
        }
        match (record.script.kind, record.refusal()) {
            (Kind::Careful, None) => self.counts.count("careful processes, never refused"),
            (_, None) => self.counts.count("two processes with one store, never refused"),
            (Kind::Shared, Some(_)) if record.has_stood_still() => {
                self.counts
                    .count("two processes with one store, refused after this machine stood still for half a window");
            }
            (_, Some(entry)) => {
                let what = in_words(&record.journal(), &entry);
                self.wrong.push(format!("an honest client was signed out: {what}\n{}", record.told(usize::MAX)));
            }
        }
    }

    fn request(&mut self, journal: &Journal, entry: &Entry, explained: &Explained) {
        match entry.outcome {
            Outcome::Lost => {
                self.counts.count("answers lost");
                return;
            }
            Outcome::Unavailable => {
                self.counts.count("503");
                return;
            }
            _ => {}
        }
        let Some(meaning) = explained.certain() else {
            self.counts.count("answers that more than one row allows");
            return;
        };
        self.counts.count(name(meaning));
        if (meaning == Meaning::Retried && is_first_heard(journal, entry))
            || (meaning == Meaning::Recovered && supersedes_the_unheard(journal, entry))
        {
            self.counts.count("answers lost to a reset or a kill, of requests that had been done");
        }
    }
}

/// Whether nobody had been told this pair when the request ended: then whoever made it lost its answer.
fn is_first_heard(journal: &Journal, entry: &Entry) -> bool {
    let Outcome::Pair { refresh, .. } = entry.outcome else { return false };
    !journal.entries().iter().any(|other| {
        other.sent < entry.sent && matches!(other.outcome, Outcome::Pair { refresh: known, .. } if known == refresh)
    })
}

/// Whether nobody was ever told of the successor that this recovery superseded.
fn supersedes_the_unheard(journal: &Journal, entry: &Entry) -> bool {
    let Outcome::Pair { refresh, .. } = entry.outcome else { return false };
    let superseded = journal.generation(refresh).saturating_sub(1);
    !journal.refresh_tokens().into_iter().any(|token| journal.generation(token) == superseded)
}

/// When a request whose answer never came can have had an effect at the latest: for a while, but not after its server's end,
/// unless the database goes on without it.
fn last_effect(entry: &Entry, deaths: &[Death], outlived: bool, lingers: Duration) -> Moment {
    let until = entry.ended.plus(lingers);
    let killed = deaths.iter().find(|death| death.server == entry.server && death.at >= entry.sent);
    match killed {
        Some(death) if !outlived => until.min(death.at),
        _ => until,
    }
}

const fn name(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Redeemed => "codes redeemed",
        Meaning::CodeReplayed => "codes replayed, their family ended",
        Meaning::CodeExpired => "codes that came too late",
        Meaning::Again => "again: the head within the window",
        Meaning::Rotated => "rotated",
        Meaning::Retried => "retried: the predecessor within the window",
        Meaning::Recovered => "recovered: the predecessor later, its successor unseen",
        Meaning::ReusedSeen => "reused: the predecessor, its successor seen; family ended",
        Meaning::ReusedLate => "reused: the predecessor after the recovery window; family ended",
        Meaning::ReusedStale => "reused: older than the predecessor; family ended",
        Meaning::Dead => "refused: the family had ended",
        Meaning::FirstSight => "first uses of an access token",
        Meaning::Good => "further uses of an access token",
        Meaning::Ended => "access tokens that had ended",
        Meaning::Revoked => "given back",
    }
}
