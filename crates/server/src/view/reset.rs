//! The pages on the way to a new password.

use askama::Template;
use model::Language;

use super::{Layout, sample, say};

/// `GET /forgotten`, and the answer to it, which is the same for every address.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/forgotten.html")]
pub struct Forgotten {
    /// The frame.
    pub layout: Layout,
    /// The address that was typed.
    pub email: String,
    /// Whether the mail is on its way, if there is anybody to write to.
    pub sent: bool,
    /// Why nothing was sent.
    pub refusal: Option<String>,
}

const NOTHING: Option<String> = None;

impl Forgotten {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain =
            Self { layout: sample::layout(language, "/forgotten"), email: String::new(), sent: false, refusal: None };
        let sent = Self { email: "member@example.com".to_owned(), sent: true, ..plain.clone() };
        let limited = Self { refusal: Some(say(language, "sign-in-too-many").into()), ..plain.clone() };
        let hostile = Self { email: sample::HOSTILE.to_owned(), ..sent.clone() };
        vec![("plain", plain), ("sent", sent), ("limited", limited), ("hostile", hostile)]
    }
}

/// `GET /reset?token=…`: choose a new password.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/reset.html")]
pub struct Reset {
    /// The frame.
    pub layout: Layout,
    /// What the link carries.
    pub token: String,
    /// Whose password it is.
    pub email: String,
    /// What is wrong with the password.
    pub password_error: Option<String>,
    /// The least number of characters.
    pub password_minimum: usize,
}

impl Reset {
    fn password_hint(&self) -> String {
        self.layout.say("sign-up-password-hint").with("least", self.password_minimum).into()
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout(language, "/reset"),
            token: "0sample".to_owned(),
            email: "member@example.com".to_owned(),
            password_error: None,
            password_minimum: 12,
        };
        let refused =
            Self { password_error: Some(say(language, "unfit-too-short").with("least", 12).into()), ..plain.clone() };
        let hostile = Self {
            token: sample::HOSTILE.to_owned(),
            email: sample::HOSTILE.to_owned(),
            password_error: Some(sample::HOSTILE.to_owned()),
            ..plain.clone()
        };
        vec![("plain", plain), ("refused", refused), ("hostile", hostile)]
    }
}

/// The answer to a new password.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/reset_done.html")]
pub struct ResetDone {
    /// The frame.
    pub layout: Layout,
    /// Whose password it is.
    pub email: String,
}

impl ResetDone {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self { layout: sample::layout(language, "/reset"), email: "member@example.com".to_owned() };
        let hostile = Self { email: sample::HOSTILE.to_owned(), ..plain.clone() };
        vec![("plain", plain), ("hostile", hostile)]
    }
}
