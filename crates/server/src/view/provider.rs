//! Providers that people may sign in with: a button each, and the pages on the way.

use askama::Template;
use model::Language;

use super::{Layout, Waiting, sample, say};

/// A provider's button. Its mark and colours are the provider's own.
#[derive(Clone, Debug)]
pub struct ProviderButton {
    /// Its name in addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Whose mark it bears: `google`, `microsoft`, `github`, or `openid` for none.
    pub mark: &'static str,
}

impl ProviderButton {
    /// One of each kind.
    pub(super) fn samples() -> Vec<Self> {
        let one = |id: &str, name: &str, mark| Self { id: id.to_owned(), name: name.to_owned(), mark };
        vec![
            one("acme", "Acme Login", "openid"),
            one("github", "GitHub", "github"),
            one("google", "Google", "google"),
            one("microsoft", "Microsoft", "microsoft"),
        ]
    }
}

/// A trip to a provider that came to nothing.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/provider_refused.html")]
pub struct ProviderRefused {
    /// The frame.
    pub layout: Layout,
    /// The provider's name.
    pub provider: String,
    /// What happened, and what to do now.
    pub happened: String,
    /// Where to go now, below the issuer's path.
    pub back: String,
    /// That, in words.
    pub back_label: String,
    /// The request's id, which the log carries.
    pub reference: String,
}

impl ProviderRefused {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let denied = Self {
            layout: sample::layout(language, "/upstream/google/callback"),
            provider: "Google".to_owned(),
            happened: say(language, "providers-denied").with("provider", "Google").into(),
            back: "/sign-in?authorization=au_0sample".to_owned(),
            back_label: say(language, "providers-back-to-sign-in").into(),
            reference: "rq_0Nk3VtZ8eQ".to_owned(),
        };
        let hostile = Self {
            provider: sample::HOSTILE.to_owned(),
            happened: sample::HOSTILE.to_owned(),
            reference: sample::HOSTILE.to_owned(),
            ..denied.clone()
        };
        vec![("denied", denied), ("hostile", hostile)]
    }
}

/// `GET /connect/{id}`: who came from a provider is to be connected to an account that was there before.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/connect_provider.html")]
pub struct ConnectProvider {
    /// The frame.
    pub layout: Layout,
    /// The trip that waits.
    pub id: String,
    /// The provider's name.
    pub provider: String,
    /// What the provider calls them.
    pub label: Option<String>,
    /// The app that waits, too.
    pub waiting: Option<Waiting>,
    /// Whether the person has signed in as before, and lately.
    pub ready: bool,
}

impl ConnectProvider {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let first = Self {
            layout: sample::layout(language, "/connect/0trip"),
            id: "0trip".to_owned(),
            provider: "Google".to_owned(),
            label: Some("member@example.com".to_owned()),
            waiting: sample::waiting("Claude"),
            ready: false,
        };
        let ready =
            Self { layout: sample::signed_in(language, "/connect/0trip"), ready: true, waiting: None, ..first.clone() };
        let hostile = Self {
            provider: sample::HOSTILE.to_owned(),
            label: Some(sample::HOSTILE.to_owned()),
            waiting: sample::waiting(sample::HOSTILE),
            ..ready.clone()
        };
        vec![("stranger", first), ("ready", ready), ("hostile", hostile)]
    }
}
