//! Keeps every project's issues apart. Whoever asks names the project that the grant names; there is no question that spans
//! two projects.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::DemoProject;
use super::issues::{Issue, State, seed};

/// A demo need not hold more than this many issues a project.
const MAX_ISSUES: usize = 500;

/// All issues, by project id.
pub(super) struct Tracker(Mutex<HashMap<String, Project>>);

struct Project {
    name: String,
    issues: Vec<Issue>,
}

/// Why there is no answer; the text is for the assistant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Project,
    Issue(u32),
    Room,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Project => f.write_str("This app has no issues of the project that the grant is for."),
            Self::Issue(number) => write!(f, "There is no issue {number} in this project."),
            Self::Room => write!(f, "The demo keeps at most {MAX_ISSUES} issues a project."),
        }
    }
}

impl Tracker {
    pub fn new(projects: &[DemoProject]) -> Self {
        let seeded = |project: &DemoProject| {
            (project.id.clone(), Project { name: project.name.clone(), issues: seed(&project.slug) })
        };
        Self(Mutex::new(projects.iter().map(seeded).collect()))
    }

    /// The project's name, and its issues that are wanted.
    pub fn list(&self, project: &str, wanted: impl Fn(&Issue) -> bool) -> Result<(String, Vec<Issue>), Missing> {
        let projects = self.projects();
        let project = projects.get(project).ok_or(Missing::Project)?;
        Ok((project.name.clone(), project.issues.iter().filter(|issue| wanted(issue)).cloned().collect()))
    }

    pub fn read(&self, project: &str, number: u32) -> Result<Issue, Missing> {
        let (_, found) = self.list(project, |issue| issue.number == number)?;
        found.into_iter().next().ok_or(Missing::Issue(number))
    }

    pub fn create(&self, project: &str, author: String, title: String, body: String) -> Result<Issue, Missing> {
        let mut projects = self.projects();
        let issues = &mut projects.get_mut(project).ok_or(Missing::Project)?.issues;
        if issues.len() >= MAX_ISSUES {
            return Err(Missing::Room);
        }
        let number = issues.last().map_or(1, |last| last.number + 1);
        let issue = Issue { number, title, state: State::Open, author, body, comments: Vec::new() };
        issues.push(issue.clone());
        Ok(issue)
    }

    fn projects(&self) -> MutexGuard<'_, HashMap<String, Project>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
