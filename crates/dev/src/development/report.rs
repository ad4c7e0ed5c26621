//! What `lanyard dev --json` tells scripts, in one line.

use serde::Serialize;
use server::command::Failure;

/// Everything that was seeded. It holds secrets: it is written once, to whoever started the server.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) issuer: String,
    pub(super) mcp_url: String,
    /// Where Prometheus may ask; nothing where that is switched off.
    pub(super) metrics_url: Option<String>,
    pub(super) people: Vec<Person>,
    pub(super) projects: Vec<Project>,
    pub(super) clients: Vec<Client>,
    pub(super) resource_servers: Vec<ResourceServer>,
    pub(super) scopes: Vec<String>,
}

/// Somebody who can sign in.
#[derive(Serialize)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) password: String,
    /// `owner`, `admin`, `member` of the first organisation, or `outsider`.
    pub(super) role: &'static str,
    /// The organisation's slug.
    pub(super) organization: &'static str,
}

/// A project.
#[derive(Serialize)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) name: String,
    /// The organisation's slug.
    pub(super) organization: String,
}

/// A pre-registered client.
#[derive(Serialize)]
pub(super) struct Client {
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    pub(super) redirect_uris: Vec<String>,
}

/// A resource server with its credentials for introspection.
#[derive(Serialize)]
pub(super) struct ResourceServer {
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) resource: String,
}

impl Report {
    /// One line of JSON.
    pub(super) fn line(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|error| Failure::failed(error.to_string()))
    }
}
