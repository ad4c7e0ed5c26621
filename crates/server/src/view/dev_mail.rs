//! The inbox of a development server.

use askama::Template;
use model::Language;

use super::{Layout, Moment, sample, say};

/// `GET /dev/mail`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/dev_mail.html")]
pub struct DevMail {
    /// The frame.
    pub layout: Layout,
    /// Newest first.
    pub mails: Vec<ShownMail>,
}

/// A mail as the page shows it.
#[derive(Clone, Debug)]
pub struct ShownMail {
    /// Its subject.
    pub subject: String,
    /// Its recipient.
    pub to: String,
    /// When it was written.
    pub at: Moment,
    /// Its text.
    pub text: String,
    /// The path of the address that its act leads to, on this server.
    pub path: Option<String>,
}

impl DevMail {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let empty = Self { layout: sample::development(sample::layout(language, "/dev/mail")), mails: Vec::new() };
        let mail = |text: &str| ShownMail {
            subject: text.to_owned(),
            to: "member@example.com".to_owned(),
            at: Moment::minute(sample::NOW),
            text: format!("{text}\n\nhttp://localhost:8080/connections\n"),
            path: Some("/connections".to_owned()),
        };
        let subject = say(language, "mail-connection-shared").part("subject").with("server", "Lanyard").to_string();
        let some = Self { mails: vec![mail(&subject)], ..empty.clone() };
        let hostile = Self { mails: vec![mail(sample::HOSTILE)], ..empty.clone() };
        vec![("empty", empty), ("some", some), ("hostile", hostile)]
    }
}
