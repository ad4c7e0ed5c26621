//! The front page: a door for visitors, an overview for whoever is signed in.

use askama::Template;
use model::Language;

use super::{Layout, ProjectName, sample};

/// `GET /`
#[derive(Clone, Debug, Template)]
#[template(path = "pages/home.html")]
pub struct Home {
    /// The frame.
    pub layout: Layout,
    /// Who stands before it.
    pub door: Door,
}

/// The two faces of the front page.
#[derive(Clone, Debug)]
pub enum Door {
    /// Nobody is signed in.
    Visitor {
        /// Whether strangers may make an account.
        sign_up: bool,
    },
    /// Somebody is signed in.
    Member {
        /// How many apps are connected now.
        connections: usize,
        /// How many notices wait under Connections.
        notices: usize,
        /// The projects they are a member of.
        projects: Vec<ProjectName>,
        /// The address to paste into an assistant, if one is configured.
        mcp_url: Option<String>,
    },
}

impl Home {
    const fn title(&self) -> &'static str {
        match self.door {
            Door::Visitor { .. } => "home-title-visitor",
            Door::Member { .. } => "home-title-member",
        }
    }

    /// The page in its states.
    #[must_use]
    pub fn sample(language: Language) -> Vec<(&'static str, Self)> {
        let project = |name: &str| ProjectName { name: name.to_owned(), organization: "Acme".to_owned() };
        let member = |connections, notices, projects, mcp_url: Option<&str>| Self {
            layout: sample::development(sample::signed_in(language, "/")),
            door: Door::Member { connections, notices, projects, mcp_url: mcp_url.map(str::to_owned) },
        };
        let mcp_url = Some("http://localhost:8081/mcp");
        vec![
            (
                "visitor",
                Self {
                    layout: sample::development(sample::layout(language, "/")),
                    door: Door::Visitor { sign_up: true },
                },
            ),
            (
                "visitor-by-invitation",
                Self { layout: sample::layout(language, "/"), door: Door::Visitor { sign_up: false } },
            ),
            ("member", member(2, 1, vec![project("Apollo"), project("Gemini")], mcp_url)),
            ("member-new", member(0, 0, vec![project("First project")], mcp_url)),
            ("member-without-project", member(0, 0, Vec::new(), None)),
            ("hostile", member(1, 0, vec![project(sample::HOSTILE)], Some(sample::HOSTILE))),
        ]
    }
}
