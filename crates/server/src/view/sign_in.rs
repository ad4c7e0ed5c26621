//! The sign-in page.

use askama::Template;

use super::{Layout, Waiting, sample};

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
    /// Whether strangers may make an account.
    pub sign_up: bool,
}

impl SignIn {
    /// What is said when an address and a password do not belong together.
    pub const WRONG: &'static str = "The e-mail address or the password is not right. Check both and try again.";

    /// What is said when there were too many tries.
    pub const TOO_MANY: &'static str = "There were too many tries. Wait a few minutes, then try again.";

    /// The page in its states.
    #[must_use]
    pub fn sample() -> Vec<(&'static str, Self)> {
        let plain = Self {
            layout: sample::layout("/sign-in"),
            waiting: None,
            email: String::new(),
            refusal: None,
            sign_up: true,
        };
        let refused = Self {
            layout: sample::development(plain.layout.clone()),
            waiting: sample::waiting("Claude"),
            email: "member@example.com".to_owned(),
            refusal: Some(Self::WRONG.to_owned()),
            sign_up: true,
        };
        let hostile = Self {
            waiting: sample::waiting(sample::HOSTILE),
            email: sample::HOSTILE.to_owned(),
            refusal: Some(sample::HOSTILE.to_owned()),
            ..plain.clone()
        };
        let waiting = Self { waiting: sample::waiting("Claude"), ..plain.clone() };
        let by_invitation = Self { sign_up: false, ..plain.clone() };
        vec![
            ("plain", plain),
            ("app-waiting", waiting),
            ("refused", refused),
            ("by-invitation", by_invitation),
            ("hostile", hostile),
        ]
    }
}
