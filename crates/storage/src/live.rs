//! Live access tokens and API keys in memory, where one process owns the database. Owns that what stands here is never older
//! than the last commit that was answered: a write says what it touches, and that is forgotten after its COMMIT and before its answer.
//! Nothing is remembered of a shared database, where another process may write.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{ApiKey, Id};

use crate::SeenToken;

/// Independent parts, so that readers of different tokens do not wait for each other.
const PARTS: usize = 16;

/// What a write means for the tokens and keys that are held in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Touched {
    /// No live token or key can have ended by it.
    #[default]
    Nothing,
    /// Those under these ids: a family's, the ones without a family, a key.
    Tokens(Vec<Id<()>>),
    /// Any.
    Everything,
}

/// Tables whose rows no live token and no live key rests on.
const APART: [&str; 31] = [
    "api_key_counts",
    "api_tokens",
    "applied_things",
    "attempts",
    "audit_checkpoints",
    "audit_events",
    "audit_seals",
    "authorizations",
    "ceremonies",
    "device_codes",
    "feeds",
    "half_sign_ins",
    "invitations",
    "kept_answers",
    "mails",
    "notices",
    "passkeys",
    "project_members",
    "proofs",
    "recovery_codes",
    "retired_names",
    "roles",
    "sessions",
    "signing_keys",
    "totps",
    "upstream_identities",
    "upstream_logins",
    "used_assertions",
    "versions",
    "webhook_deliveries",
    "webhooks",
];

impl Touched {
    /// What a statement may touch, by what it does to which table; whatever is not known to be harmless is everything.
    pub(crate) fn by(sql: &str) -> Self {
        let mut words = sql.split_ascii_whitespace();
        let table = match words.next() {
            Some("SELECT") => return Self::Nothing,
            // A new row ends nothing, unless it replaces one.
            Some("INSERT") if !sql.contains("DO UPDATE") => return Self::Nothing,
            Some("INSERT" | "DELETE") => words.nth(1),
            Some("UPDATE") => words.next(),
            _ => None,
        };
        if table.is_some_and(|table| APART.contains(&table)) { Self::Nothing } else { Self::Everything }
    }

    /// This and what another write touched.
    pub(crate) fn and(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Everything, _) | (_, Self::Nothing) => {}
            (Self::Tokens(these), Self::Tokens(those)) => these.extend(those),
            (_, other) => *self = other,
        }
    }
}

/// All that is remembered.
pub(crate) struct Memory {
    pub(crate) tokens: Live<SeenToken>,
    pub(crate) keys: Live<ApiKey>,
}

impl Memory {
    /// For at most about `capacity` of each.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { tokens: Live::new(capacity), keys: Live::new(capacity) }
    }

    /// Forgets what was touched. An id names one thing, whatever kind of thing it is.
    pub(crate) fn forget(&self, touched: &Touched) {
        self.tokens.forget(touched);
        self.keys.forget(touched);
    }
}

/// One kind of thing: a bounded number, the seldom used ones given up first.
pub(crate) struct Live<T> {
    parts: Vec<Mutex<Part<T>>>,
    hasher: RandomState,
    /// At most so many in the newer half of one part.
    room: usize,
}

struct Part<T> {
    /// Moves whenever something is forgotten: what was read before that is not remembered after it.
    forgotten: u64,
    /// Two halves: when the newer one is full it becomes the older one, and what was not asked for since is given up.
    newer: HashMap<Id<()>, Vec<Arc<T>>>,
    older: HashMap<Id<()>, Vec<Arc<T>>>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { forgotten: 0, newer: HashMap::new(), older: HashMap::new() }
    }
}

/// That nothing was forgotten since.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

impl<T> Live<T> {
    /// For at most about `capacity` of them.
    pub(crate) fn new(capacity: usize) -> Self {
        let parts = (0..PARTS).map(|_| Mutex::default()).collect();
        Self { parts, hasher: RandomState::new(), room: capacity.div_ceil(2 * PARTS) }
    }

    /// The one under this id that `is` knows, if it is remembered; else the ticket with which it may be, once it was read.
    pub(crate) fn find(&self, id: Id<()>, is: impl Fn(&T) -> bool) -> Result<Arc<T>, Ticket> {
        let mut part = self.part(id);
        if let Some(older) = part.older.remove(&id) {
            self.put(&mut part, id, older);
        }
        let held = part.newer.get(&id).map(Vec::as_slice).unwrap_or_default();
        held.iter().find(|one| is(one)).cloned().ok_or(Ticket(part.forgotten))
    }

    /// Remembers what was read, unless something was forgotten since the ticket was given.
    pub(crate) fn remember(&self, ticket: Ticket, id: Id<()>, one: &Arc<T>) {
        let mut part = self.part(id);
        if self.room > 0 && part.forgotten == ticket.0 {
            self.put(&mut part, id, vec![Arc::clone(one)]);
        }
    }

    /// Forgets what was touched.
    fn forget(&self, touched: &Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Tokens(ids) => {
                for id in ids {
                    let mut part = self.part(*id);
                    part.forgotten += 1;
                    part.newer.remove(id);
                    part.older.remove(id);
                }
            }
            Touched::Everything => {
                for part in &self.parts {
                    let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
                    let forgotten = part.forgotten + 1;
                    *part = Part { forgotten, ..Part::default() };
                }
            }
        }
    }

    fn put(&self, part: &mut Part<T>, id: Id<()>, more: Vec<Arc<T>>) {
        if part.newer.len() >= self.room && !part.newer.contains_key(&id) {
            part.older = std::mem::take(&mut part.newer);
        }
        part.newer.entry(id).or_default().extend(more);
    }

    fn part(&self, id: Id<()>) -> MutexGuard<'_, Part<T>> {
        let place = usize::try_from(self.hasher.hash_one(id) >> 40).unwrap_or(0) % PARTS;
        #[expect(clippy::indexing_slicing, reason = "there are PARTS of them")]
        self.parts[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::{ClientId, SecretHash, Timestamp, client::Home};
    use protocol::Scope;

    use super::*;
    use crate::{AccessToken, Behalf};

    fn now() -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }

    fn seen(id: Id<()>, secret: &str) -> Arc<SeenToken> {
        let token = AccessToken {
            id,
            generation: 0,
            hash: SecretHash::of(secret.as_bytes()),
            family_id: None,
            client_id: ClientId::new("client"),
            resource_id: None,
            scope: Scope::default(),
            actors: Vec::new(),
            issued_at: now(),
            expires_at: now(),
        };
        let behalf = Behalf::Client(Home { organization_id: Id::new(now()), project_id: Id::new(now()) });
        Arc::new(SeenToken { token, behalf })
    }

    fn find(live: &Live<SeenToken>, id: Id<()>, hash: &SecretHash) -> Result<Arc<SeenToken>, Ticket> {
        live.find(id, |seen| seen.token.hash == *hash)
    }

    fn found(live: &Live<SeenToken>, one: &SeenToken) -> bool {
        find(live, one.token.id, &one.token.hash).is_ok()
    }

    fn remember(live: &Live<SeenToken>, one: &Arc<SeenToken>) {
        if let Err(ticket) = find(live, one.token.id, &one.token.hash) {
            live.remember(ticket, one.token.id, one);
        }
    }

    #[test]
    fn what_is_forgotten_between_reading_and_remembering_is_not_remembered() {
        let live = Live::new(100);
        let one = seen(Id::new(now()), "a");
        for touched in [Touched::Tokens(vec![one.token.id]), Touched::Everything] {
            let ticket = find(&live, one.token.id, &one.token.hash).err().unwrap();
            live.forget(&touched);
            live.remember(ticket, one.token.id, &one);
            assert!(!found(&live, &one));
        }
        remember(&live, &one);
        assert!(found(&live, &one));
    }

    #[test]
    fn only_what_was_touched_is_forgotten_and_another_secret_finds_nothing() {
        let live = Live::new(100);
        let (one, other) = (seen(Id::new(now()), "a"), seen(Id::new(now()), "b"));
        remember(&live, &one);
        remember(&live, &other);
        assert!(find(&live, one.token.id, &other.token.hash).is_err());
        live.forget(&Touched::Tokens(vec![one.token.id]));
        assert!(!found(&live, &one) && found(&live, &other));
        live.forget(&Touched::Everything);
        assert!(!found(&live, &other));
    }

    #[test]
    fn its_size_is_bounded_and_what_is_used_stays() {
        let live = Live::new(320);
        let used = seen(Id::new(now()), "used");
        remember(&live, &used);
        for number in 0..10_000 {
            remember(&live, &seen(Id::new(now()), &number.to_string()));
            assert!(found(&live, &used));
        }
        let held: usize =
            live.parts.iter().map(|part| part.lock().unwrap()).map(|p| p.newer.len() + p.older.len()).sum();
        assert!(held <= 2 * (320 + PARTS), "{held}");
        let none = Live::new(0);
        remember(&none, &used);
        assert!(!found(&none, &used));
    }

    #[test]
    fn a_statement_that_is_not_known_to_be_harmless_touches_everything() {
        for harmless in [
            "SELECT * FROM grants",
            "INSERT INTO grants (id) VALUES ($1)",
            "UPDATE sessions SET seen_at = $2",
            "DELETE FROM attempts WHERE subject = $1",
            "INSERT INTO attempts (subject) VALUES ($1) ON CONFLICT (subject) DO UPDATE SET count = 1",
            "UPDATE api_key_counts SET minute_count = 1 WHERE key_id = $1",
        ] {
            assert_eq!(Touched::by(harmless), Touched::Nothing, "{harmless}");
        }
        for harmful in [
            "UPDATE users SET disabled_at = $2",
            "DELETE FROM memberships WHERE user_id = $1",
            "UPDATE api_keys SET revoked_at = $2 WHERE user_id = $1",
            "INSERT INTO clients (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            "WITH gone AS (DELETE FROM access_tokens RETURNING id) SELECT id FROM gone",
            "SAVEPOINT job; UPDATE families SET generation = 2",
        ] {
            assert_eq!(Touched::by(harmful), Touched::Everything, "{harmful}");
        }
    }
}
