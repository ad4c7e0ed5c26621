//! The demo app over real HTTP, before a stand-in introspection endpoint, as clients of two generations speak to it.

use std::net::TcpListener;

use axum::routing::post;
use axum::{Json, Router};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::tools::IssueTools;
use super::{DemoApp, DemoProject, serve};

const NEWEST: &str = "2026-07-28";

struct Demo {
    base: String,
    http: Client,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Demo {
    async fn start() -> Self {
        let listeners = vec![TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap()];
        let base = format!("http://{}", listeners[0].local_addr().unwrap());
        let resource = format!("{base}/mcp");
        let project = |id: &str, slug: &str, name: &str| DemoProject {
            id: id.to_owned(),
            slug: slug.to_owned(),
            name: name.to_owned(),
        };
        let app = DemoApp {
            issuer: issuer(resource.clone()).await,
            resource_url: resource,
            client_id: "demo-api".to_owned(),
            client_secret: "secret".to_owned(),
            projects: vec![project("p-a", "apollo", "Apollo"), project("p-g", "gemini", "Gemini")],
        };
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(serve(listeners, app, Router::new(), async move { drop(stopped.await) }));
        Self { base, http: Client::builder().no_proxy().build().unwrap(), stop, ended }
    }

    fn request(&self, token: &str, body: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}/mcp", self.base)).bearer_auth(token);
        request.header("accept", "application/json, text/event-stream").json(body)
    }

    /// As a client of an older revision: the version was settled by `initialize`.
    async fn ask(&self, token: &str, method: &str, params: Value) -> Response {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.request(token, &body).header("mcp-protocol-version", "2025-06-18").send().await.unwrap()
    }

    async fn call(&self, token: &str, tool: &str, arguments: Value) -> Value {
        let response = self.ask(token, "tools/call", json!({"name": tool, "arguments": arguments})).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }
}

/// Tokens are named by what they are: `<project>-read` or `<project>-write`.
async fn issuer(resource: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let named = issuer.clone();
    let metadata = json!({"issuer": issuer, "introspection_endpoint": format!("{issuer}/introspect")});
    let introspect = move |form: String| {
        let token = form.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default().to_owned();
        let answer = match token.rsplit_once('-') {
            Some((project, access @ ("read" | "write"))) => json!({
                "active": true, "client_id": "c1", "sub": "u1", "aud": resource, "iss": named, "exp": 4_102_444_800_u64, "iat": 1,
                "token_type": "Bearer", "organization": "acme", "project": project, "access": access,
                "scope": if access == "write" { "issues:read issues:write" } else { "issues:read" },
            }),
            _ => json!({"active": false}),
        };
        async move { Json(answer) }
    };
    let app = Router::new()
        .route("/introspect", post(introspect))
        .route("/.well-known/oauth-authorization-server", axum::routing::get(move || async move { Json(metadata) }));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    issuer
}

fn titles(answer: &Value) -> Vec<&str> {
    let issues = answer["result"]["structuredContent"]["issues"].as_array().unwrap();
    issues.iter().map(|issue| issue["title"].as_str().unwrap()).collect()
}

#[test]
fn the_guard_knows_what_the_annotations_say() {
    let mut reading = IssueTools::reading();
    reading.sort();
    assert_eq!(reading, ["list_issues", "read_issue", "search_issues"]);
}

#[tokio::test]
async fn an_older_client_initializes_and_reads() {
    let demo = Demo::start().await;
    let hello =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let hello: Value = demo.ask("p-a-read", "initialize", hello).await.json().await.unwrap();
    assert_eq!(
        (&hello["result"]["protocolVersion"], &hello["result"]["serverInfo"]["name"]),
        (&json!("2025-06-18"), &json!("lanyard-demo"))
    );
    let noted = demo
        .request("p-a-read", &json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        .send()
        .await
        .unwrap();
    assert_eq!(noted.status(), StatusCode::ACCEPTED);
    // It then tries to open a stream, and is told that there is none (Streamable HTTP, "Listening for Messages").
    let stream = demo
        .http
        .get(format!("{}/mcp", demo.base))
        .bearer_auth("p-a-read")
        .header("accept", "text/event-stream")
        .send()
        .await
        .unwrap();
    assert_eq!(stream.status(), StatusCode::METHOD_NOT_ALLOWED);

    let tools: Value = demo.ask("p-a-read", "tools/list", json!({})).await.json().await.unwrap();
    let names: Vec<&Value> = tools["result"]["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
    assert_eq!(names.len(), 4);
    assert_eq!(
        demo.call("p-a-read", "list_issues", json!({"state": "closed"})).await["result"]["structuredContent"]["project"],
        "Apollo"
    );
}

#[tokio::test]
async fn a_client_of_the_newest_revision_discovers_and_reads() {
    let demo = Demo::start().await;
    let meta = json!({"io.modelcontextprotocol/protocolVersion": NEWEST, "io.modelcontextprotocol/clientCapabilities": {},
                      "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"}});
    let ask = |method: &'static str, name: Option<&'static str>, mut params: Value| {
        params["_meta"] = meta.clone();
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request =
            demo.request("p-g-read", &body).header("mcp-protocol-version", NEWEST).header("mcp-method", method);
        let request = if let Some(name) = name { request.header("mcp-name", name) } else { request };
        async move { request.send().await.unwrap() }
    };
    let found: Value = ask("server/discover", None, json!({})).await.json().await.unwrap();
    assert!(found["result"]["supportedVersions"].as_array().unwrap().contains(&json!(NEWEST)), "{found}");
    let called: Value =
        ask("tools/call", Some("read_issue"), json!({"name": "read_issue", "arguments": {"number": 1}}))
            .await
            .json()
            .await
            .unwrap();
    assert_eq!(called["result"]["structuredContent"]["author"], "Gus", "{called}");
    let lie =
        ask("tools/call", Some("list_issues"), json!({"name": "create_issue", "arguments": {"title": "x"}})).await;
    assert_eq!(lie.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_grant_sees_its_project_and_no_other() {
    let demo = Demo::start().await;
    let apollo = demo.call("p-a-read", "list_issues", json!({})).await;
    let gemini = demo.call("p-g-read", "list_issues", json!({"project": "p-a"})).await;
    assert_eq!((titles(&apollo).len(), titles(&gemini).len()), (4, 3));
    assert!(titles(&apollo).iter().all(|title| !titles(&gemini).contains(title)));
    assert_eq!(
        titles(&demo.call("p-a-read", "search_issues", json!({"query": "RADAR alarm"})).await),
        ["Guidance computer raises alarm 1202 on descent"]
    );
    assert_eq!(titles(&demo.call("p-g-read", "search_issues", json!({"query": "radar"})).await), Vec::<&str>::new());
    assert!(
        demo.call("p-x-read", "list_issues", json!({})).await["error"]["message"]
            .as_str()
            .unwrap()
            .contains("no issues of the project")
    );
    assert!(demo.call("p-a-read", "read_issue", json!({"number": 99})).await["error"].is_object());
}

#[tokio::test]
async fn writing_needs_a_grant_that_writes() {
    let demo = Demo::start().await;
    let arguments = json!({"name": "create_issue", "arguments": {"title": "Parachute tangled", "body": "Twice."}});
    let refused = demo.ask("p-g-read", "tools/call", arguments.clone()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains("insufficient_scope") && challenge.contains("scope=\"issues:write\""), "{challenge}");
    assert_eq!(titles(&demo.call("p-g-read", "list_issues", json!({})).await).len(), 3);

    let created: Value = demo.ask("p-g-write", "tools/call", arguments).await.json().await.unwrap();
    assert_eq!(
        (&created["result"]["structuredContent"]["number"], &created["result"]["structuredContent"]["author"]),
        (&json!(4), &json!("u1"))
    );
    assert_eq!(titles(&demo.call("p-g-read", "list_issues", json!({})).await).last(), Some(&"Parachute tangled"));
    assert_eq!(titles(&demo.call("p-a-read", "list_issues", json!({})).await).len(), 4);
    assert!(demo.call("p-g-write", "create_issue", json!({"title": " "})).await["error"].is_object());
}

#[tokio::test]
async fn browsers_on_this_machine_may_ask() {
    let demo = Demo::start().await;
    let mcp = format!("{}/mcp", demo.base);
    let preflight = |origin: &'static str| {
        demo.http
            .request(reqwest::Method::OPTIONS, &mcp)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
    };
    let local = preflight("http://localhost:6274").send().await.unwrap();
    assert_eq!(
        (local.status(), &local.headers()["access-control-allow-origin"]),
        (StatusCode::NO_CONTENT, &"http://localhost:6274".parse().unwrap())
    );
    assert!(local.headers()["access-control-allow-headers"].to_str().unwrap().contains("Mcp-Method"));
    assert!(!local.headers().contains_key("access-control-allow-credentials"));
    for stranger in ["https://evil.example", "http://localhost.evil.example", "null"] {
        assert!(
            !preflight(stranger).send().await.unwrap().headers().contains_key("access-control-allow-origin"),
            "{stranger}"
        );
    }
    let refused = demo.http.get(&mcp).header("origin", "http://localhost:6274").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(refused.headers()["access-control-expose-headers"].to_str().unwrap().contains("WWW-Authenticate"));
    let stranger = demo
        .request("p-a-read", &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}))
        .header("origin", "https://evil.example");
    assert_eq!(stranger.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let rebound =
        demo.request("p-a-read", &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn it_says_what_it_is_and_stops_when_told() {
    let demo = Demo::start().await;
    let page = demo.http.get(&demo.base).send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    let page = page.text().await.unwrap();
    assert!(page.contains("Apollo, Gemini") && page.contains("/connections"), "{page}");
    let document: Value = demo
        .http
        .get(format!("{}/.well-known/oauth-protected-resource/mcp", demo.base))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(document["resource"], format!("{}/mcp", demo.base));
    demo.stop.send(()).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(5), demo.ended).await.unwrap().unwrap().unwrap();
}
