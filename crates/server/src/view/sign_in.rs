//! The sign-in page.

use askama::Template;
use model::Language;

use super::{Layout, ProviderButton, Waiting, sample, say};

/// A refused sign-in never says which field was wrong.
const NOTHING: Option<String> = None;

/// `GET /sign-in`, and the answer to a sign-in that was refused.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_in.html")]
pub struct SignIn {
    /// The frame.
    pub layout: Layout,
    /// The app to continue to, if one waits.
    pub waiting: Option<Waiting>,
    /// The address that was typed or hinted at (`login_hint`).
    pub email: String,
    /// Why the last try was refused; it never says which of the two was wrong.
    pub refusal: Option<String>,
    /// The trip to a provider whose arrival is to be connected afterwards.
    pub connect: Option<String>,
    /// The providers to sign in with.
    pub providers: Vec<ProviderButton>,
    /// Whether strangers may make an account.
    pub sign_up: bool,
    /// Whether a forgotten password can be replaced by mail.
    pub forgotten: bool,
    /// Whether this server can have passkeys.
    pub passkeys: bool,
}

impl SignIn {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout(language, "/sign-in"),
            waiting: None,
            email: String::new(),
            refusal: None,
            connect: None,
            providers: Vec::new(),
            sign_up: true,
            forgotten: true,
            passkeys: true,
        };
        let refused = Self {
            layout: sample::development(plain.layout.clone()),
            waiting: sample::waiting("Claude"),
            email: "member@example.com".to_owned(),
            refusal: Some(say(language, "sign-in-wrong").into()),
            ..plain.clone()
        };
        let hostile = Self {
            waiting: sample::waiting(sample::HOSTILE),
            email: sample::HOSTILE.to_owned(),
            refusal: Some(sample::HOSTILE.to_owned()),
            providers: vec![ProviderButton { id: "odd".to_owned(), name: sample::HOSTILE.to_owned(), mark: "openid" }],
            ..plain.clone()
        };
        let waiting = Self { waiting: sample::waiting("Claude"), ..plain.clone() };
        let providers =
            Self { providers: ProviderButton::samples(), waiting: sample::waiting("Claude"), ..plain.clone() };
        let by_invitation = Self { sign_up: false, forgotten: false, passkeys: false, ..plain.clone() };
        vec![
            ("plain", plain),
            ("app-waiting", waiting),
            ("providers", providers),
            ("refused", refused),
            ("by-invitation", by_invitation),
            ("hostile", hostile),
        ]
    }
}
