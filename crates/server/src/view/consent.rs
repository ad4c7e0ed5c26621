//! The consent page: who asks, for what, for how long, and where the answer goes.

use askama::Template;

use super::{App, Destination, Layout, Moment};

mod samples;

/// `GET /consent/<authorization id>`; its form answers `decision=allow|deny` and `project=<project id>`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/consent.html")]
pub struct Consent {
    /// The frame.
    pub layout: Layout,
    /// The id of the authorization, for the form's address.
    pub authorization: String,
    /// Who asks.
    pub app: App,
    /// The address of the person who is asked.
    pub account: String,
    /// Where to go to answer as somebody else, below the issuer's path.
    pub another_account: String,
    /// What it would learn about the person, if it asks for that.
    pub about_you: Option<AboutYou>,
    /// What it would read in a project, each as an act: `read issues and comments`.
    pub reads: Vec<String>,
    /// What it would change in a project, each as an act: `create and change issues`. Empty for all but first-party apps.
    pub changes: Vec<String>,
    /// What was allowed before, and is not asked again, each as an act.
    pub already: Vec<String>,
    /// The projects to choose from. Not looked at when neither `reads` nor `changes` is asked.
    pub projects: Vec<ProjectChoice>,
    /// How long it would last.
    pub until: Until,
    /// Where the answer goes.
    pub destination: Destination,
    /// Why the last answer could not be taken: no project was chosen, or it is gone.
    pub refusal: Option<String>,
}

/// What an app learns about the person themselves (the identity scopes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutYou {
    /// Their name (`profile`).
    pub name: bool,
    /// Their e-mail address (`email`).
    pub email: bool,
}

/// One project that may be chosen.
#[derive(Clone, Debug)]
pub struct ProjectChoice {
    /// The value that the form sends.
    pub id: String,
    /// The short name, which makes the element's id `project-<slug>`.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The organisation it belongs to.
    pub organization: String,
    /// Chosen on an earlier try.
    pub chosen: bool,
    /// This app is connected to it already.
    pub connected: bool,
}

/// How long a permission lasts, at most.
#[derive(Clone, Debug)]
pub enum Until {
    /// It can be renewed (`offline_access`, refresh tokens).
    Lasting {
        /// How long it may lie unused: `30 days`.
        idle: String,
        /// The last day in any case.
        latest: Moment,
    },
    /// It ends by itself soon, and cannot be renewed.
    Short {
        /// `15 minutes`
        lifetime: String,
    },
}

impl Consent {
    /// What is said when the form came back without a project.
    pub const CHOOSE: &'static str = "Choose the one project that it may read.";

    fn wants_project(&self) -> bool {
        !self.reads.is_empty() || !self.changes.is_empty()
    }

    /// A person without a project can only say no.
    fn can_allow(&self) -> bool {
        !self.wants_project() || !self.projects.is_empty()
    }

    fn headline(&self) -> String {
        let which = match self.projects.as_slice() {
            [only] => format!("your project {}", only.name),
            _ => "one of your projects".to_owned(),
        };
        match (self.wants_project(), self.changes.is_empty()) {
            (false, _) => "wants to sign you in".to_owned(),
            (true, true) => format!("wants to read {which}"),
            (true, false) => format!("wants to read and change {which}"),
        }
    }

    fn can(&self) -> Vec<String> {
        let place = match self.projects.as_slice() {
            [only] => only.name.clone(),
            _ => "the project you choose".to_owned(),
        };
        let about_you = self.about_you.map(AboutYou::act);
        let in_project = self.reads.iter().chain(&self.changes).map(|act| format!("{act} in {place}"));
        about_you.into_iter().map(str::to_owned).chain(in_project).collect()
    }

    const fn cannot(&self) -> &'static [&'static str] {
        match (self.reads.is_empty(), self.changes.is_empty()) {
            (true, true) => &["see or change any of your projects", "act as you"],
            (_, true) => &["change, create or delete anything", "see other projects", "act as you"],
            (_, false) => &["see or change other projects", "act as you anywhere else"],
        }
    }

    const fn allow(&self) -> &'static str {
        match (self.reads.is_empty(), self.changes.is_empty()) {
            (true, true) => "Allow sign-in",
            (_, true) => "Allow read-only access",
            (_, false) => "Allow reading and changing",
        }
    }

    /// `project-<slug>`; where two organisations use the same slug, the later ones get a number.
    fn element_id(&self, index: usize) -> String {
        let Some(project) = self.projects.get(index) else {
            return String::new();
        };
        let same_before = self.projects.iter().take(index).filter(|other| other.slug == project.slug).count();
        match same_before {
            0 => format!("project-{}", project.slug),
            n => format!("project-{}-{}", project.slug, n + 1),
        }
    }

    /// Nothing is chosen beforehand when there are several.
    fn is_chosen(&self, index: usize) -> bool {
        self.projects.len() == 1 || self.projects.get(index).is_some_and(|project| project.chosen)
    }
}

impl AboutYou {
    const fn act(self) -> &'static str {
        match (self.name, self.email) {
            (true, true) => "see your name and e-mail address",
            (true, false) => "see your name",
            (false, true) => "see your e-mail address",
            (false, false) => "recognise you when you come back, without your name or address",
        }
    }
}
