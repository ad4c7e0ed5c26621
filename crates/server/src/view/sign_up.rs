//! The sign-up page.

use askama::Template;

use super::{Layout, Waiting, sample};

/// `GET /sign-up`, and the answer to a sign-up that was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_up.html")]
pub struct SignUp {
    /// The frame.
    pub layout: Layout,
    /// The app to continue to, if one waits.
    pub waiting: Option<Waiting>,
    /// What to call the person; may stay empty.
    pub name: Field,
    /// The address they will sign in with.
    pub email: Field,
    /// What is wrong with the password, which is never sent back.
    pub password_error: Option<String>,
    /// The least number of characters of a password.
    pub password_minimum: usize,
    /// What is wrong with none of the fields: too many tries, sign-up closed.
    pub refusal: Option<String>,
}

/// What was typed into a field, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// The text, given back as it was typed.
    pub value: String,
    /// What is wrong and what would be right.
    pub error: Option<String>,
}

impl SignUp {
    fn is_refused(&self) -> bool {
        self.refusal.is_some()
            || self.password_error.is_some()
            || self.name.error.is_some()
            || self.email.error.is_some()
    }

    fn password_hint(&self) -> String {
        format!("At least {} characters. A few words are easy to remember and hard to guess.", self.password_minimum)
    }

    /// The page in its states.
    #[must_use]
    pub fn sample() -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout("/sign-up"),
            waiting: None,
            name: Field::default(),
            email: Field::default(),
            password_error: None,
            password_minimum: 12,
            refusal: None,
        };
        let field = |value: &str, error: &str| Field { value: value.to_owned(), error: Some(error.to_owned()) };
        let refused = Self {
            name: Field { value: "Ada".to_owned(), error: None },
            email: field("ada(at)example.com", "This is not an e-mail address. It looks like name@example.com."),
            password_error: Some("This password is too short. Use at least 12 characters.".to_owned()),
            waiting: sample::waiting("Claude"),
            ..plain.clone()
        };
        let hostile = Self {
            name: field(sample::HOSTILE, sample::HOSTILE),
            email: field(sample::HOSTILE, sample::HOSTILE),
            password_error: Some(sample::HOSTILE.to_owned()),
            refusal: Some(sample::HOSTILE.to_owned()),
            waiting: sample::waiting(sample::HOSTILE),
            ..plain.clone()
        };
        let limited = Self {
            refusal: Some("There were too many tries. Wait a few minutes, then try again.".to_owned()),
            ..plain.clone()
        };
        vec![("plain", plain), ("refused", refused), ("limited", limited), ("hostile", hostile)]
    }
}
