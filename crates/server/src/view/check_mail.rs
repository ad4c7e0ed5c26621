//! The pages around a mail that proves an address: where its code is typed, and where its link leads.

use askama::Template;
use model::Language;

use super::{Layout, sample, say};

/// A refusal stands above the form, and not beside its only field.
const NOTHING: Option<String> = None;

/// `GET /confirm/{id}`: look into your mail.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/check_mail.html")]
pub struct CheckMail {
    /// The frame.
    pub layout: Layout,
    /// The proof's id.
    pub id: String,
    /// Where the mail went.
    pub email: String,
    /// Whether it makes an account.
    pub is_sign_up: bool,
    /// Whether another mail was just sent.
    pub sent_again: bool,
    /// What is wrong with the code.
    pub error: Option<String>,
}

impl CheckMail {
    fn hint(&self) -> String {
        self.layout.say("proof-check-mail").part("hint").into()
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout(language, "/confirm/0sample"),
            id: "0sample".to_owned(),
            email: "member@example.com".to_owned(),
            is_sign_up: true,
            sent_again: false,
            error: None,
        };
        let again = Self { sent_again: true, ..plain.clone() };
        let refused = Self { error: Some(say(language, "proof-check-mail").part("wrong").into()), ..plain.clone() };
        let signed_in =
            Self { layout: sample::signed_in(language, "/confirm/0sample"), is_sign_up: false, ..plain.clone() };
        let hostile =
            Self { email: sample::HOSTILE.to_owned(), error: Some(sample::HOSTILE.to_owned()), ..plain.clone() };
        vec![("plain", plain), ("again", again), ("refused", refused), ("signed-in", signed_in), ("hostile", hostile)]
    }
}

/// `GET /confirm?token=…`: the button of a link.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/opened_link.html")]
pub struct OpenedLink {
    /// The frame.
    pub layout: Layout,
    /// What the link carries.
    pub token: String,
    /// The address that is proved.
    pub email: String,
    /// Whether it makes an account.
    pub is_sign_up: bool,
    /// Whether the sign-up's password is asked for: this is another browser.
    pub password: bool,
    /// Why the last try was refused.
    pub refusal: Option<String>,
}

impl OpenedLink {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout(language, "/confirm"),
            token: "0sample".to_owned(),
            email: "member@example.com".to_owned(),
            is_sign_up: true,
            password: false,
            refusal: None,
        };
        let elsewhere = Self { password: true, ..plain.clone() };
        let refused = Self { refusal: Some(say(language, "proof-link").part("wrong").into()), ..elsewhere.clone() };
        let address = Self { is_sign_up: false, layout: sample::signed_in(language, "/confirm"), ..plain.clone() };
        let hostile = Self {
            email: sample::HOSTILE.to_owned(),
            token: sample::HOSTILE.to_owned(),
            refusal: Some(sample::HOSTILE.to_owned()),
            ..elsewhere.clone()
        };
        vec![
            ("plain", plain),
            ("elsewhere", elsewhere),
            ("refused", refused),
            ("address", address),
            ("hostile", hostile),
        ]
    }
}
