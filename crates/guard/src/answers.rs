//! Remembers answers, where the app asked for it: for a time that it named, or for as long as the event feed would say that
//! they are not true any more. Bounded; an answer that events overtook on its way is not remembered.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::bearer::Bearer;
use crate::feed::{Gone, Link};
use crate::grant::{Good, Grant};

/// With the feed, an answer is asked for again after this long all the same: for what no event tells.
const FED: Duration = Duration::from_secs(60);
/// So many events are compared with an answer that was on its way when they came.
const OVERTAKING: usize = 256;

/// A token as it is remembered: a SHA-256.
pub(crate) type Key = [u8; 32];

/// What an app allowed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    /// Good answers, for so long.
    pub good: Option<Duration>,
    /// Refusals, for so long.
    pub refused: Option<Duration>,
    /// At most so many of either.
    pub capacity: usize,
}

/// What is remembered of a token.
pub(crate) enum Recalled {
    Good(Arc<Good>),
    Refused,
    Unknown(Ticket),
}

/// When a question was asked, in time and in events.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    asked_at: Instant,
    connection: u64,
    events: u64,
}

pub(crate) struct Answers {
    memory: Memory,
    link: Option<Arc<Link>>,
    good: Mutex<Bounded<Remembered>>,
    refused: Mutex<Bounded<Instant>>,
    /// How many events came, and the last of them.
    events: AtomicU64,
    overtaking: Mutex<VecDeque<(u64, Gone)>>,
}

#[derive(Clone)]
struct Remembered {
    since: Instant,
    connection: u64,
    good: Arc<Good>,
}

impl Answers {
    pub fn new(memory: Memory, link: Option<Arc<Link>>) -> Self {
        Self {
            good: Mutex::new(Bounded::new(memory.capacity)),
            refused: Mutex::new(Bounded::new(memory.capacity)),
            memory,
            link,
            events: AtomicU64::new(0),
            overtaking: Mutex::default(),
        }
    }

    /// What is remembered of this token and may be believed still.
    pub fn recall(&self, key: &Key, now: Instant) -> Recalled {
        let connection = self.link.as_ref().and_then(|link| link.connection(now));
        if self.remembers_good()
            && let Some(known) = held(&self.good).by_key.get(key)
            && self.is_believed(known, connection, now)
        {
            return Recalled::Good(Arc::clone(&known.good));
        }
        if let Some(lifetime) = self.memory.refused
            && let Some(since) = held(&self.refused).by_key.get(key)
            && now.duration_since(*since) < lifetime
        {
            return Recalled::Refused;
        }
        let events = self.events.load(Ordering::SeqCst);
        Recalled::Unknown(Ticket { asked_at: now, connection: connection.unwrap_or(0), events })
    }

    /// Keeps a good answer. Its age counts from the question: a revocation after it must not be hidden for longer.
    pub fn remember(&self, key: Key, good: &Arc<Good>, ticket: Ticket) {
        if !self.remembers_good() || good.is_counted {
            return;
        }
        let mut kept = held(&self.good);
        if self.overtaken(&good.grant, ticket) {
            return;
        }
        let Ticket { asked_at: since, connection, .. } = ticket;
        kept.put(key, Remembered { since, connection, good: Arc::clone(good) });
    }

    /// Keeps a refusal.
    pub fn remember_refusal(&self, key: Key, ticket: Ticket) {
        if self.memory.refused.is_some() {
            held(&self.refused).put(key, ticket.asked_at);
        }
    }

    /// Drops what an event says is true no more.
    pub fn forget(&self, gone: &Gone) {
        let number = self.events.fetch_add(1, Ordering::SeqCst) + 1;
        {
            let mut overtaking = held(&self.overtaking);
            if overtaking.len() >= OVERTAKING {
                overtaking.pop_front();
            }
            overtaking.push_back((number, gone.clone()));
        }
        held(&self.good).drop_where(|known| gone.concerns(&known.good.grant));
    }

    fn remembers_good(&self) -> bool {
        self.memory.good.is_some() || self.link.is_some()
    }

    fn is_believed(&self, known: &Remembered, connection: Option<u64>, now: Instant) -> bool {
        let age = now.duration_since(known.since);
        let is_within = self.memory.good.is_some_and(|lifetime| age < lifetime);
        let is_fed = || age < FED && connection.is_some_and(|connection| connection == known.connection);
        is_within || is_fed()
    }

    /// Whether an event came after the question that may have made its answer untrue.
    fn overtaken(&self, grant: &Grant, ticket: Ticket) -> bool {
        let overtaking = held(&self.overtaking);
        let came = self.events.load(Ordering::SeqCst) - ticket.events;
        let since = overtaking.iter().filter(|(number, _)| *number > ticket.events);
        let seen = since.clone().count();
        u64::try_from(seen).unwrap_or(u64::MAX) < came || since.clone().any(|(_, gone)| gone.concerns(grant))
    }
}

/// A map of so many entries; the oldest makes room.
struct Bounded<T> {
    capacity: usize,
    by_key: HashMap<Key, T>,
    by_age: VecDeque<Key>,
}

impl<T> Bounded<T> {
    fn new(capacity: usize) -> Self {
        Self { capacity, by_key: HashMap::new(), by_age: VecDeque::new() }
    }

    fn put(&mut self, key: Key, value: T) {
        if self.capacity == 0 {
            return;
        }
        if self.by_key.insert(key, value).is_none() {
            self.by_age.push_back(key);
        }
        while self.by_key.len() > self.capacity {
            let Some(oldest) = self.by_age.pop_front() else { return };
            self.by_key.remove(&oldest);
        }
    }

    fn drop_where(&mut self, mut gone: impl FnMut(&T) -> bool) {
        let Self { by_key, by_age, .. } = self;
        let before = by_key.len();
        by_key.retain(|_, value| !gone(value));
        if by_key.len() < before {
            by_age.retain(|key| by_key.contains_key(key));
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a token is remembered under: itself, and from where it came if that is told.
pub(crate) fn key(token: Bearer<'_>, from: Option<IpAddr>) -> Key {
    match from {
        None => Sha256::digest(token.expose().as_bytes()).into(),
        Some(from) => Sha256::digest(format!("{} {from}", token.expose())).into(),
    }
}
