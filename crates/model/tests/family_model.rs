//! `Family` against a reference that was written from the pseudo-code of docs/families.md alone: whatever is presented in
//! whatever order, both mean the same and answer the same, and the promises of that page hold.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, time::Duration};

use model::{
    ClientId, Family, Id, Secret, SecretHash, ServerSecrets, Timestamp,
    family::{Meaning, Policy, Revoked},
};
use proptest::prelude::*;
use protocol::Scope;

/// All times of the reference are microseconds.
const SECOND: i64 = 1_000_000;
const ACCESS: i64 = 900 * SECOND;

/// What the pseudo-code answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Dead,
    RolledBack,
    Reuse,
    Again,
    Rotate,
    Retry,
    Recover,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    w1: i64,
    w2: i64,
    limit: u32,
    idle: i64,
}

/// The reference: tokens are numbers in the order of their making, nothing is hashed or derived.
#[derive(Clone, Debug)]
struct Reference {
    settings: Settings,
    generation: u64,
    head: usize,
    previous: Option<usize>,
    answered_at: i64,
    head_seen_at: Option<i64>,
    repeated_at: Option<i64>,
    repeat_streak: u32,
    idle_expires_at: i64,
    absolute_expires_at: i64,
    revoked: bool,
    /// When the access token of each generation expires.
    access: BTreeMap<u64, i64>,
}

impl Reference {
    fn new(settings: Settings, now: i64, absolute: i64) -> Self {
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
    fn decide(&self, token: usize, generation: u64, now: i64) -> Verdict {
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
    fn apply(&mut self, verdict: Verdict, token: usize, fresh: usize, now: i64) {
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

/// A refresh token as a client holds it.
#[derive(Clone)]
struct Held {
    secret: Secret,
    generation: u64,
}

/// The family and its reference side by side, with every token that was ever given out.
struct Pair {
    family: Family,
    reference: Reference,
    policy: Policy,
    secrets: ServerSecrets,
    issued: Vec<Held>,
    now: i64,
}

/// What a refresh gave: the verdict, and the number of the token and the access token if there was an answer.
struct Answer {
    verdict: Verdict,
    token: Option<usize>,
    access: Option<SecretHash>,
}

impl Pair {
    fn new(settings: Settings) -> Self {
        let now = 1_800_000_000 * SECOND;
        let absolute = 365 * 86400 * SECOND;
        let first = Secret::generate();
        let time = Timestamp::from_micros;
        let lasting = |micros: i64| Duration::from_micros(u64::try_from(micros).unwrap());
        let family = Family {
            id: Id::new(time(now)),
            grant_id: Id::new(time(now)),
            client_id: ClientId::new("cli"),
            scope: Scope::parse("openid").unwrap(),
            policy_version: 1,
            generation: 1,
            head_hash: first.hash(),
            previous_hash: None,
            retry_salt: Secret::generate().expose(),
            key_version: 1,
            answered_at: time(now),
            head_seen_at: None,
            repeated_at: None,
            repeat_streak: 0,
            idle_expires_at: time(now + settings.idle),
            absolute_expires_at: time(now + absolute),
            session_id: Id::new(time(now)),
            auth_time: time(now),
            amr: "pwd".to_owned(),
            created_at: time(now),
            revoked: None,
        };
        let policy = Policy {
            retry_window: lasting(settings.w1),
            recovery_window: lasting(settings.w2),
            repeat_limit: settings.limit,
            idle_lifetime: lasting(settings.idle),
            absolute_lifetime: lasting(absolute),
        };
        let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
        let reference = Reference::new(settings, now, absolute);
        Self { family, reference, policy, secrets, issued: vec![Held { secret: first, generation: 1 }], now }
    }

    /// Presents a token to both and compares what they make of it.
    fn refresh(&mut self, token: usize) -> Answer {
        let held = self.issued[token].clone();
        let now = Timestamp::from_micros(self.now);
        let access_expires_at = self.reference.access.get(&self.family.generation).copied().map(Timestamp::from_micros);
        let meaning = self.family.meaning(held.generation, &held.secret.hash(), access_expires_at, &self.policy, now);
        let verdict = self.reference.decide(token, held.generation, self.now);
        assert_eq!(meaning, in_words(verdict), "token {token} of generation {} at {}", held.generation, self.now);
        let fresh = self.issued.len();
        self.reference.apply(verdict, token, fresh, self.now);
        let answered = self.family.answered(meaning, &held.secret, &self.policy, &self.secrets, now);
        let Some(next) = answered else {
            assert!(matches!(verdict, Verdict::Dead | Verdict::RolledBack | Verdict::Reuse));
            if verdict != Verdict::Dead {
                self.end();
            }
            return Answer { verdict, token: None, access: None };
        };
        self.family = next;
        let head = self.family.head(&held.secret, &self.secrets).expect("what was presented leads to the head");
        if matches!(verdict, Verdict::Rotate | Verdict::Recover) {
            self.issued.push(Held { secret: head.clone(), generation: self.family.generation });
        }
        let token =
            self.issued.iter().position(|one| one.secret.hash() == head.hash()).expect("a token that was issued");
        assert_eq!(token, self.reference.head, "both name the same head");
        let access = self.family.access_secret(&head, "", &self.secrets).map(|secret| secret.hash());
        self.compare();
        Answer { verdict, token: Some(token), access }
    }

    fn end(&mut self) {
        self.family.revoked = Some(Revoked { at: Timestamp::from_micros(self.now), reason: "ended".to_owned() });
        self.reference.revoked = true;
        self.reference.access.clear();
    }

    /// Uses the access token of the present generation, which is sight; whether it was let in.
    fn see(&mut self) -> bool {
        let live =
            self.reference.access.get(&self.reference.generation).is_some_and(|expires_at| self.now < *expires_at);
        let lives = live && !self.reference.revoked;
        if lives && self.reference.head_seen_at.is_none() {
            self.reference.head_seen_at = Some(self.now);
            self.family.head_seen_at = Some(Timestamp::from_micros(self.now));
        }
        lives
    }

    fn compare(&self) {
        let (family, reference) = (&self.family, &self.reference);
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
        assert_eq!(family.generation, reference.generation);
        assert_eq!(family.head_hash, self.issued[reference.head].secret.hash());
        assert_eq!(family.previous_hash, reference.previous.map(|previous| self.issued[previous].secret.hash()));
        assert_eq!(family.answered_at.as_micros(), reference.answered_at);
        assert_eq!(micros(family.head_seen_at), reference.head_seen_at);
        assert_eq!(micros(family.repeated_at), reference.repeated_at);
        assert_eq!(family.repeat_streak, reference.repeat_streak);
        assert_eq!(family.idle_expires_at.as_micros(), reference.idle_expires_at);
        assert_eq!(family.absolute_expires_at.as_micros(), reference.absolute_expires_at);
        // The constraints of the table.
        assert_eq!(family.previous_hash.is_none(), family.generation == 1);
        assert_ne!(family.previous_hash.as_ref(), Some(&family.head_hash));
    }

    /// How many tokens would rotate or be answered as the head.
    fn heads(&self) -> usize {
        let now = Timestamp::from_micros(self.now);
        let access = self.reference.access.get(&self.family.generation).copied().map(Timestamp::from_micros);
        self.issued
            .iter()
            .map(|held| self.family.meaning(held.generation, &held.secret.hash(), access, &self.policy, now))
            .filter(|meaning| matches!(meaning, Meaning::Again | Meaning::Rotate))
            .count()
    }
}

const fn in_words(verdict: Verdict) -> Meaning {
    match verdict {
        Verdict::Dead => Meaning::Dead,
        Verdict::RolledBack => Meaning::RolledBack,
        Verdict::Reuse => Meaning::Reuse,
        Verdict::Again => Meaning::Again,
        Verdict::Rotate => Meaning::Rotate,
        Verdict::Retry => Meaning::Retry,
        Verdict::Recover => Meaning::Recover,
    }
}

/// What may happen to a family.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// The token that many before the newest is presented.
    Refresh(usize),
    /// The present access token is used.
    See,
    /// Microseconds pass, or a clock is set back by them.
    Clock(i64),
    Revoke,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let waits = prop::sample::select(vec![
        1,
        SECOND,
        29 * SECOND,
        30 * SECOND,
        30 * SECOND + 1,
        60 * SECOND,
        899 * SECOND,
        900 * SECOND,
        3600 * SECOND,
        86400 * SECOND,
        7 * 86400 * SECOND,
        7 * 86400 * SECOND + 1,
    ]);
    let act = prop_oneof![
        12 => prop_oneof![6 => Just(0usize), 6 => Just(1usize), 1 => 2usize..9].prop_map(Act::Refresh),
        4 => Just(Act::See),
        6 => waits.clone().prop_map(Act::Clock),
        2 => waits.prop_map(|wait| Act::Clock(-wait.min(90 * SECOND))),
        1 => prop::bool::weighted(0.1).prop_map(|revoke| if revoke { Act::Revoke } else { Act::See }),
    ];
    prop::collection::vec(act, 1..120)
}

fn settings() -> impl Strategy<Value = Settings> {
    let windows = prop_oneof![8 => Just(30 * SECOND), 1 => Just(0), 1 => Just(5 * SECOND)];
    let limits = prop_oneof![3 => Just(0u32), 1 => 1u32..5];
    (windows, limits).prop_map(|(w1, limit)| Settings { w1, w2: 7 * 86400 * SECOND, limit, idle: 30 * 86400 * SECOND })
}

/// Settings as they are shipped.
const SHIPPED: Settings = Settings { w1: 30 * SECOND, w2: 7 * 86400 * SECOND, limit: 0, idle: 30 * 86400 * SECOND };

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same meanings, the same rows, at most one head, and nothing but the dead stays answered after an end.
    #[test]
    fn a_family_is_what_the_reference_says(settings in settings(), acts in acts()) {
        let mut pair = Pair::new(settings);
        for act in acts {
            match act {
                Act::Refresh(back) => {
                    let token = pair.issued.len().saturating_sub(1 + back);
                    pair.refresh(token);
                }
                Act::See => {
                    pair.see();
                }
                Act::Clock(by) => pair.now += by,
                Act::Revoke => pair.end(),
            }
            prop_assert!(pair.heads() <= 1);
            prop_assert!(pair.reference.access.len() <= 2, "tokens of two generations at the most");
            if pair.reference.revoked {
                prop_assert_eq!(pair.heads(), 0);
                prop_assert!(pair.reference.access.is_empty());
            }
        }
    }

    /// Retrying: the same token within the window of its answer brings the same pair byte for byte, however often, in
    /// whatever mixture with the new one, and whether or not the new one was used.
    #[test]
    fn the_same_predecessor_brings_the_same_pair(rotations in 1usize..6, tries in prop::collection::vec((any::<bool>(), any::<bool>(), 0i64..=3), 1..10)) {
        let mut pair = Pair::new(SHIPPED);
        for _ in 0..rotations {
            let head = pair.issued.len() - 1;
            let first = pair.refresh(head);
            prop_assert_eq!(first.verdict, Verdict::Rotate);
            for (with_new, seen, wait) in &tries {
                pair.now += wait * SECOND;
                if *seen {
                    pair.see();
                }
                let again = pair.refresh(if *with_new { head + 1 } else { head });
                prop_assert!(matches!(again.verdict, Verdict::Retry | Verdict::Again));
                prop_assert!(again.token == first.token && again.access == first.access);
            }
            pair.now += 31 * SECOND;
        }
    }

    /// One process that stores before it uses and retries with what it holds is never refused, whatever answers are lost,
    /// however long it waits short of the recovery window and the idle expiry.
    #[test]
    fn one_honest_process_is_never_refused(steps in prop::collection::vec((prop::sample::select(vec![0, 1, 10, 30, 31, 600, 900, 3600, 86400, 6 * 86400]), any::<bool>(), any::<bool>()), 1..60)) {
        let mut pair = Pair::new(SHIPPED);
        let mut held = 0;
        for (wait, lost, used) in steps {
            pair.now += wait * SECOND;
            let answer = pair.refresh(held);
            prop_assert!(answer.token.is_some(), "refused: {:?}", answer.verdict);
            if lost {
                continue;
            }
            held = answer.token.unwrap();
            if used {
                prop_assert!(pair.see(), "the access token that was just answered works");
            }
        }
    }

    /// A copy that comes back after its successor was used and the window is over ends the family, for everybody.
    #[test]
    fn a_stale_copy_ends_the_family_once_both_were_used(rotations in 1usize..8, stale_by in 1usize..8, wait in 31i64..86400, by_refresh in any::<bool>()) {
        let mut pair = Pair::new(SHIPPED);
        for _ in 0..rotations {
            let head = pair.issued.len() - 1;
            prop_assert_eq!(pair.refresh(head).verdict, Verdict::Rotate);
            pair.now += 31 * SECOND;
        }
        if by_refresh {
            // The head is presented itself, and so rotates: the copy is older by one more.
            prop_assert_eq!(pair.refresh(rotations).verdict, Verdict::Rotate);
        } else {
            pair.now -= 31 * SECOND;
            prop_assert!(pair.see());
        }
        pair.now += wait * SECOND;
        let copy = rotations.saturating_sub(stale_by);
        prop_assert!(copy < rotations);
        prop_assert_eq!(pair.refresh(copy).verdict, Verdict::Reuse);
        for token in 0..pair.issued.len() {
            prop_assert_eq!(pair.refresh(token).verdict, Verdict::Dead);
        }
    }
}

/// FT-09: recovered, and then the superseded successor kills.
#[test]
fn a_superseded_successor_is_a_stale_copy() {
    let mut pair = Pair::new(SHIPPED);
    pair.refresh(0);
    pair.now += 60 * SECOND;
    let recovered = pair.refresh(0);
    assert_eq!((recovered.verdict, recovered.token), (Verdict::Recover, Some(2)));
    assert_eq!(pair.refresh(1).verdict, Verdict::Reuse);
    assert_eq!(pair.refresh(2).verdict, Verdict::Dead);
}

/// FT-23: the answer of a recovery is lost as well, and the next day that of another.
#[test]
fn a_lost_recovery_is_recovered() {
    let mut pair = Pair::new(SHIPPED);
    for day in 0..6 {
        pair.now += 86400 * SECOND;
        assert_eq!(pair.refresh(0).verdict, if day == 0 { Verdict::Rotate } else { Verdict::Recover });
    }
    assert_eq!(pair.family.repeat_streak, 1, "one generation that was repeated, however often");
}

/// FT-13: with a limit of three, the fourth repeat in a row revokes; a generation without a repeat begins anew.
#[test]
fn the_repeat_after_the_limit_revokes() {
    let mut pair = Pair::new(Settings { limit: 3, ..SHIPPED });
    let round = |pair: &mut Pair, repeat: bool| {
        let head = pair.issued.len() - 1;
        assert_eq!(pair.refresh(head).verdict, Verdict::Rotate);
        let verdict = repeat.then(|| pair.refresh(head).verdict);
        pair.now += 31 * SECOND;
        verdict
    };
    for repeat in [true, true, false, true, true, true] {
        assert_eq!(round(&mut pair, repeat), repeat.then_some(Verdict::Retry));
    }
    assert_eq!(round(&mut pair, true), Some(Verdict::Reuse));
}

/// Retries keep a window open, but not beyond the access token that they would answer with.
#[test]
fn a_window_does_not_outlive_its_access_token() {
    let retried = |last: i64| {
        let mut pair = Pair::new(SHIPPED);
        assert_eq!(pair.refresh(0).verdict, Verdict::Rotate);
        let begin = pair.now;
        for second in (25..900).step_by(25) {
            pair.now = begin + second * SECOND;
            assert_eq!(pair.refresh(0).verdict, Verdict::Retry, "{second} s");
        }
        pair.now = begin + last;
        pair
    };
    assert_eq!(retried(ACCESS - 1).refresh(0).verdict, Verdict::Retry);
    assert_eq!(retried(ACCESS).refresh(0).verdict, Verdict::Recover);
    assert_eq!(retried(ACCESS).refresh(1).verdict, Verdict::Rotate);
}

/// `retry_window = 0`: every use rotates, every repeat revokes.
#[test]
fn the_strict_rule_forgives_nothing() {
    let mut pair = Pair::new(Settings { w1: 0, ..SHIPPED });
    assert_eq!(pair.refresh(0).verdict, Verdict::Rotate);
    assert_eq!(pair.refresh(1).verdict, Verdict::Rotate);
    assert_eq!(pair.refresh(1).verdict, Verdict::Reuse);
}

/// FT-19: a backup knows an older generation than the client does; it is nobody's theft, and it ends.
#[test]
fn a_token_from_the_future_is_a_restored_backup() {
    let mut pair = Pair::new(SHIPPED);
    pair.refresh(0);
    let (backup, reference) = (pair.family.clone(), pair.reference.clone());
    pair.now += 60 * SECOND;
    pair.refresh(1);
    (pair.family, pair.reference) = (backup, reference);
    assert_eq!(pair.refresh(2).verdict, Verdict::RolledBack);
    assert_eq!(pair.refresh(1).verdict, Verdict::Dead);
}

/// A copy of the row and an old token give no token without the server's secret.
#[test]
fn another_servers_secret_leads_nowhere() {
    let mut pair = Pair::new(SHIPPED);
    pair.refresh(0);
    let other = ServerSecrets::new([(1, [8; 32])]).unwrap();
    assert!(pair.family.head(&pair.issued[0].secret, &other).is_none());
    let gone = ServerSecrets::new([(2, [7; 32])]).unwrap();
    assert!(pair.family.head(&pair.issued[0].secret, &gone).is_none());
    assert!(pair.family.head(&pair.issued[0].secret, &pair.secrets).is_some());
}
