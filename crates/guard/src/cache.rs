//! Remembers good introspection answers for a bounded time, when the app asked for it. Off by default: with a cache, a
//! revocation takes effect only when the entry ends. Refusals are never remembered.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use protocol::ActiveToken;
use sha2::{Digest, Sha256};

use crate::bearer::Bearer;

type Key = [u8; 32];

/// Answers by the token's SHA-256, at most `capacity` of them; the oldest makes room.
pub(crate) struct Cache {
    lifetime: Duration,
    capacity: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_token: HashMap<Key, (Instant, ActiveToken)>,
    by_age: VecDeque<(Instant, Key)>,
}

impl Cache {
    pub fn new(lifetime: Duration, capacity: usize) -> Self {
        Self { lifetime, capacity, entries: Mutex::default() }
    }

    /// The answer given for this token, if it is still fresh.
    pub fn recall(&self, token: Bearer<'_>, now: Instant) -> Option<ActiveToken> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, answer) = entries.by_token.get(&key(token))?;
        (now.duration_since(*since) < self.lifetime).then(|| answer.clone())
    }

    /// Keeps an answer.
    pub fn remember(&self, token: Bearer<'_>, answer: &ActiveToken, now: Instant) {
        if self.capacity == 0 {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        while entries.by_age.len() >= self.capacity || entries.oldest_is_over(now, self.lifetime) {
            entries.drop_oldest();
        }
        let key = key(token);
        entries.by_token.insert(key, (now, answer.clone()));
        entries.by_age.push_back((now, key));
    }
}

impl Entries {
    fn oldest_is_over(&self, now: Instant, lifetime: Duration) -> bool {
        self.by_age.front().is_some_and(|(since, _)| now.duration_since(*since) >= lifetime)
    }

    fn drop_oldest(&mut self) {
        let Some((since, key)) = self.by_age.pop_front() else { return };
        // A token may have been asked about again since: then its younger entry stays.
        if self.by_token.get(&key).is_some_and(|(kept, _)| *kept == since) {
            self.by_token.remove(&key);
        }
    }
}

fn key(token: Bearer<'_>) -> Key {
    Sha256::digest(token.expose().as_bytes()).into()
}
