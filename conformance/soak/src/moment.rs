//! Time as the journal keeps it: microseconds since the run began, and spans in which something happened that nobody saw.
//!
//! The server's own reading of the clock is unknown to a client, but it lies between sending a request and having its answer.
//! So what follows from it is sometimes certain and sometimes merely possible; [`Sooner`] says which.

use std::{
    fmt,
    time::{Duration, Instant},
};

/// Microseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// After so many microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// So much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(micros(by)))
    }

    /// From `earlier` until this, in microseconds; negative if it is the other way round.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

/// Seconds, to be read.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.4}", Duration::from_micros(self.0.unsigned_abs()).as_secs_f64())
    }
}

/// A duration in microseconds.
#[must_use]
pub fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The run's clock. It never steps back, whatever is done to the machine's.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Begins at zero.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Moment {
        Moment(micros(self.0.elapsed()))
    }
}

/// Something happened at one moment between these two, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Not before.
    pub from: Moment,
    /// Not after.
    pub until: Moment,
}

/// Whether less than a limit lay between two spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sooner {
    /// It may have been less.
    pub may: bool,
    /// It may have been more.
    pub may_not: bool,
}

impl Span {
    /// Between these.
    #[must_use]
    pub const fn new(from: Moment, until: Moment) -> Self {
        Self { from, until }
    }

    /// Whether at most `limit` passed from `earlier` until this. Within `slack` of the limit both are possible.
    #[must_use]
    pub fn within(self, limit: Duration, earlier: Self, slack: Duration) -> Sooner {
        let (limit, slack) = (micros(limit), micros(slack));
        Sooner {
            may: self.from.since(earlier.until) <= limit.saturating_add(slack),
            may_not: self.until.since(earlier.from) > limit.saturating_sub(slack),
        }
    }
}

impl Sooner {
    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { may: self.may && other.may, may_not: self.may_not || other.may_not }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn span(from: i64, until: i64) -> Span {
        Span::new(Moment::from_micros(from), Moment::from_micros(until))
    }

    const fn sooner(may: bool, may_not: bool) -> Sooner {
        Sooner { may, may_not }
    }

    #[test]
    fn what_is_certain_is_told_apart_from_what_is_possible() {
        let limit = Duration::from_micros(100);
        let within = |later: Span, earlier: Span| later.within(limit, earlier, Duration::ZERO);
        assert_eq!(within(span(50, 60), span(0, 10)), sooner(true, false));
        assert_eq!(within(span(300, 310), span(0, 10)), sooner(false, true));
        assert_eq!(within(span(95, 105), span(0, 10)), sooner(true, true));
        assert_eq!(within(span(100, 100), span(0, 0)), sooner(true, false), "the limit itself is within");
    }

    #[test]
    fn near_the_limit_both_are_possible() {
        let near = span(98, 98).within(Duration::from_micros(100), span(0, 0), Duration::from_micros(5));
        assert_eq!(near, sooner(true, true));
    }

    #[test]
    fn a_conjunction_is_certain_when_both_are() {
        assert_eq!(sooner(true, false).and(sooner(true, false)), sooner(true, false));
        assert_eq!(sooner(true, true).and(sooner(true, false)), sooner(true, true));
        assert_eq!(sooner(true, false).and(sooner(false, true)), sooner(false, true));
    }
}
