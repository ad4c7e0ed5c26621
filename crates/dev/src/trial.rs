//! `lanyard try`: a flow against a running server as a client would perform it, with each request and answer explained.
//!
//! Owns a client's side, and uses no shortcut into the server: what works here works for anybody's client. A secret is shown
//! by its first and last characters only.

mod browser;
mod callback;
mod code;
mod device;
mod discovery;
mod exchange;
mod id_token;
mod mcp;
mod refresh;
mod relying_party;
mod request;
mod shown;
mod speaker;
mod story;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use server::command::Failure;
use url::Url;

use crate::development::Kept;

/// The flows.
#[derive(Clone, Debug, Subcommand)]
pub enum Trial {
    /// An AI assistant connects to the demo MCP app and reads one project
    Mcp(Where),
    /// The authorization code flow with PKCE, as a command line does it
    Code(Where),
    /// The same, then a refresh, and the same refresh again
    Refresh(Where),
    /// A program without a browser is let in by the code that it shows (RFC 8628)
    Device(Where),
    /// An app signs a person in by OpenID Connect
    Rp(relying_party::App),
}

/// Which server, and how to get a person to it.
#[derive(Clone, Debug, Args)]
pub struct Where {
    /// The server's issuer
    #[arg(long, value_name = "URL", default_value = "http://localhost:8080")]
    pub issuer: String,
    /// The MCP app; if left out, the demo app on the port after the issuer's
    #[arg(long, value_name = "URL")]
    pub mcp_url: Option<String>,
    /// Where `lanyard dev` keeps the demo clients' secrets
    #[arg(long, value_name = "DIR", default_value = ".lanyard-dev")]
    pub data: PathBuf,
    /// Print the address for the person, and open no browser
    #[arg(long)]
    pub no_browser: bool,
}

impl Trial {
    /// Performs the flow.
    ///
    /// # Errors
    /// Where the flow ended: what the server answered, or what it should have answered and did not.
    pub async fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Mcp(place) => mcp::perform(place).await,
            Self::Code(place) => code::perform(place).await,
            Self::Refresh(place) => refresh::perform(place).await,
            Self::Device(place) => device::perform(place).await,
            Self::Rp(app) => relying_party::perform(app).await,
        }
    }
}

impl Where {
    /// The MCP app's address.
    fn mcp_url(&self) -> Result<String, Failure> {
        if let Some(url) = &self.mcp_url {
            return Ok(url.clone());
        }
        let named = Url::parse(&self.issuer).ok().and_then(|mut url| {
            let port = url.port()?.checked_add(1)?;
            url.set_port(Some(port)).ok()?;
            url.join("/mcp").ok()
        });
        named.map(String::from).ok_or_else(|| Failure::misused("Name the MCP app with --mcp-url."))
    }

    /// The secret of a demo client, if this is the machine and the directory of the development server.
    fn kept_secret(&self, client_id: &str) -> Option<String> {
        Kept::load(&self.data).ok()?.secrets.remove(client_id)
    }
}
