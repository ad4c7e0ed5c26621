//! Durations as people write them: `250ms`, `30s`, `15m`, `12h`, `7d`.

use std::{fmt, str::FromStr, time::Duration};

const MILLISECOND: u64 = 1;
const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Largest first, so that a duration prints in the largest unit that divides it.
const UNITS: [(&str, u64); 5] = [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", MILLISECOND)];
/// Ten years: longer is a typing error.
const LONGEST: u64 = 3650 * DAY;

/// A duration in whole milliseconds, at most 3650 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HumanDuration(u64);

impl HumanDuration {
    /// Nothing at all.
    pub const ZERO: Self = Self(0);

    /// So many seconds.
    #[must_use]
    pub const fn seconds(count: u64) -> Self {
        Self(count * SECOND)
    }

    /// So many minutes.
    #[must_use]
    pub const fn minutes(count: u64) -> Self {
        Self(count * MINUTE)
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(count: u64) -> Self {
        Self(count * HOUR)
    }

    /// So many days.
    #[must_use]
    pub const fn days(count: u64) -> Self {
        Self(count * DAY)
    }

    /// As the standard library's duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }

    /// Whole seconds, rounded down: the unit of `expires_in` (RFC 6749 §5.1).
    #[must_use]
    pub const fn as_seconds(self) -> u64 {
        self.0 / SECOND
    }

    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Twice as long.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self(self.0 * 2)
    }
}

impl FromStr for HumanDuration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("is \"{}\", which is not a duration", text.escape_debug());
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| refused())?;
        let size = match UNITS.iter().find(|(name, _)| *name == unit) {
            Some((_, size)) => *size,
            None if text == "0" => 0,
            None => return Err(refused()),
        };
        match number.checked_mul(size) {
            Some(total) if total <= LONGEST => Ok(Self(total)),
            _ => Err(format!("is \"{}\", which is longer than 3650d", text.escape_debug())),
        }
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = UNITS.iter().find(|(_, size)| self.0 != 0 && self.0.is_multiple_of(*size));
        match largest {
            Some((name, size)) => write!(f, "{}{name}", self.0 / size),
            None => f.write_str("0s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write_and_prints_it_back() {
        for (text, milliseconds) in
            [("250ms", 250), ("30s", 30_000), ("15m", 900_000), ("12h", 43_200_000), ("7d", 604_800_000), ("0s", 0)]
        {
            let parsed: HumanDuration = text.parse().unwrap();
            assert_eq!(parsed.duration(), Duration::from_millis(milliseconds), "{text}");
            assert_eq!(parsed.to_string(), text);
        }
        assert_eq!("90s".parse::<HumanDuration>().unwrap().to_string(), "90s");
        assert_eq!("120s".parse::<HumanDuration>().unwrap().to_string(), "2m");
        assert_eq!("0".parse::<HumanDuration>(), Ok(HumanDuration::ZERO));
    }

    #[test]
    fn refuses_what_could_be_misread() {
        for text in ["", "15", "m", "15 m", "-1s", "1.5h", "15M", "1h30m", "3651d", "99999999999999999999s", "１５m"]
        {
            assert!(text.parse::<HumanDuration>().is_err(), "{text}");
        }
    }
}
