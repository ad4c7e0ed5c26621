//! The error page: what happened, what to do now, and a reference that the log carries.

use askama::Template;
use model::Language;

use super::{Layout, TrustedLink, sample, say};

/// An answer that ends here, as a page.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub layout: Layout,
    /// The heading: `This request cannot be continued`.
    pub title: String,
    /// What happened, in a sentence.
    pub happened: String,
    /// What to do now, in a sentence.
    pub to_do: String,
    /// The request's id, which the log carries.
    pub reference: String,
    /// For developers, folded.
    pub details: Option<Details>,
    /// A way back to the app, where its address is trusted.
    pub back: Option<TrustedLink>,
    /// Whether the front page is somewhere to go, which it is at our own address.
    pub home: bool,
}

/// What a developer needs to find the mistake.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The error code (RFC 6749 §4.1.2.1): `invalid_request`.
    pub error: String,
    /// The parameter that is wrong.
    pub parameter: Option<String>,
    /// What it should have been.
    pub expected: Option<String>,
    /// What came, shortened; never a secret.
    pub got: Option<String>,
}

impl ErrorPage {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let page = |key| Self {
            layout: sample::layout(language, "/"),
            title: say(language, key).into(),
            happened: say(language, key).part("happened").into(),
            to_do: say(language, key).part("to-do").into(),
            reference: "rq_0Nk3VtZ8eQ".to_owned(),
            details: None,
            back: None,
            home: true,
        };
        let request = Self {
            happened: say(language, "refused-other-address").into(),
            details: Some(Details {
                error: "invalid_request".to_owned(),
                parameter: Some("redirect_uri".to_owned()),
                expected: Some("one of the registered addresses, byte for byte".to_owned()),
                got: Some("https://example.com/a/very/long/path/that/does/not/want/to/break/callback".to_owned()),
            }),
            ..page("refused-request")
        };
        let missing = page("error-not-found");
        let late = Self {
            happened: say(language, "refused-too-old").into(),
            to_do: say(language, "refused-nothing-changed").into(),
            back: TrustedLink::new("https://claude.ai/", "claude.ai"),
            details: None,
            ..request.clone()
        };
        let elsewhere = Self {
            to_do: say(language, "error-misdirected").part("to-do").with("address", "https://id.example.com").into(),
            home: false,
            ..page("error-misdirected")
        };
        let ours = Self { layout: sample::signed_in(language, "/"), ..page("error-unexpected") };
        let hostile = Self {
            title: sample::HOSTILE.to_owned(),
            happened: sample::HOSTILE.to_owned(),
            to_do: sample::HOSTILE.to_owned(),
            reference: sample::HOSTILE.to_owned(),
            details: Some(Details {
                error: sample::HOSTILE.to_owned(),
                parameter: Some(sample::HOSTILE.to_owned()),
                expected: None,
                got: Some(sample::HOSTILE.to_owned()),
            }),
            back: TrustedLink::new(format!("https://app.example/{}", sample::HOSTILE), sample::HOSTILE),
            ..request.clone()
        };
        vec![
            ("request", request),
            ("missing", missing),
            ("late", late),
            ("ours", ours),
            ("elsewhere", elsewhere),
            ("hostile", hostile),
        ]
    }
}
