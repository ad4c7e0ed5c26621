//! A form within a section: what is asked, and the button that sends it. Every page of sections asks in the same way.

use std::fmt;

use super::Phrase;

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The id of its button.
    pub id: String,
    /// Where it goes, below the issuer's path.
    pub path: String,
    /// What is asked, from top to bottom.
    pub inputs: Vec<Input>,
    /// The whole act, in words of ours.
    pub act: String,
    /// Whether something can be lost by it.
    pub dangerous: bool,
}

impl Form {
    /// A form that is sent by a button with this id and these words.
    #[must_use]
    pub fn new(id: &str, act: impl fmt::Display, path: &str, inputs: Vec<Input>) -> Self {
        Self { id: id.to_owned(), path: path.to_owned(), inputs, act: act.to_string(), dangerous: false }
    }

    /// The same, for what can be lost.
    #[must_use]
    pub fn dangerous(self) -> Self {
        Self { dangerous: true, ..self }
    }

    pub(super) fn class(&self) -> &'static str {
        if self.dangerous { "button--danger" } else { "button--primary" }
    }
}

/// One thing that is asked.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in the form, which is its id in the page too.
    pub name: String,
    /// What is asked, above it.
    pub label: String,
    /// How it is meant, or an example; nothing if that is plain.
    pub hint: String,
    /// What is wrong with what was sent.
    pub error: Option<String>,
    /// How it is answered.
    pub kind: InputKind,
}

/// How something is answered.
#[derive(Clone, Debug)]
pub enum InputKind {
    /// In one line.
    Line {
        /// What is in it.
        value: String,
        /// What it takes: `text`, `email`, `url`, `number`.
        takes: &'static str,
        /// What a browser may fill in: `off`, `email`.
        autocomplete: &'static str,
        /// Whether it may be left empty.
        required: bool,
        /// In characters.
        longest: u16,
    },
    /// In several lines.
    Lines {
        /// What is in it.
        value: String,
        /// How many lines are shown.
        rows: u8,
    },
    /// By one of several.
    OneOf(Vec<Choice>),
    /// By any of several: each is a parameter of its own, `name-value=on`.
    AnyOf(Vec<Choice>),
    /// Not at all: it is carried along.
    Carried(String),
}

/// One of several.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent; of letters that can stand in an id.
    pub value: String,
    /// What it is called; it may be a stranger's text.
    pub label: String,
    /// What it means.
    pub hint: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// One that can be chosen.
    #[must_use]
    pub fn new(value: &str, label: impl fmt::Display, chosen: bool) -> Self {
        Self { value: value.to_owned(), label: label.to_string(), hint: String::new(), chosen }
    }

    /// The same, explained.
    #[must_use]
    pub fn meaning(self, hint: impl fmt::Display) -> Self {
        Self { hint: hint.to_string(), ..self }
    }
}

impl Input {
    /// A line that must be filled; the message is its label, the part `.hint` may say more.
    #[must_use]
    pub fn line(name: &str, asked: &Phrase<'_>, value: &str) -> Self {
        let kind = InputKind::Line {
            value: value.to_owned(),
            takes: "text",
            autocomplete: "off",
            required: true,
            longest: 254,
        };
        Self::of(name, asked, kind)
    }

    /// Several lines.
    #[must_use]
    pub fn lines(name: &str, asked: &Phrase<'_>, value: &str, rows: u8) -> Self {
        Self::of(name, asked, InputKind::Lines { value: value.to_owned(), rows })
    }

    /// One of several.
    #[must_use]
    pub fn one_of(name: &str, asked: &Phrase<'_>, choices: Vec<Choice>) -> Self {
        Self::of(name, asked, InputKind::OneOf(choices))
    }

    /// Any of several.
    #[must_use]
    pub fn any_of(name: &str, asked: &Phrase<'_>, choices: Vec<Choice>) -> Self {
        Self::of(name, asked, InputKind::AnyOf(choices))
    }

    /// What the form brings with it.
    #[must_use]
    pub fn carried(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            label: String::new(),
            hint: String::new(),
            error: None,
            kind: InputKind::Carried(value.to_owned()),
        }
    }

    fn of(name: &str, asked: &Phrase<'_>, kind: InputKind) -> Self {
        let (name, label, hint) = (name.to_owned(), asked.to_string(), asked.part("hint").if_said());
        Self { name, label, hint: hint.unwrap_or_default(), error: None, kind }
    }

    /// A line of another kind: `email`, `url`, `number`.
    #[must_use]
    pub fn taking(mut self, what: &'static str) -> Self {
        if let InputKind::Line { takes, .. } = &mut self.kind {
            *takes = what;
        }
        self
    }

    /// A line that may be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        if let InputKind::Line { required, .. } = &mut self.kind {
            *required = false;
        }
        self
    }

    /// With what is wrong with it.
    #[must_use]
    pub fn refused(self, error: Option<String>) -> Self {
        Self { error, ..self }
    }

    /// The ids of what explains it, for its field.
    pub(super) fn described_by(&self) -> Option<String> {
        let error = self.error.is_some().then(|| format!("{}-error", self.name));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}
