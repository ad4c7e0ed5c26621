//! The tools that an assistant sees. Each takes the project from the request's grant and never from its arguments.

use std::sync::Arc;

use guard::Grant;
use http::request::Parts;
use rmcp::handler::server::tool::{Extension, ToolRouter};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::schemars::{self, JsonSchema};
use rmcp::{ErrorData, Json, ServerHandler, tool, tool_handler, tool_router};
use serde::{Deserialize, Serialize};

use super::data::{Missing, Tracker};
use super::issues::{Issue, State};

/// The one tool that writes.
pub(super) const CREATE_ISSUE: &str = "create_issue";

const MAX_TITLE: usize = 200;
const MAX_BODY: usize = 10_000;

/// The MCP server of one request.
#[derive(Clone)]
pub(super) struct IssueTools {
    tracker: Arc<Tracker>,
    tools: ToolRouter<Self>,
}

/// Which issues to list.
#[derive(Deserialize, JsonSchema)]
struct ListIssues {
    /// `open` or `closed`; both when left out.
    state: Option<State>,
}

/// Which issue to read.
#[derive(Deserialize, JsonSchema)]
struct ReadIssue {
    /// The issue's number.
    #[schemars(with = "i32", range(min = 1))]
    number: u32,
}

/// What to look for.
#[derive(Deserialize, JsonSchema)]
struct SearchIssues {
    /// Words; an issue is found when it holds all of them, in its title, text or comments, in any case.
    query: String,
}

/// What to write.
#[derive(Deserialize, JsonSchema)]
struct CreateIssue {
    /// One line, at most 200 characters.
    title: String,
    /// The text, at most 10,000 characters.
    #[serde(default)]
    body: String,
}

/// Issues of one project, without their texts.
#[derive(Serialize, JsonSchema)]
struct IssueList {
    /// The project's name.
    project: String,
    /// In the order of their numbers.
    issues: Vec<IssueLine>,
}

/// An issue in a list.
#[derive(Serialize, JsonSchema)]
struct IssueLine {
    /// To read the whole of it.
    #[schemars(with = "i32", range(min = 1))]
    number: u32,
    /// One line.
    title: String,
    /// `open` or `closed`.
    state: State,
}

impl IssueTools {
    pub fn new(tracker: Arc<Tracker>) -> Self {
        Self { tracker, tools: Self::tool_router() }
    }

    /// The tools that are annotated as reading: what the guard lets a read-only grant call.
    pub fn reading() -> Vec<String> {
        let tools = Self::tool_router().list_all();
        let reads =
            |tool: &rmcp::model::Tool| tool.annotations.as_ref().and_then(|notes| notes.read_only_hint) == Some(true);
        tools.into_iter().filter(reads).map(|tool| tool.name.into_owned()).collect()
    }

    fn lines(&self, parts: &Parts, wanted: impl Fn(&Issue) -> bool) -> Result<Json<IssueList>, ErrorData> {
        let (project, issues) = self.tracker.list(project(parts)?, wanted).map_err(|missing| refused(&missing))?;
        let line = |issue: Issue| IssueLine { number: issue.number, title: issue.title, state: issue.state };
        Ok(Json(IssueList { project, issues: issues.into_iter().map(line).collect() }))
    }
}

#[tool_router]
impl IssueTools {
    /// Lists the project's issues: number, title and state.
    #[tool(annotations(title = "List issues", read_only_hint = true, open_world_hint = false))]
    async fn list_issues(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(ListIssues { state }): Parameters<ListIssues>,
    ) -> Result<Json<IssueList>, ErrorData> {
        self.lines(&parts, |issue| state.is_none_or(|state| issue.state == state))
    }

    /// Reads one issue of the project, with its comments.
    #[tool(annotations(title = "Read an issue", read_only_hint = true, open_world_hint = false))]
    async fn read_issue(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(ReadIssue { number }): Parameters<ReadIssue>,
    ) -> Result<Json<Issue>, ErrorData> {
        self.tracker.read(project(&parts)?, number).map(Json).map_err(|missing| refused(&missing))
    }

    /// Finds the project's issues that hold all of the words.
    #[tool(annotations(title = "Search issues", read_only_hint = true, open_world_hint = false))]
    async fn search_issues(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(SearchIssues { query }): Parameters<SearchIssues>,
    ) -> Result<Json<IssueList>, ErrorData> {
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        self.lines(&parts, |issue| {
            let text = text_of(issue);
            words.iter().all(|word| text.contains(word))
        })
    }

    /// Creates an issue in the project. Needs the scope issues:write, which a read-only connection never has.
    #[tool(annotations(
        title = "Create an issue",
        read_only_hint = false,
        destructive_hint = false,
        idempotent_hint = false,
        open_world_hint = false
    ))]
    async fn create_issue(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(CreateIssue { title, body }): Parameters<CreateIssue>,
    ) -> Result<Json<Issue>, ErrorData> {
        let title = title.trim().to_owned();
        if title.is_empty() || title.chars().count() > MAX_TITLE || body.chars().count() > MAX_BODY {
            return Err(ErrorData::invalid_params("a title has 1 to 200 characters, a text at most 10,000", None));
        }
        let grant = grant(&parts)?;
        let author = grant.actor().to_owned();
        self.tracker.create(project(&parts)?, author, title, body).map(Json).map_err(|missing| refused(&missing))
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for IssueTools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("lanyard-demo", env!("CARGO_PKG_VERSION")))
            .with_instructions(
                "Made-up issues of one project: the one that was chosen when this connection was allowed.",
            )
    }
}

fn project(parts: &Parts) -> Result<&str, ErrorData> {
    grant(parts)?.project.as_deref().ok_or_else(unguarded)
}

/// The guard left it; without a guard there is nothing to serve.
fn grant(parts: &Parts) -> Result<&Grant, ErrorData> {
    parts.extensions.get::<Grant>().ok_or_else(unguarded)
}

fn unguarded() -> ErrorData {
    ErrorData::internal_error("this request came without a grant for a project", None)
}

fn refused(missing: &Missing) -> ErrorData {
    ErrorData::invalid_params(missing.to_string(), None)
}

fn text_of(issue: &Issue) -> String {
    let comments = issue.comments.iter().map(|comment| comment.body.as_str());
    let parts: Vec<&str> = [issue.title.as_str(), issue.body.as_str()].into_iter().chain(comments).collect();
    parts.join("\n").to_lowercase()
}
