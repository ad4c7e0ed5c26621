//! Asks an authorization server that does not answer less and less often, so that its bad minute does not become the app's.
//! While it is not asked, nobody new is let in: the answer is 503.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So many failures in a row, and it is left alone for a while.
const FAILURES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    paused_until: Option<Instant>,
}

impl Breaker {
    /// Whether to ask now; else how long not to. After a pause one question goes ahead, and the others wait for its outcome.
    pub fn ask(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.paused_until {
            None => Ok(()),
            Some(until) if now < until => Err(until - now),
            Some(_) => {
                state.paused_until = Some(now + pause(state.failures));
                Ok(())
            }
        }
    }

    /// Notes how a question went.
    pub fn note(&self, is_answered: bool, now: Instant) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_answered {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            state.paused_until = Some(now + pause(state.failures));
        }
    }
}

/// Doubles with each further failure.
fn pause(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(FAILURES).min(10);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_pauses_after_failures_and_lets_one_question_through() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES {
            assert!(breaker.ask(start).is_ok());
            breaker.note(false, start);
        }
        assert_eq!(breaker.ask(start), Err(FIRST_PAUSE));
        let later = start + FIRST_PAUSE;
        assert!(breaker.ask(later).is_ok());
        assert!(breaker.ask(later).is_err(), "the others wait for the first");
        breaker.note(false, later);
        assert_eq!(breaker.ask(later), Err(2 * FIRST_PAUSE));
        breaker.note(true, later);
        assert!(breaker.ask(later).is_ok());
    }

    #[test]
    fn pauses_are_bounded() {
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
