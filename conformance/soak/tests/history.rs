//! Histories that the rules allow, and histories that break them: each kind of breach must be found, or the soak proves nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use soak::{
    history::{Contradiction, Explanation, explain},
    journal::{Act, Actor, Entry, Journal, Outcome, Token},
    moment::{Moment, Span},
    rule::{Meaning, Rules, State},
};

const RULES: Rules = Rules {
    retry_window: Duration::from_secs(2),
    recovery_window: Duration::from_secs(8),
    access_lifetime: Duration::from_secs(5),
    code_lifetime: Duration::from_secs(60),
    slack: Duration::from_millis(20),
};

/// A journal under way. Times are milliseconds; an answer comes 10 ms after its request unless it is said otherwise.
#[derive(Default)]
struct Tale(Journal);

impl Tale {
    /// A family whose code was redeemed at 0.
    fn begun() -> Self {
        let mut tale = Self::default();
        tale.tells(0, 10, Act::Redeem, |tale| tale.pair(1, "a"));
        tale
    }

    /// A token's text as the server writes them: kind, 22 characters, then the generation in 7.
    fn token(&mut self, generation: u8, name: &str) -> Token {
        self.0.token(&format!("lyd_rt_{:0>22}{generation:0>7}{name}", ""))
    }

    fn pair(&mut self, generation: u8, name: &str) -> Outcome {
        Outcome::Pair { refresh: self.token(generation, name), access: self.access(generation, name) }
    }

    fn access(&mut self, generation: u8, name: &str) -> Token {
        self.0.token(&format!("lyd_at_{:0>22}{generation:0>7}{name}", ""))
    }

    fn tells(&mut self, sent: i64, ended: i64, act: Act, outcome: impl FnOnce(&mut Self) -> Outcome) {
        let outcome = outcome(self);
        let moment = |ms: i64| Moment::from_micros(ms * 1000);
        let (sent, ended) = (moment(sent), moment(ended));
        self.0.note(Entry { actor: Actor::Honest(0), act, server: 0, sent, ended, outcome });
    }

    fn refresh(&mut self, at: i64, (generation, name): (u8, &str), outcome: impl FnOnce(&mut Self) -> Outcome) {
        let token = self.token(generation, name);
        self.tells(at, at + 10, Act::Refresh(token), outcome);
    }

    fn usage(&mut self, at: i64, (generation, name): (u8, &str), outcome: Outcome) {
        let token = self.access(generation, name);
        self.tells(at, at + 10, Act::Use(token), |_| outcome);
    }

    fn explain(&self) -> Result<Explanation, Contradiction> {
        let code_issued = Span::new(Moment::default(), Moment::default());
        explain(&self.0, code_issued, &RULES, &|entry: &Entry| entry.ended.plus(Duration::from_secs(3)))
    }

    fn meanings(&self) -> Vec<Option<Meaning>> {
        self.explain().unwrap().entries.iter().map(soak::history::Explained::certain).collect()
    }

    /// The entry at which it cannot go on.
    fn breaks_at(&self) -> usize {
        let contradiction = self.explain().unwrap_err();
        assert!(!contradiction.gave_up);
        contradiction.entry
    }
}

#[test]
fn the_rows_of_the_table() {
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(500, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(900, (2, "b"), |t| t.pair(2, "b"));
    tale.refresh(3000, (2, "b"), |t| t.pair(3, "c"));
    tale.refresh(6000, (2, "b"), |t| t.pair(4, "d"));
    tale.usage(6100, (4, "d"), Outcome::Active);
    tale.usage(6200, (4, "d"), Outcome::Active);
    tale.usage(6300, (3, "c"), Outcome::Inactive);
    tale.refresh(9000, (2, "b"), |_| Outcome::Refused);
    tale.refresh(9100, (4, "d"), |_| Outcome::Refused);
    use Meaning as M;
    let expected = [
        M::Redeemed,
        M::Rotated,
        M::Retried,
        M::Again,
        M::Rotated,
        M::Recovered,
        M::FirstSight,
        M::Good,
        M::Ended,
        M::ReusedSeen,
        M::Dead,
    ];
    assert_eq!(tale.meanings(), expected.map(Some));
}

#[test]
fn the_superseded_successor_and_the_grandparent_are_stale() {
    let mut tale = Tale::begun();
    tale.refresh(3000, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(6000, (1, "a"), |t| t.pair(3, "c"));
    tale.refresh(6100, (2, "b"), |_| Outcome::Refused);
    assert_eq!(tale.meanings().last(), Some(&Some(Meaning::ReusedStale)));
    let mut late = Tale::begun();
    late.refresh(3000, (1, "a"), |t| t.pair(2, "b"));
    late.refresh(12_000, (1, "a"), |_| Outcome::Refused);
    assert_eq!(late.meanings().last(), Some(&Some(Meaning::ReusedLate)));
}

#[test]
fn a_lost_rotation_is_seen_by_what_follows() {
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |_| Outcome::Lost);
    tale.refresh(200, (1, "a"), |t| t.pair(2, "b"));
    let explanation = tale.explain().unwrap();
    assert!(explanation.entries[1].perhaps_nothing, "whether the first or the second rotated, nobody can tell");
    // Only a first rotation that nobody heard of explains the third generation.
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |_| Outcome::Lost);
    tale.refresh(3500, (1, "a"), |t| t.pair(3, "b"));
    assert_eq!(tale.meanings()[2], Some(Meaning::Recovered));
}

#[test]
fn a_lost_answer_is_not_forgotten() {
    // The successor was handed out; then the server says that there was none.
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(200, (1, "a"), |t| t.pair(2, "x"));
    assert_eq!(tale.breaks_at(), 2);
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(200, (2, "b"), |_| Outcome::Refused);
    assert_eq!(tale.breaks_at(), 2);
}

#[test]
fn two_heads_are_one_too_many() {
    let mut tale = Tale::begun();
    let token = tale.token(1, "a");
    tale.tells(100, 150, Act::Refresh(token), |t| t.pair(2, "b"));
    tale.tells(100, 150, Act::Refresh(token), |t| t.pair(2, "c"));
    assert_eq!(tale.breaks_at(), 2);
}

#[test]
fn an_old_copy_that_is_answered_is_found() {
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |t| t.pair(2, "b"));
    tale.usage(200, (2, "b"), Outcome::Active);
    tale.refresh(3000, (1, "a"), |t| t.pair(3, "c"));
    assert_eq!(tale.breaks_at(), 3, "the successor was seen");
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(3000, (1, "a"), |t| t.pair(2, "b"));
    assert_eq!(tale.breaks_at(), 2, "the window was over");
}

#[test]
fn what_was_revoked_stays_revoked() {
    let mut tale = Tale::begun();
    let token = tale.token(1, "a");
    tale.tells(100, 110, Act::Revoke(token), |_| Outcome::Revoked);
    let end = tale.0.entries().len();
    for (at, outcome) in [(200, Outcome::Inactive), (300, Outcome::Active)] {
        tale.usage(at, (1, "a"), outcome);
    }
    assert_eq!(tale.breaks_at(), end + 1);
    let mut tale = Tale::begun();
    tale.tells(100, 110, Act::Revoke(token), |_| Outcome::Revoked);
    tale.refresh(200, (1, "a"), |t| t.pair(2, "b"));
    assert_eq!(tale.breaks_at(), 2);
}

#[test]
fn a_revocation_may_come_before_or_after_what_overlaps_it() {
    for outcome in [Outcome::Refused, Outcome::Pair { refresh: Token(2), access: Token(3) }] {
        let mut tale = Tale::begun();
        let (token, _) = (tale.token(1, "a"), tale.pair(2, "b"));
        tale.tells(100, 200, Act::Revoke(token), |_| Outcome::Revoked);
        tale.tells(150, 250, Act::Refresh(token), |_| outcome);
        assert_eq!(tale.explain().unwrap().states, [State::Over]);
    }
}

#[test]
fn a_code_is_spent_once() {
    let mut tale = Tale::begun();
    tale.tells(100, 110, Act::Redeem, |_| Outcome::Refused);
    tale.refresh(200, (1, "a"), |_| Outcome::Refused);
    assert_eq!(tale.meanings()[1..], [Some(Meaning::CodeReplayed), Some(Meaning::Dead)]);
    let mut tale = Tale::begun();
    tale.tells(100, 110, Act::Redeem, |t| t.pair(1, "x"));
    assert_eq!(tale.breaks_at(), 1);
    let mut tale = Tale::begun();
    tale.tells(100, 110, Act::Redeem, |_| Outcome::Refused);
    tale.refresh(200, (1, "a"), |t| t.pair(2, "b"));
    assert_eq!(tale.breaks_at(), 2, "what it gave was ended");
}

#[test]
fn a_token_that_expired_is_not_good() {
    let mut tale = Tale::begun();
    tale.usage(6000, (1, "a"), Outcome::Inactive);
    assert_eq!(tale.meanings()[1], Some(Meaning::Ended));
    let mut tale = Tale::begun();
    tale.usage(6000, (1, "a"), Outcome::Active);
    assert_eq!(tale.breaks_at(), 1);
    let mut tale = Tale::begun();
    tale.usage(1000, (1, "a"), Outcome::Inactive);
    assert_eq!(tale.breaks_at(), 1);
}

#[test]
fn a_lost_request_has_no_effect_after_its_time() {
    let mut tale = Tale::begun();
    let token = tale.token(1, "a");
    tale.tells(100, 110, Act::Revoke(token), |_| Outcome::Lost);
    tale.refresh(2000, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(2500, (2, "b"), |_| Outcome::Refused);
    assert_eq!(tale.meanings()[1], Some(Meaning::Revoked), "it came late, but it came");
    let mut tale = Tale::begun();
    tale.tells(100, 110, Act::Revoke(token), |_| Outcome::Lost);
    tale.refresh(4000, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(4500, (2, "b"), |_| Outcome::Refused);
    assert_eq!(tale.breaks_at(), 3, "four seconds later nothing is under way any more");
}

#[test]
fn unavailable_is_no_verdict() {
    let mut tale = Tale::begun();
    tale.refresh(100, (1, "a"), |_| Outcome::Unavailable);
    tale.refresh(200, (1, "a"), |t| t.pair(2, "b"));
    tale.refresh(3000, (2, "b"), |t| t.pair(3, "c"));
    assert!(tale.explain().is_ok());
}
