//! What will be done, drawn from a seed before it is done: the same seed plans the same run. How the server's processes and
//! the clients' meet in time is not planned.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::rule::Rules;

/// How a connection's tokens are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One process, which stores before it uses and repeats with what it holds.
    Careful,
    /// Two such processes that share one store.
    Shared,
    /// One such process, and a thief with a copy.
    Stolen,
}

/// A connection's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Who holds its tokens.
    pub kind: Kind,
    /// What happens while the code is redeemed.
    pub redemption: Mishap,
    /// One refresh each, unless it ends before.
    pub turns: Vec<Turn>,
    /// Of a stolen connection.
    pub theft: Theft,
    /// How it ends.
    pub ending: Ending,
}

/// One refresh and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Waits so long first.
    pub pause: Duration,
    /// What goes wrong at the first attempt, in each of two processes.
    pub mishaps: [Mishap; 2],
    /// How often the access token is used afterwards.
    pub uses: u8,
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// The connection is reset so long after the request was sent, and no answer is read; it is made again so much later.
    Reset(Duration, Duration),
    /// The connection is reset in the middle of the request.
    Cut,
    /// The request is sent twice at once, over two connections.
    Twice,
    /// The answer is thrown away; the same request is made again so much later.
    Late(Duration),
}

/// What a thief does with a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theft {
    /// After this turn the copy is taken.
    pub after: usize,
    /// So long it is kept before it is used.
    pub keeps: Duration,
    /// So often the thief goes on with what was got.
    pub goes_on: u8,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is given back with the newest refresh token, an older one, or the access token.
    Revoke(Which),
    /// A stale copy comes back: the predecessor after the window, its successor used.
    Replay,
    /// A copy comes back that is older than that.
    ReplayOlder,
    /// The predecessor comes back after the recovery window, its successor never used.
    ReplayLate,
    /// The code comes back.
    ReplayCode,
    /// It does not, until the run ends.
    Keep,
}

/// One of a connection's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest refresh token.
    Newest,
    /// The oldest one.
    Oldest,
    /// The newest access token.
    Access,
}

/// Draws what happens at one seat: connection after connection.
#[derive(Debug)]
pub struct Planner {
    random: StdRng,
    rules: Rules,
}

impl Planner {
    /// The plan of this seat in the run with this seed.
    #[must_use]
    pub fn new(seed: u64, seat: u64, rules: Rules) -> Self {
        Self { random: random(seed, seat), rules }
    }

    /// The next connection's life.
    pub fn script(&mut self) -> Script {
        let kind = match self.random.random_range(0..10) {
            0..5 => Kind::Careful,
            5..8 => Kind::Shared,
            _ => Kind::Stolen,
        };
        let turns = self.random.random_range(1..8);
        let turns: Vec<Turn> = (0..turns).map(|_| self.turn(kind)).collect();
        let redemption = if self.random.random_bool(0.2) { self.mishap(Kind::Shared) } else { Mishap::None };
        Script { kind, redemption, theft: self.theft(turns.len()), turns, ending: self.ending() }
    }

    fn turn(&mut self, kind: Kind) -> Turn {
        let window = self.rules.retry_window;
        let pause = match self.random.random_range(0..10) {
            0..3 => self.between(Duration::ZERO, window / 8),
            3..5 => self.between(window / 8, window * 3 / 4),
            _ => self.between(window * 11 / 10, window * 3 / 2),
        };
        Turn { pause, mishaps: [self.mishap(kind), self.mishap(kind)], uses: self.random.random_range(0..3) }
    }

    fn mishap(&mut self, kind: Kind) -> Mishap {
        let window = self.rules.retry_window;
        match self.random.random_range(0..20) {
            0..4 => {
                // Only a process that is alone may come back after the window with what it held before.
                let late = kind != Kind::Shared && self.random.random_bool(0.5);
                let (soonest, latest) =
                    if late { (window * 11 / 10, window * 7 / 5) } else { (Duration::ZERO, window / 8) };
                Mishap::Reset(self.between(Duration::ZERO, Duration::from_millis(4)), self.between(soonest, latest))
            }
            4 => Mishap::Cut,
            5..8 => Mishap::Twice,
            8..10 => Mishap::Late(self.between(Duration::ZERO, window / 4)),
            10..13 if kind != Kind::Shared => Mishap::Late(self.between(window * 11 / 10, window * 7 / 5)),
            _ => Mishap::None,
        }
    }

    fn theft(&mut self, turns: usize) -> Theft {
        let window = self.rules.retry_window;
        let keeps = match self.random.random_range(0..3) {
            0 => self.between(Duration::ZERO, window / 2),
            _ => self.between(window * 11 / 10, window * 2),
        };
        Theft { after: self.random.random_range(0..turns.max(1)), keeps, goes_on: self.random.random_range(0..4) }
    }

    fn ending(&mut self) -> Ending {
        match self.random.random_range(0..16) {
            0..2 => Ending::Revoke(Which::Newest),
            2 => Ending::Revoke(Which::Oldest),
            3 => Ending::Revoke(Which::Access),
            4..8 => Ending::Replay,
            8..11 => Ending::ReplayOlder,
            11 => Ending::ReplayLate,
            12..14 => Ending::ReplayCode,
            _ => Ending::Keep,
        }
    }

    fn between(&mut self, from: Duration, until: Duration) -> Duration {
        self.random.random_range(from..=until)
    }
}

/// A stream of chance for one part of a run.
#[must_use]
pub fn random(seed: u64, part: u64) -> StdRng {
    // Distinct parts must not overlap: the golden ratio spreads them (Knuth, TAOCP 6.4).
    StdRng::seed_from_u64(seed ^ part.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        retry_window: Duration::from_secs(2),
        recovery_window: Duration::from_secs(8),
        access_lifetime: Duration::from_secs(5),
        code_lifetime: Duration::from_secs(60),
        slack: Duration::from_millis(20),
    };

    fn scripts(seed: u64, seat: u64, count: usize) -> Vec<Script> {
        let mut planner = Planner::new(seed, seat, RULES);
        (0..count).map(|_| planner.script()).collect()
    }

    #[test]
    fn a_seed_is_a_plan() {
        assert_eq!(scripts(7, 3, 50), scripts(7, 3, 50));
        assert_ne!(scripts(7, 3, 50), scripts(8, 3, 50));
        assert_ne!(scripts(7, 3, 50), scripts(7, 4, 50));
    }

    #[test]
    fn a_plan_has_everything() {
        let all = scripts(1, 1, 500);
        for kind in [Kind::Careful, Kind::Shared, Kind::Stolen] {
            assert!(all.iter().any(|script| script.kind == kind), "{kind:?}");
        }
        let mishaps: Vec<Mishap> = all.iter().flat_map(|script| &script.turns).flat_map(|turn| turn.mishaps).collect();
        for wanted in [
            |mishap: &Mishap| matches!(mishap, Mishap::Reset(_, again) if *again > RULES.retry_window),
            |mishap: &Mishap| matches!(mishap, Mishap::Reset(_, again) if *again < RULES.retry_window),
            |mishap: &Mishap| matches!(mishap, Mishap::Cut),
            |mishap: &Mishap| matches!(mishap, Mishap::Twice),
            |mishap: &Mishap| matches!(mishap, Mishap::Late(after) if *after > RULES.retry_window),
            |mishap: &Mishap| matches!(mishap, Mishap::Late(after) if *after < RULES.retry_window),
        ] {
            assert!(mishaps.iter().any(wanted));
        }
        for ending in [Ending::Replay, Ending::ReplayOlder, Ending::ReplayLate, Ending::ReplayCode, Ending::Keep] {
            assert!(all.iter().any(|script| script.ending == ending), "{ending:?}");
        }
    }

    #[test]
    fn two_who_share_a_store_do_not_live_from_memory() {
        let shared = scripts(1, 1, 500).into_iter().filter(|script| script.kind == Kind::Shared);
        for mishap in shared.flat_map(|script| script.turns).flat_map(|turn| turn.mishaps) {
            let (Mishap::Late(after) | Mishap::Reset(_, after)) = mishap else { continue };
            assert!(after < RULES.retry_window / 2, "{mishap:?}");
        }
    }
}
