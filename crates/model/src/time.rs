//! Points in time. Owns their arithmetic; the clock that reads them is `identity`'s.

use std::time::Duration;

use jiff::{Span, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since 1970, the unit of JWT's NumericDate (RFC 7519 §2).
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This much later; stays at the end of time rather than overflow.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// When the minute began in which this lies.
    #[must_use]
    pub const fn minute(self) -> Self {
        Self(self.0.div_euclid(60_000_000) * 60_000_000)
    }

    /// When the month (UTC) began in which this lies, and when the next one begins.
    #[must_use]
    pub fn month(self) -> (Self, Self) {
        self.calendar_month().unwrap_or((Self(0), Self(i64::MAX)))
    }

    /// Nothing outside of the years that a calendar has.
    fn calendar_month(self) -> Option<(Self, Self)> {
        let zoned = jiff::Timestamp::from_microsecond(self.0).ok()?.to_zoned(TimeZone::UTC);
        let begin = zoned.first_of_month().and_then(|day| day.start_of_day()).ok()?;
        let next = begin.checked_add(Span::new().months(1)).ok()?;
        Some((Self(begin.timestamp().as_microsecond()), Self(next.timestamp().as_microsecond())))
    }

    /// As RFC 3339 writes it, in UTC; nothing outside of the years that a calendar has.
    #[must_use]
    pub fn rfc3339(self) -> Option<String> {
        jiff::Timestamp::from_microsecond(self.0).ok().map(|at| at.to_string())
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_and_months_begin_where_the_calendar_says() {
        let february = Timestamp::from_seconds(1_709_210_096); // 2024-02-29T12:34:56Z
        assert_eq!(february.minute(), Timestamp::from_seconds(1_709_210_040));
        let (begin, next) = february.month();
        assert_eq!((begin.as_seconds(), next.as_seconds()), (1_706_745_600, 1_709_251_200));
        assert_eq!(begin.month(), (begin, next));
        assert_eq!(next.minus(Duration::from_micros(1)).month(), (begin, next));
        assert_eq!(Timestamp::from_micros(i64::MAX).month().0, Timestamp::from_micros(0));
    }
}
