//! The connections page: what is connected now, what was, and how to take it back.

use askama::Template;

use super::{App, Layout, Moment, Notice, ProjectName};

mod samples;

/// `GET /connections`
#[derive(Clone, Debug, Template)]
#[template(path = "pages/connections.html")]
pub struct Connections {
    /// The frame.
    pub layout: Layout,
    /// What the reader should know first.
    pub notices: Vec<Notice>,
    /// What is connected now, the newest first.
    pub live: Vec<Connection>,
    /// What was, the last ended first.
    pub ended: Vec<EndedConnection>,
    /// The address to paste into an assistant, if one is configured.
    pub mcp_url: Option<String>,
}

/// One grant, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The grant's id; the button's is `revoke-<id>`.
    pub id: String,
    /// The app that holds it.
    pub app: App,
    /// The project it is bound to; none for identity alone.
    pub project: Option<ProjectName>,
    /// What it may do, as acts: `read issues and comments`, `see your name and e-mail address`.
    pub can: Vec<String>,
    /// Whether it may change anything.
    pub changes: bool,
    /// When it was given.
    pub given: Moment,
    /// When and from where it was last used.
    pub last_use: Option<LastUse>,
    /// The last day it can live to.
    pub until: Option<Moment>,
}

/// When, and from where.
#[derive(Clone, Debug)]
pub struct LastUse {
    /// When.
    pub at: Moment,
    /// The network address, where it is known.
    pub from: Option<String>,
}

/// A connection that is over.
#[derive(Clone, Debug)]
pub struct EndedConnection {
    /// The app that held it.
    pub app: App,
    /// The project it was bound to.
    pub project: Option<ProjectName>,
    /// When it ended.
    pub at: Moment,
    /// Why.
    pub reason: EndReason,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The person pressed the button.
    You,
    /// An owner or admin of the organisation did.
    Owner,
    /// The app gave it back (RFC 7009).
    App,
    /// A spent token was used again.
    Reused,
    /// It lay unused for too long.
    Unused,
    /// Its last day came.
    Expired,
    /// The person is no member of the project any more.
    MembershipLost,
    /// The operator gave the account another password, and ended what it had allowed.
    PasswordSet,
    /// The account, organisation, project or app was disabled.
    Disabled,
    /// The server was restored from an older backup.
    RolledBack,
}

impl EndReason {
    const fn words(self) -> &'static str {
        match self {
            Self::You => "you disconnected it",
            Self::Owner => "an owner of the organisation disconnected it",
            Self::App => "the app disconnected itself",
            Self::Reused => "a replaced key was used again, which may mean that it was copied",
            Self::Unused => "it was not used for a long time",
            Self::Expired => "its time was over",
            Self::MembershipLost => "you are no longer a member of the project",
            Self::PasswordSet => "the operator of this server gave your account a new password",
            Self::Disabled => "the account, the organisation, the project or the app was switched off",
            Self::RolledBack => "the server was restored from a backup; connect it again",
        }
    }
}
