//! The sign-up page.

use askama::Template;
use model::Language;

use super::{Layout, Waiting, sample, say};

/// `GET /sign-up`, and the answer to a sign-up that was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_up.html")]
pub struct SignUp {
    /// The frame.
    pub layout: Layout,
    /// The app to continue to, if one waits.
    pub waiting: Option<Waiting>,
    /// The address, in part, for which alone an account can be made, where strangers may make none.
    pub invited_as: Option<String>,
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
        self.layout.say("sign-up-password-hint").with("least", self.password_minimum).into()
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout(language, "/sign-up"),
            waiting: None,
            invited_as: None,
            name: Field::default(),
            email: Field::default(),
            password_error: None,
            password_minimum: 12,
            refusal: None,
        };
        let field = |value: &str, error: &str| Field { value: value.to_owned(), error: Some(error.to_owned()) };
        let said = |key| say(language, key).with("least", 12).to_string();
        let refused = Self {
            name: Field { value: "Ada".to_owned(), error: None },
            email: field("ada(at)example.com", &said("sign-up-no-address")),
            password_error: Some(said("unfit-about-you")),
            waiting: sample::waiting("Claude"),
            ..plain.clone()
        };
        let hostile = Self {
            name: field(sample::HOSTILE, sample::HOSTILE),
            email: field(sample::HOSTILE, sample::HOSTILE),
            password_error: Some(sample::HOSTILE.to_owned()),
            refusal: Some(sample::HOSTILE.to_owned()),
            waiting: sample::waiting(sample::HOSTILE),
            invited_as: Some(sample::HOSTILE.to_owned()),
            ..plain.clone()
        };
        let limited = Self { refusal: Some(said("sign-in-too-many")), ..plain.clone() };
        let invited = Self {
            invited_as: Some("a…@example.com".to_owned()),
            email: field("eve@example.com", &said("sign-up-uninvited")),
            ..plain.clone()
        };
        let all = [("plain", plain), ("refused", refused), ("limited", limited), ("invited", invited)];
        all.into_iter().chain([("hostile", hostile)]).collect()
    }
}
