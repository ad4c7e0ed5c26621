//! Live access tokens in memory, where one process owns the database. Owns that what stands here is never older than the
//! last commit that was answered: a write says what it touches, and that is forgotten after its COMMIT and before its answer.
//! Nothing is remembered of a shared database, where another process may write.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use model::{Id, SecretHash};

use crate::SeenToken;

/// Independent parts, so that readers of different tokens do not wait for each other.
const PARTS: usize = 16;

/// What a write means for the tokens that are held in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Touched {
    /// No live token can have ended by it.
    #[default]
    Nothing,
    /// Those under these ids: a family's, or the ones without a family.
    Tokens(Vec<Id<()>>),
    /// Any.
    Everything,
}

/// Tables whose rows no live token rests on.
const APART: [&str; 22] = [
    "attempts",
    "audit_events",
    "authorizations",
    "ceremonies",
    "device_codes",
    "feeds",
    "half_sign_ins",
    "mails",
    "notices",
    "passkeys",
    "proofs",
    "recovery_codes",
    "retired_names",
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

/// The memory: a bounded number of tokens, the seldom used ones given up first.
pub(crate) struct LiveTokens {
    parts: Vec<Mutex<Part>>,
    hasher: RandomState,
    /// At most so many in the newer half of one part.
    room: usize,
}

#[derive(Default)]
struct Part {
    /// Moves whenever something is forgotten: what was read before that is not remembered after it.
    forgotten: u64,
    /// Two halves: when the newer one is full it becomes the older one, and what was not asked for since is given up.
    newer: HashMap<Id<()>, Vec<Arc<SeenToken>>>,
    older: HashMap<Id<()>, Vec<Arc<SeenToken>>>,
}

/// That nothing was forgotten since.
#[derive(Clone, Copy)]
pub(crate) struct Ticket(u64);

impl LiveTokens {
    /// For at most about `capacity` tokens.
    pub(crate) fn new(capacity: usize) -> Self {
        let parts = (0..PARTS).map(|_| Mutex::default()).collect();
        Self { parts, hasher: RandomState::new(), room: capacity.div_ceil(2 * PARTS) }
    }

    /// The token if it is remembered; else the ticket with which it may be, once it was read.
    pub(crate) fn find(&self, id: Id<()>, generation: u64, hash: &SecretHash) -> Result<Arc<SeenToken>, Ticket> {
        let mut part = self.part(id);
        if let Some(older) = part.older.remove(&id) {
            self.put(&mut part, id, older);
        }
        let tokens = part.newer.get(&id).map(Vec::as_slice).unwrap_or_default();
        let found = tokens.iter().find(|seen| seen.token.generation == generation && seen.token.hash == *hash);
        found.cloned().ok_or(Ticket(part.forgotten))
    }

    /// Remembers what was read, unless something was forgotten since the ticket was given.
    pub(crate) fn remember(&self, ticket: Ticket, seen: &Arc<SeenToken>) {
        let id = seen.token.id;
        let mut part = self.part(id);
        if self.room > 0 && part.forgotten == ticket.0 {
            self.put(&mut part, id, vec![Arc::clone(seen)]);
        }
    }

    /// Forgets what was touched.
    pub(crate) fn forget(&self, touched: Touched) {
        match touched {
            Touched::Nothing => {}
            Touched::Tokens(ids) => {
                for id in ids {
                    let mut part = self.part(id);
                    part.forgotten += 1;
                    part.newer.remove(&id);
                    part.older.remove(&id);
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

    fn put(&self, part: &mut Part, id: Id<()>, tokens: Vec<Arc<SeenToken>>) {
        if part.newer.len() >= self.room && !part.newer.contains_key(&id) {
            part.older = std::mem::take(&mut part.newer);
        }
        part.newer.entry(id).or_default().extend(tokens);
    }

    fn part(&self, id: Id<()>) -> MutexGuard<'_, Part> {
        let place = usize::try_from(self.hasher.hash_one(id) >> 40).unwrap_or(0) % PARTS;
        #[expect(clippy::indexing_slicing, reason = "there are PARTS of them")]
        self.parts[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::{ClientId, Timestamp, client::Home};
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

    fn found(live: &LiveTokens, one: &SeenToken) -> bool {
        live.find(one.token.id, one.token.generation, &one.token.hash).is_ok()
    }

    fn remember(live: &LiveTokens, one: &Arc<SeenToken>) {
        if let Err(ticket) = live.find(one.token.id, one.token.generation, &one.token.hash) {
            live.remember(ticket, one);
        }
    }

    #[test]
    fn what_is_forgotten_between_reading_and_remembering_is_not_remembered() {
        let live = LiveTokens::new(100);
        let one = seen(Id::new(now()), "a");
        for touched in [Touched::Tokens(vec![one.token.id]), Touched::Everything] {
            let ticket = live.find(one.token.id, 0, &one.token.hash).err().unwrap();
            live.forget(touched);
            live.remember(ticket, &one);
            assert!(!found(&live, &one));
        }
        remember(&live, &one);
        assert!(found(&live, &one));
    }

    #[test]
    fn only_what_was_touched_is_forgotten_and_another_secret_finds_nothing() {
        let live = LiveTokens::new(100);
        let (one, other) = (seen(Id::new(now()), "a"), seen(Id::new(now()), "b"));
        remember(&live, &one);
        remember(&live, &other);
        assert!(live.find(one.token.id, 0, &other.token.hash).is_err());
        assert!(live.find(one.token.id, 1, &one.token.hash).is_err());
        live.forget(Touched::Tokens(vec![one.token.id]));
        assert!(!found(&live, &one) && found(&live, &other));
        live.forget(Touched::Everything);
        assert!(!found(&live, &other));
    }

    #[test]
    fn its_size_is_bounded_and_what_is_used_stays() {
        let live = LiveTokens::new(320);
        let used = seen(Id::new(now()), "used");
        remember(&live, &used);
        for number in 0..10_000 {
            remember(&live, &seen(Id::new(now()), &number.to_string()));
            assert!(found(&live, &used));
        }
        let held: usize =
            live.parts.iter().map(|part| part.lock().unwrap()).map(|p| p.newer.len() + p.older.len()).sum();
        assert!(held <= 2 * (320 + PARTS), "{held}");
        let none = LiveTokens::new(0);
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
        ] {
            assert_eq!(Touched::by(harmless), Touched::Nothing, "{harmless}");
        }
        for harmful in [
            "UPDATE users SET disabled_at = $2",
            "DELETE FROM memberships WHERE user_id = $1",
            "INSERT INTO clients (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            "WITH gone AS (DELETE FROM access_tokens RETURNING id) SELECT id FROM gone",
            "SAVEPOINT job; UPDATE families SET generation = 2",
        ] {
            assert_eq!(Touched::by(harmful), Touched::Everything, "{harmful}");
        }
    }
}
