//! Rates as people write them: `20/1h` is twenty in any hour, at once or spread.

use std::{fmt, num::NonZeroU32, str::FromStr};

use super::HumanDuration;

/// So many in so much time; the whole number may come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In how long; never zero.
    pub per: HumanDuration,
}

impl Rate {
    /// `count` (0 is read as 1) in `per`.
    #[must_use]
    pub const fn new(count: u32, per: HumanDuration) -> Self {
        let count = match NonZeroU32::new(count) {
            Some(count) => count,
            None => NonZeroU32::MIN,
        };
        Self { count, per }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || format!("is \"{}\", which is not a rate", text.escape_debug());
        let (count, per) = text.split_once('/').ok_or_else(refused)?;
        let count = count.parse().map_err(|_| refused())?;
        let per: HumanDuration = per.parse().map_err(|_| refused())?;
        if per.is_zero() {
            return Err(refused());
        }
        Ok(Self { count, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.count, self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_and_printed() {
        let rate: Rate = "20/1h".parse().unwrap();
        assert_eq!(rate, Rate::new(20, HumanDuration::hours(1)));
        assert_eq!(rate.to_string(), "20/1h");
        for text in ["", "20", "20/h", "0/1m", "20/0s", "-1/1m", "20/1m/2", "many/1m"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
