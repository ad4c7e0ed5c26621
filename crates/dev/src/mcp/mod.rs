//! The demo downstream app: a small issue tracker that assistants reach by the Model Context Protocol, standing behind the
//! guard as any app of yours would. Its data is made up and lives in memory. It owns no token and no sign-in; that is the
//! authorization server's.

mod cors;
mod data;
mod home;
mod issues;
mod tools;

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use guard::{Guard, McpRule, Rule};
use protocol::Scope;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use self::data::Tracker;
use self::tools::IssueTools;

/// The scope that all of the server needs.
pub const READ_SCOPE: &str = "issues:read";
/// The scope that creating an issue needs besides.
pub const WRITE_SCOPE: &str = "issues:write";

/// What the demo app must know to stand behind an authorization server. No Debug: it holds a secret.
#[derive(Clone)]
pub struct DemoApp {
    /// The issuer, written as it writes itself.
    pub issuer: String,
    /// The URL of the MCP endpoint, which is the resource that tokens are for: `http://localhost:8081/mcp`.
    pub resource_url: String,
    /// This resource server's client id at the issuer, for introspection.
    pub client_id: String,
    /// And its secret.
    pub client_secret: String,
    /// The projects that it keeps issues for; a grant for another project finds nothing.
    pub projects: Vec<DemoProject>,
}

/// A project of the authorization server that the demo app has issues of.
#[derive(Clone, Debug)]
pub struct DemoProject {
    /// The id, as introspection answers it.
    pub id: String,
    /// The short name; `apollo` and `gemini` have their own made-up issues.
    pub slug: String,
    /// The name for people.
    pub name: String,
}

/// Serves the app, and what else stands `beside` it, on all listeners (bound to loopback by the caller) until `shutdown` completes and running requests are
/// answered.
///
/// # Errors
/// When the settings cannot protect anything (the text names which), or a listener fails.
pub async fn serve(
    listeners: Vec<TcpListener>,
    app: DemoApp,
    beside: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut config = transport(&app.resource_url)?;
    let streams = config.cancellation_token.clone();
    config.max_request_body_bytes = 1024 * 1024;
    let router = router(&app, config)?.merge(beside);

    let (stop, stopped) = watch::channel(());
    let mut servers = JoinSet::new();
    for listener in listeners {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (router, mut stopped) = (router.clone(), stopped.clone());
        servers.spawn(async move {
            let until = async move { drop(stopped.changed().await) };
            axum::serve(listener, router).with_graceful_shutdown(until).await
        });
    }

    tokio::select! {
        () = shutdown => {}
        Some(ended) = servers.join_next() => ended.map_err(io::Error::other)??,
    }
    // An open event stream would keep its connection, and with it the shutdown, waiting for ever.
    streams.cancel();
    drop(stop);
    while let Some(ended) = servers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(())
}

fn router(app: &DemoApp, config: StreamableHttpServerConfig) -> io::Result<Router> {
    let guard = guard(app)?;
    let tracker = Arc::new(Tracker::new(&app.projects));
    let mcp = StreamableHttpService::new(
        move || Ok(IssueTools::new(Arc::clone(&tracker))),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    let protected = ::tower::Layer::layer(&guard.layer(), mcp);

    let home = home::text(app);
    let mut router = Router::new()
        .route("/", get(move || async move { home }))
        .route_service(endpoint(&app.resource_url)?.path(), protected);
    for path in guard.metadata_paths() {
        router = router.route_service(path, guard.metadata_service());
    }
    Ok(router.layer(from_fn(cors::allow_local_pages)))
}

fn guard(app: &DemoApp) -> io::Result<Guard> {
    let write = scope(WRITE_SCOPE)?;
    let read = scope(READ_SCOPE)?;
    Guard::builder(&app.issuer, &app.resource_url)
        .introspection(&app.client_id, &app.client_secret)
        .required_scopes(read.clone())
        .supported_scopes(read.union(&write))
        .resource_name("Lanyard demo: issues")
        .rule(Rule::Mcp(McpRule::reading_tools(IssueTools::reading()).tool_needs(tools::CREATE_ISSUE, write)))
        .build()
        .map_err(io::Error::other)
}

/// Without sessions, so that nothing is remembered between requests but the grant: no session id to steal, and no stream
/// that outlives a revocation. Clients of the revisions before 2026-07-28 do their `initialize` all the same.
fn transport(resource: &str) -> io::Result<StreamableHttpServerConfig> {
    let host = endpoint(resource)?.host_str().unwrap_or_default().to_owned();
    let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    Ok(StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(local.into_iter().chain([host]))
        .with_allowed_origins(cors::LOCAL_ORIGINS))
}

fn endpoint(resource: &str) -> io::Result<Url> {
    Url::parse(resource).map_err(|error| io::Error::other(format!("the demo app's resource URL: {error}")))
}

fn scope(text: &str) -> io::Result<Scope> {
    Scope::parse(text).map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
