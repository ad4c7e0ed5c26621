//! The page that an invitation's link opens: who asks, what one would be, and what comes first.

use askama::Template;
use model::Language;

use super::{Layout, Phrase, sample, say};

/// `GET /invitations/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/invitation.html")]
pub struct Invitation {
    /// The frame.
    pub layout: Layout,
    /// The heading: `Become a member of “Acme”?`
    pub question: String,
    /// Who asks, as what, until when, and what is to be done first; a line each.
    pub said: Vec<String>,
    /// What comes next.
    pub next: Joining,
    /// Where the form goes, below the issuer's path.
    pub action: String,
}

/// What somebody who is invited does next.
#[derive(Clone, Debug)]
pub enum Joining {
    /// They may say yes.
    Join {
        /// The whole act, on the button.
        label: String,
    },
    /// Something else comes first.
    First {
        /// Links, the likeliest first.
        acts: Vec<Step>,
    },
}

/// A link to what comes first.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its id in the page.
    pub id: &'static str,
    /// What it says.
    pub label: String,
    /// Where it leads, below the issuer's path.
    pub path: String,
}

impl Step {
    /// A link that says this part of the page's message.
    #[must_use]
    pub fn new(id: &'static str, it: &Phrase<'_>, path: &str) -> Self {
        Self { id, label: it.part(id).into(), path: path.to_owned() }
    }
}

impl Invitation {
    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let it = say(language, "invitation-question")
            .with("organization", "Acme")
            .with("inviter", "owner@example.com")
            .with("role", "Support")
            .with("address", "m…@example.com")
            .with("own", "member@example.com")
            .with("until", "29 November 2026");
        let said = |parts: &[&str]| parts.iter().map(|part| it.part(part).into()).collect::<Vec<String>>();
        let join = Self {
            layout: sample::signed_in(language, "/invitations/iv_1"),
            question: it.to_string(),
            said: said(&["by", "role-named", "until"]),
            next: Joining::Join { label: it.part("join").into() },
            action: "/invitations/iv_1".to_owned(),
        };
        let acts = vec![Step::new("sign-in", &it, "/sign-in"), Step::new("sign-up", &it, "/sign-up")];
        let stranger = Self {
            layout: sample::layout(language, "/invitations/iv_1"),
            said: said(&["by-operator", "role-member", "until", "before"]),
            next: Joining::First { acts },
            ..join.clone()
        };
        let acts = vec![Step::new("another", &it, "/sign-in?account=another")];
        let other = Self { said: said(&["by", "role-admin", "other"]), next: Joining::First { acts }, ..join.clone() };
        let acts = vec![Step::new("verify", &it, "/account/verify")];
        let unverified =
            Self { said: said(&["by", "role-owner", "unverified"]), next: Joining::First { acts }, ..join.clone() };
        let hostile = Self {
            question: sample::HOSTILE.to_owned(),
            said: vec![sample::HOSTILE.to_owned()],
            next: Joining::Join { label: sample::HOSTILE.to_owned() },
            ..join.clone()
        };
        vec![("join", join), ("stranger", stranger), ("other", other), ("unverified", unverified), ("hostile", hostile)]
    }
}
