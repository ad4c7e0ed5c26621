//! The page after signing out.

use askama::Template;
use model::Language;

use super::{Layout, TrustedLink, sample};

/// Says that it is done, and offers to sign in again.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/signed_out.html")]
pub struct SignedOut {
    /// The frame, without a person.
    pub layout: Layout,
    /// Back to the app that asked for the sign-out, if one did.
    pub back: Option<TrustedLink>,
}

impl SignedOut {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let plain = Self { layout: sample::layout(language, "/sign-in"), back: None };
        let from_app = Self { back: TrustedLink::new("http://localhost:3000/", "localhost:3000"), ..plain.clone() };
        vec![("plain", plain), ("from-app", from_app)]
    }
}
