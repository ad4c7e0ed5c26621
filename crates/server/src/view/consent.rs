//! The consent page: who asks, for what, for how long, and where the answer goes.

use askama::Template;

use super::{App, AskingDevice, Destination, Layout, Moment, Phrase};

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
    /// Its organisation lets a device only read.
    pub reads_only: bool,
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
    /// The device that waits, if it is one.
    const fn device(&self) -> Option<&AskingDevice> {
        match &self.destination {
            Destination::Device(device) => Some(device),
            _ => None,
        }
    }

    fn wants_project(&self) -> bool {
        !self.reads.is_empty() || !self.changes.is_empty()
    }

    /// A person without a project can only say no.
    fn can_allow(&self) -> bool {
        !self.wants_project() || !self.projects.is_empty()
    }

    fn headline(&self) -> Phrase<'_> {
        let key = match (self.wants_project(), self.changes.is_empty(), self.projects.len()) {
            (false, ..) => "consent-signs-in",
            (true, true, 1) => "consent-reads-one",
            (true, true, _) => "consent-reads-some",
            (true, false, 1) => "consent-changes-one",
            (true, false, _) => "consent-changes-some",
        };
        let project = self.projects.first().map_or("", |project| &project.name);
        self.layout.say(key).with("project", project)
    }

    fn can(&self) -> Vec<String> {
        let place = match self.projects.as_slice() {
            [only] => only.name.clone(),
            _ => self.layout.say("consent-chosen-project").into(),
        };
        let about_you = self.about_you.map(|you| self.layout.say(you.key()).into());
        let in_project = |act: &String| self.layout.say("consent-act-in").with("act", act).with("place", &place).into();
        about_you.into_iter().chain(self.reads.iter().chain(&self.changes).map(in_project)).collect()
    }

    /// Keys of what it cannot do.
    const fn cannot(&self) -> &'static [&'static str] {
        match (self.reads.is_empty(), self.changes.is_empty()) {
            (true, true) => &["consent-not-any-project", "consent-not-as-you"],
            (_, true) => &["consent-not-change", "consent-not-other-projects", "consent-not-as-you"],
            (_, false) => &["consent-not-change-others", "consent-not-as-you-elsewhere"],
        }
    }

    /// The key of the button that allows it.
    const fn allow(&self) -> &'static str {
        match (self.reads.is_empty(), self.changes.is_empty()) {
            (true, true) => "consent-allow-sign-in",
            (_, true) => "consent-allow-reading",
            (_, false) => "consent-allow-changing",
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
    const fn key(self) -> &'static str {
        match (self.name, self.email) {
            (true, true) => "consent-see-name-and-email",
            (true, false) => "consent-see-name",
            (false, true) => "consent-see-email",
            (false, false) => "consent-recognise-only",
        }
    }
}
