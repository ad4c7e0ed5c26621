//! The page before a browser leaves for an app, where no act of the person sent it: an error that the app should hear of.

use askama::Template;
use model::Language;

use super::{App, Layout, TrustedLink, sample, say};

/// Tells what happened and offers the way back instead of taking it (RFC 9700 §4.11.2).
#[derive(Clone, Debug, Template)]
#[template(path = "pages/leave.html")]
pub struct Leave {
    /// The frame.
    pub layout: Layout,
    /// The app that sent the browser here.
    pub app: App,
    /// What happened, in a sentence.
    pub happened: String,
    /// Back to the app, error and `iss` included.
    pub back: TrustedLink,
    /// The request's id, which the log carries.
    pub reference: String,
}

impl Leave {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let page = |app: App, happened: &str, href: String, place: &str| {
            TrustedLink::new(href, place).map(|back| Self {
                layout: sample::layout(language, "/"),
                app,
                happened: happened.to_owned(),
                back,
                reference: "rq_0Nk3VtZ8eQ".to_owned(),
            })
        };
        let callback = "https://claude.ai/api/mcp/auth_callback?error=invalid_scope";
        let asked_wrongly = &say(language, "refused-scope").to_string();
        let pages = [
            ("web", page(sample::claude(), asked_wrongly, callback.to_owned(), "claude.ai")),
            (
                "program",
                page(
                    sample::cursor(),
                    asked_wrongly,
                    "cursor://anysphere.cursor-mcp/oauth/callback?error=invalid_scope".to_owned(),
                    "Cursor on this device",
                ),
            ),
            (
                "hostile",
                page(
                    sample::hostile(),
                    sample::HOSTILE,
                    format!("https://app.example/?e={}", sample::HOSTILE),
                    sample::HOSTILE,
                ),
            ),
        ];
        pages.into_iter().filter_map(|(state, page)| Some((state, page?))).collect()
    }
}
