//! Reading in the Model Context Protocol: which JSON-RPC methods read, and which tools the app declared to.
//!
//! Every message of a POST is looked at, also for a grant that may write, since a tool may need a scope of its own. What is
//! not on the lists is not reading: unknown methods, a client's answers to questions of the server (which could confirm
//! somebody's writing), `logging/setLevel` (many servers keep one level for everybody).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::Method;
use protocol::{Access, Scope};
use serde_json::{Map, Value};

use super::{Denial, http as http_rule, json, mcp_headers};
use crate::grant::Grant;
use crate::reply::{INVALID_REQUEST, PARSE_ERROR, Refusal};
use crate::request::Head;

/// Requests and notifications of the protocol's revisions up to 2026-07-28 that change nothing but the client's own session.
const READING: [&str; 24] = [
    "completion/complete",
    "initialize",
    "notifications/cancelled",
    "notifications/initialized",
    "notifications/progress",
    "notifications/roots/list_changed",
    "ping",
    "prompts/get",
    "prompts/list",
    "resources/directory/read",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "resources/templates/list",
    "resources/unsubscribe",
    "server/discover",
    "skills/get",
    "skills/list",
    "subscriptions/listen",
    "tasks/get",
    "tasks/list",
    "tasks/result",
    "tools/call",
    "tools/list",
];

/// More messages than any client sends in one batch.
const MAX_BATCH: usize = 100;

/// The tools of an MCP server, as far as the guard must know them.
#[derive(Clone, Debug, Default)]
pub struct McpRule {
    reading: BTreeSet<String>,
    needs: BTreeMap<String, Scope>,
}

impl McpRule {
    /// Names the tools that only read: the only ones that a grant without write access may call. Declare them yourself, from
    /// what they do; the protocol's `readOnlyHint` is the same statement made to clients.
    #[must_use]
    pub fn reading_tools<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        Self { reading: names.into_iter().map(Into::into).collect(), needs: BTreeMap::new() }
    }

    /// Lets a tool be called only with these scopes, whoever calls it; otherwise `403` names them.
    #[must_use]
    pub fn tool_needs(mut self, name: impl Into<String>, scopes: Scope) -> Self {
        self.needs.insert(name.into(), scopes);
        self
    }

    pub(super) fn permit(&self, grant: &Grant, head: &Head<'_>, body: &Bytes) -> Result<(), Denial> {
        if !http_rule::is_plain(head) {
            return Err(Denial::Reach { needed: None, id: None });
        }
        match *head.method {
            // The transport's own methods: open a stream, end one's session.
            Method::GET | Method::DELETE | Method::HEAD | Method::OPTIONS => Ok(()),
            Method::POST => self.permit_post(grant, head, body),
            _ => Err(Denial::Bad(Refusal::MethodNotAllowed("GET, POST, DELETE"))),
        }
    }

    fn permit_post(&self, grant: &Grant, head: &Head<'_>, body: &Bytes) -> Result<(), Denial> {
        is_plain_json(head)?;
        match json::parse(body) {
            None => Err(malformed(PARSE_ERROR, "The body is not JSON, or holds a member twice.", None)),
            Some(Value::Array(messages)) => {
                mcp_headers::match_batch(head)?;
                if messages.is_empty() || messages.len() > MAX_BATCH {
                    return Err(malformed(INVALID_REQUEST, "A batch has 1 to 100 messages.", None));
                }
                messages.iter().try_for_each(|message| self.permit_message(grant, object(message)?))
            }
            Some(message) => {
                let message = object(&message)?;
                mcp_headers::match_message(head, message)?;
                self.permit_message(grant, message)
            }
        }
    }

    fn permit_message(&self, grant: &Grant, message: &Map<String, Value>) -> Result<(), Denial> {
        let id = message.get("id").filter(|id| id.is_string() || id.is_number()).cloned();
        let params = message.get("params").and_then(Value::as_object);
        if json::has_lookalikes(message) || params.is_some_and(json::has_lookalikes) {
            return Err(malformed(INVALID_REQUEST, "Two members differ in nothing but case.", id));
        }
        let method = match message.get("method") {
            Some(Value::String(method)) => Some(method.as_str()),
            Some(_) => return Err(malformed(INVALID_REQUEST, "The method is not a string.", id)),
            None => None,
        };
        let tool = match (method, params.and_then(|params| params.get("name"))) {
            (Some("tools/call"), Some(Value::String(name))) => Some(name.as_str()),
            (Some("tools/call"), _) => return Err(malformed(INVALID_REQUEST, "The call names no tool.", id)),
            _ => None,
        };
        self.reach(grant, method, tool).map_err(|needed| Denial::Reach { needed, id: Some(id.unwrap_or_default()) })
    }

    /// The decision itself; an error names the scope that would help, where one would.
    fn reach(&self, grant: &Grant, method: Option<&str>, tool: Option<&str>) -> Result<(), Option<Scope>> {
        let needed = tool.and_then(|name| self.needs.get(name)).filter(|needed| !needed.is_empty());
        if needed.is_some_and(|needed| !needed.is_subset_of(&grant.scopes)) {
            return Err(needed.cloned());
        }
        let reads = method.is_some_and(|method| READING.contains(&method))
            && tool.is_none_or(|name| self.reading.contains(name));
        if reads || grant.access == Access::Write { Ok(()) } else { Err(needed.cloned()) }
    }
}

/// The guard must read the same text as the app behind it: JSON in UTF-8, not compressed.
fn is_plain_json(head: &Head<'_>) -> Result<(), Denial> {
    let media_type = head.single("content-type").ok().flatten().unwrap_or_default();
    let mut parts = media_type.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let utf8 =
        parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    let utf8 = utf8.map(|(_, value)| value.trim().trim_matches('"')).all(|value| value.eq_ignore_ascii_case("utf-8"));
    let plain = head
        .single("content-encoding")
        .is_ok_and(|coding| coding.is_none_or(|name| name.eq_ignore_ascii_case("identity")));
    if json && utf8 && plain { Ok(()) } else { Err(Denial::Bad(Refusal::UnsupportedMediaType)) }
}

fn object(message: &Value) -> Result<&Map<String, Value>, Denial> {
    message.as_object().ok_or_else(|| malformed(INVALID_REQUEST, "A message is a JSON object.", None))
}

fn malformed(code: i64, why: &'static str, id: Option<Value>) -> Denial {
    Denial::Bad(Refusal::Malformed { code, why, id })
}

#[cfg(test)]
#[path = "mcp_tests.rs"]
mod tests;
