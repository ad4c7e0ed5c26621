//! Short messages above a page's content.

use model::Language;

use super::{
    Moment,
    phrase::{Phrase, say},
};

/// A message, with a sign and a title so that its colour is never all it says.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What happened, in a few words.
    pub title: String,
    /// What it means and what to do now.
    pub text: String,
    /// When it happened, where that matters.
    pub at: Option<Moment>,
    /// The id to say that it was read; none where it goes by itself.
    pub read: Option<String>,
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Info,
    /// Something went well.
    Good,
    /// Look at this.
    Warn,
    /// Something bad happened.
    Danger,
}

impl Notice {
    /// An old key of this app was used again, so its connection was ended.
    #[must_use]
    pub fn reused(language: Language, app: &str, at: Moment, id: String) -> Self {
        Self {
            at: Some(at),
            read: Some(id),
            ..Self::new(Tone::Danger, &say(language, "connections-notice-reused").with("app", app))
        }
    }

    /// The same key keeps coming twice.
    #[must_use]
    pub fn shared(language: Language, app: &str, at: Moment, id: String) -> Self {
        Self {
            at: Some(at),
            read: Some(id),
            ..Self::new(Tone::Warn, &say(language, "connections-notice-shared").with("app", app))
        }
    }

    /// A connection was ended a moment ago, by the reader.
    #[must_use]
    pub fn disconnected(language: Language, app: &str) -> Self {
        Self::new(Tone::Good, &say(language, "connections-notice-disconnected").with("app", app))
    }

    /// A message whose words are the title, with the text as its part `.text`.
    #[must_use]
    pub fn new(tone: Tone, message: &Phrase<'_>) -> Self {
        Self { tone, title: message.to_string(), text: message.part("text").into(), at: None, read: None }
    }
}

impl Tone {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Danger => "danger",
        }
    }

    /// What a screen reader makes of it: what just happened is read out, what stands there waits its turn.
    pub(super) const fn role(self) -> &'static str {
        match self {
            Self::Good => "status",
            Self::Info | Self::Warn | Self::Danger => "note",
        }
    }
}
