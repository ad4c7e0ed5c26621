//! The reference: written from the pseudo-code of docs/families.md alone. Tokens are numbers in the order of their making,
//! nothing is hashed or derived.

use std::collections::BTreeMap;

/// All times of the reference are microseconds.
pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const ACCESS: i64 = 900 * SECOND;

/// Settings as they are shipped.
pub(crate) const SHIPPED: Settings =
    Settings { w1: 30 * SECOND, w2: 7 * 86400 * SECOND, limit: 0, idle: 30 * 86400 * SECOND };

/// What the pseudo-code answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Dead,
    RolledBack,
    Reuse,
    Again,
    Rotate,
    Retry,
    Recover,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) w1: i64,
    pub(crate) w2: i64,
    pub(crate) limit: u32,
    pub(crate) idle: i64,
}

/// The reference: tokens are numbers in the order of their making, nothing is hashed or derived.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) settings: Settings,
    pub(crate) generation: u64,
    pub(crate) head: usize,
    pub(crate) previous: Option<usize>,
    pub(crate) answered_at: i64,
    pub(crate) head_seen_at: Option<i64>,
    pub(crate) repeated_at: Option<i64>,
    pub(crate) repeat_streak: u32,
    pub(crate) idle_expires_at: i64,
    pub(crate) absolute_expires_at: i64,
    pub(crate) revoked: bool,
    /// When the access token of each generation expires.
    pub(crate) access: BTreeMap<u64, i64>,
}

impl Reference {
    pub(crate) fn new(settings: Settings, now: i64, absolute: i64) -> Self {
        Self {
            settings,
            generation: 1,
            head: 0,
            previous: None,
            answered_at: now,
            head_seen_at: None,
            repeated_at: None,
            repeat_streak: 0,
            idle_expires_at: now + settings.idle,
            absolute_expires_at: now + absolute,
            revoked: false,
            access: BTreeMap::from([(1, now + ACCESS)]),
        }
    }

    /// `refresh(…)` up to the standing of the grant. `token` was issued in `generation`.
    pub(crate) fn decide(&self, token: usize, generation: u64, now: i64) -> Verdict {
        if self.revoked || now >= self.idle_expires_at.min(self.absolute_expires_at) {
            return Verdict::Dead;
        }
        if generation > self.generation {
            return Verdict::RolledBack;
        }
        let (w1, w2) = (self.settings.w1, self.settings.w2);
        let age = 0.max(now - self.answered_at);
        let open = w1 > 0
            && self.previous.is_some()
            && age <= w1
            && self.access.get(&self.generation).is_some_and(|expires_at| now < *expires_at);
        let verdict = if token == self.head && open {
            Verdict::Again
        } else if token == self.head {
            Verdict::Rotate
        } else if Some(token) == self.previous && open {
            Verdict::Retry
        } else if Some(token) == self.previous && w1 > 0 && self.head_seen_at.is_none() && age <= w2 {
            Verdict::Recover
        } else {
            Verdict::Reuse
        };
        let repeat = verdict == Verdict::Retry || verdict == Verdict::Recover;
        if repeat && self.settings.limit > 0 && self.repeat_streak >= self.settings.limit && self.repeated_at.is_none()
        {
            return Verdict::Reuse;
        }
        verdict
    }

    /// The rest of `refresh(…)`; `fresh` is the number of a new token, should one be made.
    pub(crate) fn apply(&mut self, verdict: Verdict, token: usize, fresh: usize, now: i64) {
        match verdict {
            Verdict::Dead => return,
            Verdict::RolledBack | Verdict::Reuse => {
                self.revoked = true;
                self.access.clear();
                return;
            }
            _ => {}
        }
        if matches!(verdict, Verdict::Retry | Verdict::Recover) && self.repeated_at.is_none() {
            self.repeated_at = Some(now);
            self.repeat_streak += 1;
        }
        if verdict == Verdict::Again && self.head_seen_at.is_none() {
            self.head_seen_at = Some(now);
        }
        if verdict == Verdict::Retry && self.head_seen_at.is_none() {
            self.answered_at = now;
        }
        if verdict == Verdict::Rotate {
            if self.repeated_at.is_none() {
                self.repeat_streak = 0;
            }
            self.repeated_at = None;
            self.previous = Some(token);
        }
        if verdict == Verdict::Recover {
            self.access.remove(&self.generation);
        }
        if matches!(verdict, Verdict::Rotate | Verdict::Recover) {
            self.generation += 1;
            self.answered_at = now;
            self.idle_expires_at = now + self.settings.idle;
            self.head_seen_at = None;
            self.head = fresh;
            let kept = self.generation - 1;
            self.access.retain(|generation, _| *generation >= kept);
        }
        self.access.entry(self.generation).or_insert(now + ACCESS);
    }
}
