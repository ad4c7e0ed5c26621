//! The page that asks "really?": never a dialog of the browser.

use askama::Template;
use model::Language;

use super::{Layout, sample, say};

/// A question, one act, and a way back.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/confirm.html")]
pub struct Confirm {
    /// The frame.
    pub layout: Layout,
    /// The heading: `Sign out of Lanyard?`
    pub question: String,
    /// What happens if the answer is yes.
    pub explanation: String,
    /// What the button says, the whole act: `Sign out`.
    pub act: String,
    /// The button's id: `sign-out`.
    pub id: String,
    /// Whether the act destroys something.
    pub dangerous: bool,
    /// Where the form goes, below the issuer's path.
    pub action: String,
    /// What the form carries besides `csrf`: name and value.
    pub carried: Vec<(String, String)>,
    /// Where "go back" leads, below the issuer's path.
    pub back: String,
}

impl Confirm {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let sign_out = Self {
            layout: sample::signed_in(language, "/sign-out"),
            question: say(language, "sign-out-question").with("server", "Lanyard").into(),
            explanation: say(language, "sign-out-question").part("explanation").into(),
            act: say(language, "sign-out-question").part("act").into(),
            id: "sign-out".to_owned(),
            dangerous: false,
            action: "/sign-out".to_owned(),
            carried: Vec::new(),
            back: "/".to_owned(),
        };
        let dangerous = Self {
            act: say(language, "connections-disconnect").with("app", "Claude").into(),
            id: "revoke-gr_1".to_owned(),
            dangerous: true,
            action: "/connections/gr_1/disconnect".to_owned(),
            back: "/connections".to_owned(),
            ..sign_out.clone()
        };
        let hostile = Self {
            question: sample::HOSTILE.to_owned(),
            explanation: sample::HOSTILE.to_owned(),
            act: sample::HOSTILE.to_owned(),
            carried: vec![("state".to_owned(), sample::HOSTILE.to_owned())],
            ..sign_out.clone()
        };
        vec![("sign-out", sign_out), ("dangerous", dangerous), ("hostile", hostile)]
    }
}
