//! The conversation with the MCP app, once there is a token: JSON-RPC over HTTP (Model Context Protocol, Streamable HTTP).

use serde_json::{Value, json};
use server::command::Failure;

use crate::trial::speaker::{Reply, Speaker};

const VERSION: &str = "2025-06-18";

/// A client that has a token for the app.
pub(super) struct Session<'a> {
    speaker: &'a Speaker,
    app: &'a str,
    token: String,
    version: Option<String>,
    id: u32,
}

impl<'a> Session<'a> {
    pub(super) fn new(speaker: &'a Speaker, app: &'a str, token: String) -> Self {
        Self { speaker, app, token, version: None, id: 0 }
    }

    /// Settles the protocol's version.
    pub(super) async fn initialize(&mut self) -> Result<(), Failure> {
        self.speaker.story.step("Speak MCP with the token: first the greeting.")?;
        let params = json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "lanyard-try", "version": env!("CARGO_PKG_VERSION")}});
        let reply = self.call("initialize", "initialize", params).await?.expect(200)?;
        let result = result(&reply)?;
        let version = result.get("protocolVersion").and_then(Value::as_str).unwrap_or(VERSION).to_owned();
        self.speaker
            .story
            .answer(reply.status, &json!({"protocolVersion": version, "serverInfo": result.get("serverInfo")}))?;
        self.version = Some(version);
        self.notify("notifications/initialized").await
    }

    pub(super) async fn list_tools(&mut self) -> Result<(), Failure> {
        self.speaker.story.step("Which tools does it have?")?;
        let reply = self.call("tools/list", "tools/list", json!({})).await?.expect(200)?;
        let tools = result(&reply)?.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
        let names: Vec<&str> = tools.iter().filter_map(|tool| tool.get("name")?.as_str()).collect();
        self.speaker.story.answer(reply.status, &json!({"tools": names}))
    }

    pub(super) async fn read_issues(&mut self) -> Result<(), Failure> {
        self.speaker.story.step("Call a tool that reads: it sees the project that you chose, and no other.")?;
        let reply = self
            .call("tools/call", "tools/call list_issues", json!({"name": "list_issues", "arguments": {}}))
            .await?
            .expect(200)?;
        let data = result(&reply)?.get("structuredContent").cloned().unwrap_or_default();
        let titles: Vec<&Value> = data
            .get("issues")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|issue| issue.get("title"))
            .collect();
        self.speaker.story.answer(
            reply.status,
            &json!({"project": data.get("project"), "issues": titles.len(), "first": titles.first()}),
        )
    }

    /// The guard in front of the app refuses it, whatever the app thinks.
    pub(super) async fn be_refused_a_change(&mut self) -> Result<(), Failure> {
        self.speaker.story.step("Call a tool that writes: this permission only reads, so that the guard refuses.")?;
        let arguments = json!({"name": "create_issue", "arguments": {"title": "This must not come to be"}});
        let reply = self.call("tools/call", "tools/call create_issue", arguments).await?;
        self.speaker.story.answer(reply.status, &json!({"www-authenticate": reply.challenge}))?;
        reply.expect(403).map(drop)
    }

    async fn call(&mut self, method: &str, shown: &str, params: Value) -> Result<Reply, Failure> {
        self.id += 1;
        self.speaker.story.request("POST", self.app, &[("method", shown), ("bearer", &self.token)])?;
        self.send(&json!({"jsonrpc": "2.0", "id": self.id, "method": method, "params": params})).await
    }

    /// A notification has no id, and its answer no body (JSON-RPC 2.0 §4.1).
    async fn notify(&self, method: &str) -> Result<(), Failure> {
        let reply = self.send(&json!({"jsonrpc": "2.0", "method": method})).await?;
        if reply.status >= 400 { reply.expect(202).map(drop) } else { Ok(()) }
    }

    async fn send(&self, body: &Value) -> Result<Reply, Failure> {
        let version = self.version.as_deref();
        let headers: Vec<(&str, &str)> = version.map(|version| ("mcp-protocol-version", version)).into_iter().collect();
        self.speaker.post_json(self.app, body, &headers, Some(&self.token)).await
    }
}

fn result(reply: &Reply) -> Result<&Value, Failure> {
    let why = || reply.body.pointer("/error/message").and_then(Value::as_str).unwrap_or("no result");
    reply.body.get("result").ok_or_else(|| Failure::failed(format!("The app answered: {}.", why())))
}
