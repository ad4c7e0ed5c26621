//! The error page: what happened, what to do now, and a reference that the log carries.

use askama::Template;

use super::{Layout, TrustedLink, sample};

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
    /// Whether the front page is where to go.
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
    pub fn sample() -> Vec<(&'static str, Self)> {
        let request = Self {
            layout: sample::layout("/"),
            title: "This app’s request cannot be continued".to_owned(),
            happened: "An app sent you here with an address to return to that it did not register with us, so we will not follow it.".to_owned(),
            to_do: "Go back to the app and try again. If it happens again, tell the people who make the app.".to_owned(),
            reference: "rq_0Nk3VtZ8eQ".to_owned(),
            details: Some(Details {
                error: "invalid_request".to_owned(),
                parameter: Some("redirect_uri".to_owned()),
                expected: Some("one of the registered addresses, byte for byte".to_owned()),
                got: Some("https://example.com/a/very/long/path/that/does/not/want/to/break/callback".to_owned()),
            }),
            back: None,
            home: false,
        };
        let missing = Self {
            title: "There is no such page".to_owned(),
            happened: "The address may be mistyped, or what was here is gone.".to_owned(),
            to_do: "Check the address, or begin at the front page.".to_owned(),
            details: None,
            home: true,
            ..request.clone()
        };
        let late = Self {
            title: "This page is too old".to_owned(),
            happened: "You took longer than this request is kept, or it was already answered.".to_owned(),
            to_do: "Start again from the app.".to_owned(),
            details: None,
            back: TrustedLink::new("https://claude.ai/", "claude.ai"),
            ..request.clone()
        };
        let ours = Self {
            title: "Something went wrong on our side".to_owned(),
            happened: "We could not finish this, and nothing was changed.".to_owned(),
            to_do: "Try again in a minute. If it stays, send the reference below to whoever runs this server."
                .to_owned(),
            details: None,
            layout: sample::signed_in("/"),
            ..request.clone()
        };
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
        vec![("request", request), ("missing", missing), ("late", late), ("ours", ours), ("hostile", hostile)]
    }
}
