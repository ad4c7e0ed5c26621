//! A stand-in for the authorization server's introspection endpoint, on loopback, and the cases that both skins must pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use guard::{Guard, GuardBuilder, McpRule, Rule};
use serde_json::{Value, json};

pub mod cases;

pub const RESOURCE: &str = "http://localhost:9999/mcp";
pub const METADATA: &str = "http://localhost:9999/.well-known/oauth-protected-resource/mcp";

/// The issuer: its URL, how often it was asked, and a switch that breaks it.
#[derive(Clone)]
pub struct Issuer {
    pub url: String,
    asked: Arc<AtomicUsize>,
    broken: Arc<AtomicBool>,
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self { url, asked: Arc::default(), broken: Arc::default() };
        let app = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/ask", post(introspect))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        issuer
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    pub fn guard(&self) -> GuardBuilder {
        let rule = McpRule::reading_tools(["list_issues"]).tool_needs("create_issue", "issues:write".parse().unwrap());
        Guard::builder(&self.url, RESOURCE)
            .introspection("demo api", "s3cret:/+")
            .required_scopes("issues:read".parse().unwrap())
            .supported_scopes("issues:read issues:write".parse().unwrap())
            .rule(Rule::Mcp(rule))
    }
}

async fn metadata(State(issuer): State<Issuer>) -> Json<Value> {
    Json(json!({"issuer": issuer.url, "introspection_endpoint": format!("{}/ask", issuer.url)}))
}

async fn introspect(State(issuer): State<Issuer>, headers: HeaderMap, form: String) -> Result<Json<Value>, StatusCode> {
    issuer.asked.fetch_add(1, Ordering::SeqCst);
    if issuer.broken.load(Ordering::SeqCst) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    // base64 of "demo+api:s3cret%3A%2F%2B": both parts form-encoded first.
    if headers["authorization"] != "Basic ZGVtbythcGk6czNjcmV0JTNBJTJGJTJC" {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let token = form.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
    Ok(Json(answer(token, &issuer.url)))
}

/// A token's name says what is odd about it.
fn answer(token: &str, issuer: &str) -> Value {
    let mut answer = json!({
        "active": true, "scope": "issues:read", "client_id": "c1", "sub": "p1", "aud": RESOURCE, "iss": issuer,
        "exp": 4_102_444_800_u64, "iat": 1, "token_type": "Bearer", "organization": "acme", "project": "apollo", "access": "read",
    });
    let odd = match token {
        "reader" => json!({}),
        "writer" => json!({"scope": "issues:read issues:write", "access": "write"}),
        "unsaid-access" => json!({"scope": "issues:read issues:write", "access": null}),
        "other-audience" => json!({"aud": "http://localhost:9999/other"}),
        "no-audience" => json!({"aud": null}),
        "other-spelling" => json!({"aud": "HTTP://LOCALHOST:9999/mcp/"}),
        "other-issuer" => json!({"iss": "https://elsewhere.example"}),
        "over" => json!({"exp": 1_000_000_000}),
        "bound" => json!({"token_type": "DPoP"}),
        "identity" => json!({"scope": "openid profile"}),
        "no-project" => json!({"project": null}),
        "half" => json!({"client_id": null}),
        "access-unknown" => json!({"access": "everything"}),
        _ => return json!({"active": false}),
    };
    for (name, value) in odd.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer
}
