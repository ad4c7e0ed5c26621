//! The honest page: what protects people here, and what is not there yet.

use std::time::Duration;

use askama::Template;
use model::Language;

use super::{Layout, length, sample};

/// `GET /security`
#[derive(Clone, Debug, Template)]
#[template(path = "pages/security.html")]
pub struct Security {
    /// The frame.
    pub layout: Layout,
    /// How to reach the people who run this server: `mailto:…` or `https://…`, as security.txt has it (RFC 9116).
    pub contact: Option<String>,
    /// How long one access token lives: `15 minutes`.
    pub access_lifetime: String,
    /// How long an unused connection lives: `30 days`.
    pub idle_lifetime: String,
    /// How long any connection lives: `365 days`.
    pub absolute_lifetime: String,
    /// The least number of characters of a password.
    pub password_minimum: usize,
    /// Whether this server sends mail.
    pub mail: bool,
    /// Whether people may sign in with other providers.
    pub providers: bool,
}

impl Security {
    /// The contact as a link, when it is one that can be followed.
    fn contact_link(&self) -> Option<&str> {
        self.contact.as_deref().filter(|contact| contact.starts_with("mailto:") || contact.starts_with("https://"))
    }

    /// The contact in words.
    fn contact_words(&self) -> &str {
        let contact = self.contact.as_deref().unwrap_or_default();
        contact.strip_prefix("mailto:").unwrap_or(contact)
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let lasting = |seconds| length(language, Duration::from_secs(seconds));
        let visitor = Self {
            layout: sample::layout(language, "/security"),
            contact: Some("mailto:security@example.com".to_owned()),
            access_lifetime: lasting(900),
            idle_lifetime: lasting(30 * 86_400),
            absolute_lifetime: lasting(365 * 86_400),
            password_minimum: 12,
            mail: true,
            providers: true,
        };
        let member = Self {
            layout: sample::development(sample::signed_in(language, "/security")),
            contact: None,
            mail: false,
            providers: false,
            ..visitor.clone()
        };
        let hostile = Self { contact: Some(format!("https://{}", sample::HOSTILE)), ..visitor.clone() };
        vec![("visitor", visitor), ("member", member), ("hostile", hostile)]
    }
}
