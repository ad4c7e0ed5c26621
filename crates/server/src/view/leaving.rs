//! The pages around giving up an account, and deleting what goes with it.

use askama::Template;
use model::Language;

use super::{Field, Layout, Moment, sample, say};

/// An act that cannot be undone: what goes, what stays, and a word to type.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/typed_confirmation.html")]
pub struct TypedConfirmation {
    /// The frame.
    pub layout: Layout,
    /// The question: "Delete your account?".
    pub question: String,
    /// What goes, a line each.
    pub goes: Vec<String>,
    /// What stays, a line each.
    pub stays: Vec<String>,
    /// Whether and until when it can be undone.
    pub afterwards: String,
    /// What is asked for above the field.
    pub label: String,
    /// What must be typed, as it stands.
    pub expected: String,
    /// What was typed, and what is wrong with it.
    pub typed: Field,
    /// The whole act, on the button.
    pub act: String,
    /// The address of the form, below the issuer's path.
    pub action: String,
    /// Where the other link leads.
    pub back: String,
}

impl TypedConfirmation {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let it = say(language, "privacy-confirm");
        let part = |name| it.part(name).to_string();
        let plain = Self {
            layout: sample::signed_in(language, "/account/delete"),
            question: it.to_string(),
            goes: vec![part("account"), part("apps")],
            stays: vec![it.clone().with("organization", "Acme").part("organization").into()],
            afterwards: part("at-once"),
            label: part("label"),
            expected: "member@example.com".to_owned(),
            typed: Field::default(),
            act: part("act"),
            action: "/account/delete".to_owned(),
            back: "/account/privacy".to_owned(),
        };
        let typed = Field { value: "no".to_owned(), error: Some(part("wrong")) };
        let refused = Self { typed, stays: Vec::new(), ..plain.clone() };
        let odd = || sample::HOSTILE.to_owned();
        let hostile = Self {
            question: odd(),
            goes: vec![odd()],
            stays: vec![odd()],
            expected: odd(),
            typed: Field { value: odd(), error: Some(odd()) },
            ..plain.clone()
        };
        vec![("plain", plain), ("refused", refused), ("hostile", hostile)]
    }
}

/// `GET /leaving`: somebody signed in whose account is about to go.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/leaving.html")]
pub struct Leaving {
    /// The frame.
    pub layout: Layout,
    /// Whose account it is.
    pub email: String,
    /// When it goes.
    pub at: Moment,
}

impl Leaving {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let at = Moment::date(sample::NOW + 14 * sample::DAY);
        let plain = Self { layout: sample::layout(language, "/leaving"), email: "member@example.com".to_owned(), at };
        let hostile = Self { email: sample::HOSTILE.to_owned(), ..plain.clone() };
        vec![("plain", plain), ("hostile", hostile)]
    }
}

/// The answer to somebody who gave up their account.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/left.html")]
pub struct Left {
    /// The frame.
    pub layout: Layout,
    /// When it goes; none if it is gone.
    pub at: Option<Moment>,
}

impl Left {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let later = Moment::date(sample::NOW + 14 * sample::DAY);
        let gone = Self { layout: sample::layout(language, "/account/delete"), at: None };
        vec![("later", Self { at: Some(later), ..gone.clone() }), ("gone", gone)]
    }
}
