//! The languages that people are spoken to in.

use serde::{Deserialize, Serialize};

/// A language that there are messages in. English where nothing else is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its BCP 47 tag: `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What it is called by those who speak it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language of a tag, whatever its script or region (RFC 4647 §3.4): `de-AT` is German.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or(tag);
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first that a `ui_locales` parameter names and that we speak.
    #[must_use]
    pub fn of_ui_locales(parameter: &str) -> Option<Self> {
        protocol::ui_locales(parameter).find_map(Self::of_tag)
    }

    /// The one that an `Accept-Language` header would rather have; of equals, the one named first.
    #[must_use]
    pub fn of_accept_language(header: &str) -> Option<Self> {
        let spoken = protocol::accept_language(header)
            .filter(|(_, weight)| *weight > 0)
            .filter_map(|(range, weight)| Some((Self::of_tag(range)?, weight)));
        let best = spoken.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_is_spoken() {
        for (header, expected) in [
            ("de", Some(Language::German)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(Language::German)),
            ("en-GB,en;q=0.9,de;q=0.8", Some(Language::English)),
            ("fr,de;q=0.5,en;q=0.7", Some(Language::English)),
            ("en;q=0.5, DE-ch-1996;q=0.5001, de;q=0.500", Some(Language::English)),
            ("de;q=0, en;q=0", None),
            ("fr, *", None),
            ("den, deutsch, e", None),
            ("", None),
        ] {
            assert_eq!(Language::of_accept_language(header), expected, "{header}");
        }
    }

    #[test]
    fn the_first_wanted_that_we_speak_is_spoken() {
        assert_eq!(Language::of_ui_locales("fr-CA de en"), Some(Language::German));
        assert_eq!(Language::of_ui_locales("fr  it"), None);
    }
}
