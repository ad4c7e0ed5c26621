//! The connections page: what is connected now, what was, and how to take it back.

use askama::Template;

use super::{App, Layout, Moment, Notice, ProjectName, Provenance};

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
    /// The devices that it was given to by their codes.
    pub devices: Vec<ConnectedDevice>,
    /// The address of who gave it, for others than they.
    pub given_by: Option<String>,
    /// When it was given.
    pub given: Moment,
    /// When and from where it was last used.
    pub last_use: Option<LastUse>,
    /// The last day it can live to.
    pub until: Option<Moment>,
    /// Where the form goes that ends it, below the issuer's path; none for who may not.
    pub end: Option<String>,
}

impl Connection {
    /// The message of the button that ends it.
    pub(super) const fn ending(&self) -> &'static str {
        match self.app.provenance {
            Provenance::ApiKey { .. } => "connections-take-back",
            _ => "connections-disconnect",
        }
    }
}

/// A device that somebody let in.
#[derive(Clone, Debug)]
pub struct ConnectedDevice {
    /// The program on it, in words; none if it did not say.
    pub program: Option<String>,
    /// The network address that it asked from.
    pub address: String,
    /// Since when.
    pub since: Moment,
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
    /// The address of who gave it, for others than they.
    pub given_by: Option<String>,
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
    /// Whoever had allowed it took it back, or gave up their account; for others than they.
    Person,
    /// Whoever had allowed it is no member of the project any more; for others than they.
    PersonParted,
    /// The person chose a new password by mail.
    Reset,
    /// The person gave up their account.
    Left,
    /// An owner or admin of the organisation did.
    Owner,
    /// The operator did, by a command.
    Operator,
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
    /// The organisation demands more of a sign-in than this one had shown.
    Unmet,
    /// The operator gave the account another password, and ended what it had allowed.
    PasswordSet,
    /// The account, organisation, project or app was disabled.
    Disabled,
    /// The server was restored from an older backup.
    RolledBack,
}

impl EndReason {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::You => "connections-ended-you",
            Self::Person => "connections-ended-person",
            Self::PersonParted => "connections-ended-person-parted",
            Self::Reset => "connections-ended-reset",
            Self::Left => "connections-ended-left",
            Self::Owner => "connections-ended-owner",
            Self::Operator => "connections-ended-operator",
            Self::App => "connections-ended-app",
            Self::Reused => "connections-ended-reused",
            Self::Unused => "connections-ended-unused",
            Self::Expired => "connections-ended-expired",
            Self::MembershipLost => "connections-ended-membership",
            Self::Unmet => "connections-ended-unmet",
            Self::PasswordSet => "connections-ended-password",
            Self::Disabled => "connections-ended-disabled",
            Self::RolledBack => "connections-ended-backup",
        }
    }
}
