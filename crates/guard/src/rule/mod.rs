//! What a grant that may only read is held to. A rule says "this reads" of what it knows and nothing of what it does not know.

mod http;
mod json;
mod mcp;
mod mcp_headers;

use ::http::Method;
use bytes::Bytes;
use protocol::Scope;
use serde_json::Value;

use crate::grant::Grant;
use crate::reply::Refusal;
use crate::request::Head;

pub use mcp::McpRule;

/// How requests are told apart into reading and writing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rule {
    /// By the HTTP method: GET, HEAD and OPTIONS read (RFC 9110 §9.2.1). For apps whose safe methods change nothing.
    Http,
    /// By the JSON-RPC messages of the Model Context Protocol's Streamable HTTP transport.
    Mcp(McpRule),
}

/// Why a rule says no.
#[derive(Debug)]
pub(crate) enum Denial {
    /// The grant may only read, or lacks a scope that this tool needs.
    Reach { needed: Option<Scope>, id: Option<Value> },
    /// The request itself is wrong, whoever asks.
    Bad(Refusal),
}

impl Denial {
    /// Turns the denial into an answer; a reader who lacks nothing in particular is told the resource's own scopes.
    pub fn into_refusal(self, required: &Scope) -> Refusal {
        match self {
            Self::Bad(refusal) => refusal,
            Self::Reach { needed, id } => Refusal::ReadOnly { needed: needed.unwrap_or_else(|| required.clone()), id },
        }
    }
}

impl Rule {
    pub(crate) fn reads_body(&self, method: &Method) -> bool {
        matches!(self, Self::Mcp(_)) && method == Method::POST
    }

    pub(crate) fn permit(&self, grant: &Grant, head: &Head<'_>, body: &Bytes) -> Result<(), Denial> {
        match self {
            Self::Http => http::permit(grant, head),
            Self::Mcp(rule) => rule.permit(grant, head, body),
        }
    }
}
