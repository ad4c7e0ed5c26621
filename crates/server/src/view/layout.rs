//! What every page carries: the server's name and accent, the theme, the form token, who is signed in.

use model::Language;

use super::{
    Menu, Moment,
    accent::Accent,
    asset::File,
    phrase::{Phrase, say},
};

/// The frame around a page.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The server's name and accent, as its operator set them.
    pub brand: Brand,
    /// Whether the thin "development" strip is shown.
    pub development: bool,
    /// The form token of this browser; every POST form sends it back as `csrf`.
    pub csrf: String,
    /// The person of this browser's session, if there is one.
    pub signed_in: Option<SignedIn>,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// The path of the issuer, without a trailing slash; empty for most servers.
    pub base: String,
    /// Path and query of the page itself below `base`, to which the theme switch comes back: `/connections`.
    pub here: String,
    /// Whether `here` can be opened again, so that the switches have somewhere to come back to.
    pub comes_back: bool,
    /// The language of the page.
    pub language: Language,
    /// The navigation, where it is not the account's.
    pub menu: Option<Menu>,
}

/// How the operator calls and colours this server.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The name above every card.
    pub name: String,
    /// The operator's accent; the built-in one where none is set.
    pub accent: Option<Accent>,
}

/// The person that a session belongs to.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The address they sign in with.
    pub email: String,
    /// The name they gave, or an empty string.
    pub name: String,
}

/// The remembered choice between light and dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The three choices, in the order in which the switch offers them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word used in the form and the cookie: `auto`, `light` or `dark`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme that a form or a cookie names; anything unknown is [`Theme::Auto`].
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.word() == word).unwrap_or_default()
    }

    const fn label_key(self) -> &'static str {
        match self {
            Self::Auto => "frame-theme-auto",
            Self::Light => "frame-theme-light",
            Self::Dark => "frame-theme-dark",
        }
    }
}

impl Layout {
    /// The message of this key, in the reader's language.
    #[must_use]
    pub fn say<'a>(&self, key: &'a str) -> Phrase<'a> {
        say(self.language, key)
    }

    /// A point in time, in words.
    pub(super) fn told(&self, at: &Moment) -> String {
        at.words(self.language)
    }

    /// The same to the second.
    pub(super) fn exactly(&self, at: &Moment) -> String {
        at.exact(self.language)
    }

    pub(super) fn stylesheet(&self) -> String {
        File::Stylesheet.url(&self.base)
    }

    pub(super) fn script(&self) -> String {
        File::Script.url(&self.base)
    }

    /// The script of the pages with a passkey in them.
    pub(super) fn passkey_script(&self) -> String {
        File::Passkeys.url(&self.base)
    }

    pub(super) fn favicon(&self) -> String {
        File::Favicon.url(&self.base)
    }

    /// Where the operator's colours are; the query changes with them, so that the answer may be kept for ever.
    pub(super) fn brand_stylesheet(&self) -> Option<String> {
        let accent = self.brand.accent.as_ref()?;
        Some(format!("{}/assets/brand.css?v={}", self.base, accent.version()))
    }

    /// The theme to force, unless it is the system's.
    pub(super) fn forced_theme(&self) -> Option<&'static str> {
        (self.theme != Theme::Auto).then_some(self.theme.word())
    }

    /// The choices of the theme switch: word, key of the label, whether it is the present one.
    pub(super) fn themes(&self) -> [(&'static str, &'static str, bool); 3] {
        Theme::ALL.map(|theme| (theme.word(), theme.label_key(), theme == self.theme))
    }

    /// The choices of the language switch, and whether each is the present one.
    pub(super) fn languages(&self) -> [(Language, bool); 2] {
        Language::ALL.map(|language| (language, language == self.language))
    }

    /// The same frame with this navigation.
    #[must_use]
    pub fn within(self, menu: Menu) -> Self {
        Self { menu: Some(menu), ..self }
    }

    pub(super) fn is_at(&self, path: &str) -> bool {
        self.here.split('?').next() == Some(path)
    }
}
