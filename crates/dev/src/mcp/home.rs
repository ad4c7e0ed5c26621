//! The page at `/`: tells a person who opens the demo app in a browser what it is.

use super::DemoApp;

/// Plain text, ready to be sent.
pub(super) fn text(app: &DemoApp) -> String {
    let projects: Vec<&str> = app.projects.iter().map(|project| project.name.as_str()).collect();
    format!(
        "This is Lanyard's demo app: an MCP server over made-up issues ({projects}).\n\
         \n\
         Its address for an AI assistant:  {mcp}\n\
         Who signs people in for it:       {issuer}\n\
         \n\
         Give the address to a client, for instance:\n\
         \n\
         \x20 claude mcp add --transport http demo {mcp}\n\
         \x20 npx mcp-remote {mcp}\n\
         \n\
         The client sends you to the sign-in page, you choose one project there, and it can read that project's issues and\n\
         change nothing. Take the permission back at {connections}.\n",
        projects = projects.join(", "),
        mcp = app.resource_url,
        issuer = app.issuer,
        connections = format_args!("{}/connections", app.issuer.trim_end_matches('/')),
    )
}
