//! Short messages above a page's content.

use super::Moment;

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
    pub fn reused(app: &str, at: Moment, id: String) -> Self {
        Self {
            tone: Tone::Danger,
            title: format!("{app} was disconnected to protect you"),
            text: "A key that had been replaced was used again, so somebody may have copied it, or the program lost its place. \
                   It can read nothing any more. Connect it again if it is yours."
                .to_owned(),
            at: Some(at),
            read: Some(id),
        }
    }

    /// The same key keeps coming twice.
    #[must_use]
    pub fn shared(app: &str, at: Moment, id: String) -> Self {
        Self {
            tone: Tone::Warn,
            title: format!("{app} may be used in two places"),
            text: "Two programs use this connection, or somebody copied it. If that is not you, disconnect it below."
                .to_owned(),
            at: Some(at),
            read: Some(id),
        }
    }

    /// A connection was ended a moment ago, by the reader.
    #[must_use]
    pub fn disconnected(app: &str) -> Self {
        Self {
            tone: Tone::Good,
            title: format!("{app} is disconnected"),
            text: "It can read nothing any more.".to_owned(),
            at: None,
            read: None,
        }
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
