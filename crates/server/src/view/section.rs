//! A section of an account page: what there is, and what can be done about it. Each kind of thing fills one of these, and all
//! look alike; the page is a list of them.

use std::{borrow::Cow, fmt};

use super::{Form, Moment, Phrase};

/// A section.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its word, in the ids of the page: `passkeys` gives `passkeys-heading`.
    pub id: Cow<'static, str>,
    /// Its heading.
    pub heading: String,
    /// A sentence or two above the rows; what to do, if there are none.
    pub said: Option<String>,
    /// What there is.
    pub rows: Vec<Row>,
    /// What is shown to be copied, such as a secret that is shown this once.
    pub shown: Vec<Copyable>,
    /// What can be done that is not about one row.
    pub acts: Vec<Act>,
    /// What is asked.
    pub form: Option<Form>,
    /// A sentence below, in small.
    pub note: Option<String>,
}

impl Section {
    /// An empty section under this heading.
    #[must_use]
    pub fn new(id: &'static str, heading: &Phrase<'_>) -> Self {
        Self { id: id.into(), heading: heading.to_string(), ..Self::default() }
    }
}

/// A text to be copied.
#[derive(Clone, Debug)]
pub struct Copyable {
    /// Its id in the page.
    pub id: String,
    /// What it is.
    pub label: String,
    /// The text.
    pub text: String,
}

/// One thing among others.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What it is called; it may be a stranger's text.
    pub title: String,
    /// The page about it, below the issuer's path.
    pub path: Option<String>,
    /// What is not as it should be, in a word or two.
    pub badge: Option<String>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// What can be done about it.
    pub acts: Vec<Act>,
}

/// Something known of a row: words of ours, a time, a stranger's text; each may be missing.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// Words before the rest.
    pub words: String,
    /// A time.
    pub at: Option<Moment>,
    /// A text that is not ours, such as an address.
    pub text: Option<String>,
}

impl Fact {
    /// Words and a time: "Added 2 minutes ago".
    #[must_use]
    pub fn at(words: impl fmt::Display, at: Moment) -> Self {
        Self { words: words.to_string(), at: Some(at), text: None }
    }

    /// Words and a text that is not ours: "from 192.0.2.1".
    #[must_use]
    pub fn text(words: impl fmt::Display, text: &str) -> Self {
        Self { words: words.to_string(), at: None, text: Some(text.to_owned()) }
    }
}

/// A link to a page of ours, or a button that sends a form.
#[derive(Clone, Debug)]
pub struct Act {
    /// Its id in the page.
    pub id: String,
    /// The whole act, in words of ours: "Remove".
    pub label: String,
    /// What it acts on, if that is a stranger's text; stands behind the label.
    pub named: Option<String>,
    /// The address, below the issuer's path.
    pub path: String,
    /// How it looks, and what it does.
    pub kind: ActKind,
}

/// How an act looks, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// A link.
    Link,
    /// A link to what the person should do first.
    PrimaryLink,
    /// A link to where something can be lost.
    DangerousLink,
    /// A button that sends a form with nothing but its proof.
    Press,
    /// Such a button, for what is lost then.
    DangerousPress,
}

impl Act {
    /// A link.
    #[must_use]
    pub fn link(id: &str, label: impl fmt::Display, path: &str) -> Self {
        Self { id: id.to_owned(), label: label.to_string(), named: None, path: path.to_owned(), kind: ActKind::Link }
    }

    /// Something else than a link.
    #[must_use]
    pub fn with(self, kind: ActKind) -> Self {
        Self { kind, ..self }
    }

    /// About this, which is a stranger's text.
    #[must_use]
    pub fn about(self, named: &str) -> Self {
        Self { named: Some(named.to_owned()), ..self }
    }

    pub(super) fn is_link(&self) -> bool {
        matches!(self.kind, ActKind::Link | ActKind::PrimaryLink | ActKind::DangerousLink)
    }

    pub(super) fn class(&self) -> &'static str {
        match self.kind {
            ActKind::Link | ActKind::Press => "button--secondary",
            ActKind::PrimaryLink => "button--primary",
            ActKind::DangerousLink | ActKind::DangerousPress => "button--danger",
        }
    }
}
