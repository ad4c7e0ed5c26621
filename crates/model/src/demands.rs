//! What an organisation demands of how its members sign in: a pure comparison of what is demanded with what was shown.
//!
//! Does not own who is asked, nor what ends when a demand is made (`identity::demands`).

use std::{collections::BTreeSet, fmt};

use crate::Timestamp;

/// The longest name of a provider.
const LONGEST: usize = 32;

/// A way to come in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The account's password.
    Password,
    /// A passkey of the account.
    Passkey,
    /// A provider's word, by the provider's name in the settings: `google`.
    Provider(String),
}

impl Way {
    /// The word that is stored, typed and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Provider(name) => name,
        }
    }

    /// Reads the word; what is no other word is a provider's name, if it can be one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let is_name = (1..=LONGEST).contains(&word.len())
            && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        match word {
            "password" => Some(Self::Password),
            "passkey" => Some(Self::Passkey),
            name => is_name.then(|| Self::Provider(name.to_owned())),
        }
    }
}

/// A set of ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways(BTreeSet<Way>);

impl Ways {
    /// Reads words with spaces between; nothing if one of them is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().map(Way::parse).collect()
    }

    /// What can be told of a sign-in that says only how it was proved (RFC 8176 values, space separated). Which provider's word
    /// it was, if it was one's, they do not say.
    #[must_use]
    pub fn of_amr(amr: &str) -> Self {
        let way = |word| match word {
            "pwd" => Some(Way::Password),
            "pop" => Some(Way::Passkey),
            _ => None,
        };
        amr.split_ascii_whitespace().filter_map(way).collect()
    }

    /// These and another.
    #[must_use]
    pub fn with(mut self, way: Way) -> Self {
        self.0.insert(way);
        self
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        self.0.extend(others.0.iter().cloned());
        self
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(&self, way: &Way) -> bool {
        self.0.contains(way)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each, in an order that stays.
    pub fn iter(&self) -> impl Iterator<Item = &Way> {
        self.0.iter()
    }
}

impl FromIterator<Way> for Ways {
    fn from_iter<I: IntoIterator<Item = Way>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl fmt::Display for Ways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, way) in self.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { "" } else { " " }, way.as_str())?;
        }
        Ok(())
    }
}

/// What an organisation demands; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Since when it demands two factors.
    pub second_factor_at: Option<Timestamp>,
    /// The ways in that count there; every one if it names none.
    pub ways_in: Option<Ways>,
}

/// What somebody has shown of themselves in one browser; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Whether that were two factors.
    pub two_factors: bool,
    /// By which ways they came in there.
    pub ways: Ways,
}

/// What is missing for a demand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmet {
    /// A second factor.
    pub second_factor: bool,
    /// Whether the account has one that can be shown.
    pub has_second_factor: bool,
    /// One of these ways in.
    pub ways_in: Option<Ways>,
}

impl Demands {
    /// Whether anything is demanded.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.second_factor_at.is_some() || self.ways_in.is_some()
    }

    /// What is missing; nothing if all is met. `has_second_factor`: whether the account has one still, without which two factors
    /// that were shown once count no more.
    #[must_use]
    pub fn unmet(&self, shown: &Shown, has_second_factor: bool) -> Option<Unmet> {
        let second_factor = self.second_factor_at.is_some() && !(shown.two_factors && has_second_factor);
        let ways_in = self.ways_in.clone().filter(|ways| !shown.ways.iter().any(|way| ways.contains(way)));
        (second_factor || ways_in.is_some()).then_some(Unmet { second_factor, has_second_factor, ways_in })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(text: &str) -> Ways {
        Ways::parse(text).unwrap()
    }

    #[test]
    fn words_are_read_back_and_nothing_else_is_one() {
        assert_eq!(ways("google password  passkey").to_string(), "password passkey google");
        for odd in ["Google", "a/b", "ä", &"a".repeat(33)] {
            assert_eq!(Way::parse(odd), None, "{odd}");
        }
        assert_eq!(Ways::of_amr("pwd otp mfa"), ways("password"));
        assert_eq!(Ways::of_amr("pop user mfa device"), ways("passkey"));
        assert!(Ways::of_amr("fed").is_empty(), "which provider's word it was is not said");
    }

    #[test]
    fn a_demand_is_met_by_what_was_shown_and_still_is_there() {
        let since = Some(Timestamp::from_seconds(1));
        let both = Demands { second_factor_at: since, ways_in: Some(ways("passkey google")) };
        let shown = |two_factors, words: &str| Shown { two_factors, ways: ways(words) };
        assert_eq!(Demands::default().unmet(&Shown::default(), false), None);
        assert_eq!(both.unmet(&shown(true, "google"), true), None);
        assert_eq!(both.unmet(&shown(true, "password passkey"), true), None);
        let missing = |shown: &Shown, has| both.unmet(shown, has).map(|it| (it.second_factor, it.ways_in.is_some()));
        assert_eq!(missing(&shown(true, "google"), false), Some((true, false)), "it is gone since");
        assert_eq!(missing(&shown(false, "google"), true), Some((true, false)));
        assert_eq!(missing(&shown(true, "password github"), true), Some((false, true)));
        assert_eq!(missing(&Shown::default(), true), Some((true, true)));
    }
}
