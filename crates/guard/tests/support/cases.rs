//! What every skin must answer, asked over real HTTP.

use std::time::Duration;

use guard::{BuildError, Guard, Rule};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::{Issuer, METADATA, RESOURCE};

/// A skin's app: it serves `/mcp` behind the guard (echoing the grant and the body), and the metadata; the answer is its
/// base URL.
pub trait Skin {
    async fn start(guard: Guard) -> String;
}

struct Trial {
    base: String,
    issuer: Issuer,
    http: Client,
}

impl Trial {
    async fn new<S: Skin>() -> Self {
        let issuer = Issuer::start().await;
        let guard = issuer.guard().build().unwrap();
        Self::with::<S>(issuer, guard).await
    }

    async fn with<S: Skin>(issuer: Issuer, guard: Guard) -> Self {
        Self { base: S::start(guard).await, issuer, http: Client::builder().no_proxy().build().unwrap() }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    fn post(&self, token: &str, body: &Value) -> RequestBuilder {
        self.http.post(format!("{}/mcp", self.base)).bearer_auth(token).json(body)
    }

    async fn status(&self, token: &str) -> StatusCode {
        self.get("/mcp").bearer_auth(token).send().await.unwrap().status()
    }
}

fn challenge(response: &Response) -> &str {
    response.headers().get("www-authenticate").map_or("", |value| value.to_str().unwrap())
}

fn call(tool: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": {"text": "ü"}}})
}

pub async fn all<S: Skin>() {
    a_good_token_brings_a_grant::<S>().await;
    refusals_of_tokens::<S>().await;
    reading_is_enforced::<S>().await;
    trouble_is_not_the_clients_fault::<S>().await;
    metadata_is_served::<S>().await;
    caching_is_a_choice::<S>().await;
    the_http_rule::<S>().await;
}

async fn a_good_token_brings_a_grant<S: Skin>() {
    let trial = Trial::new::<S>().await;
    let echo: Value = trial.post("reader", &call("list_issues")).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        echo,
        json!({"subject": "p1", "client": "c1", "organization": "acme", "project": "apollo", "scopes": "issues:read", "access": "read",
               "body": call("list_issues").to_string()})
    );
    let echo: Value = trial.post("writer", &call("create_issue")).send().await.unwrap().json().await.unwrap();
    assert_eq!((&echo["access"], &echo["body"]), (&json!("write"), &json!(call("create_issue").to_string())));
    assert_eq!(trial.status("other-spelling").await, StatusCode::OK);
}

async fn refusals_of_tokens<S: Skin>() {
    let trial = Trial::new::<S>().await;
    let none = trial.get("/mcp").send().await.unwrap();
    assert_eq!(none.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(challenge(&none), format!("Bearer scope=\"issues:read\", resource_metadata=\"{METADATA}\""));
    let basic = trial.get("/mcp").basic_auth("a", Some("b")).send().await.unwrap();
    assert_eq!((basic.status(), challenge(&basic).contains("error=")), (StatusCode::UNAUTHORIZED, false));
    let query = trial.get("/mcp?access_token=reader").send().await.unwrap();
    assert_eq!((query.status(), challenge(&query).contains("error=")), (StatusCode::UNAUTHORIZED, false));

    for token in ["unknown", "other-audience", "no-audience", "other-issuer", "over", "bound"] {
        let refused = trial.get("/mcp").bearer_auth(token).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{token}");
        assert_eq!(
            challenge(&refused),
            format!("Bearer error=\"invalid_token\", scope=\"issues:read\", resource_metadata=\"{METADATA}\"")
        );
        assert_eq!(refused.headers()["cache-control"], "no-store");
        assert!(refused.text().await.unwrap().contains("\"error\":\"invalid_token\""));
    }
    for token in ["identity", "no-project"] {
        let refused = trial.get("/mcp").bearer_auth(token).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{token}");
        assert_eq!(
            challenge(&refused),
            format!("Bearer error=\"insufficient_scope\", scope=\"issues:read\", resource_metadata=\"{METADATA}\"")
        );
    }

    let before = trial.issuer.asked();
    let twice = trial.get("/mcp").header("authorization", "Bearer reader").header("authorization", "Bearer reader");
    for hostile in [
        twice,
        trial.get("/mcp").header("authorization", "Bearer reader, Bearer writer"),
        trial.get("/mcp").header("authorization", "Bearer"),
    ] {
        let refused = hostile.send().await.unwrap();
        assert_eq!(
            (refused.status(), challenge(&refused).contains("error=\"invalid_request\"")),
            (StatusCode::BAD_REQUEST, true)
        );
    }
    assert_eq!(trial.issuer.asked(), before, "what is malformed is not asked about");
}

async fn reading_is_enforced<S: Skin>() {
    let trial = Trial::new::<S>().await;
    for token in ["reader", "unsaid-access"] {
        let refused = trial.post(token, &call("create_issue")).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            challenge(&refused),
            format!("Bearer error=\"insufficient_scope\", scope=\"issues:write\", resource_metadata=\"{METADATA}\"")
        );
        let body: Value = refused.json().await.unwrap();
        assert_eq!((&body["jsonrpc"], &body["id"], &body["error"]["code"]), (&json!("2.0"), &json!(7), &json!(-32040)));
    }
    let batch = trial.post("reader", &json!([call("list_issues"), call("create_issue")])).send().await.unwrap();
    assert_eq!(batch.status(), StatusCode::FORBIDDEN);
    let lie = trial
        .post("reader", &call("create_issue"))
        .header("mcp-method", "tools/call")
        .header("mcp-name", "list_issues");
    assert_eq!(lie.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let huge = json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y".repeat(1024 * 1024)}});
    assert_eq!(trial.post("reader", &huge).send().await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    let unread = trial.post("unknown", &call("list_issues")).send().await.unwrap();
    assert_eq!(unread.status(), StatusCode::UNAUTHORIZED);
    let put = trial.http.put(format!("{}/mcp", trial.base)).bearer_auth("writer").send().await.unwrap();
    assert_eq!(put.status(), StatusCode::METHOD_NOT_ALLOWED);
}

async fn trouble_is_not_the_clients_fault<S: Skin>() {
    let trial = Trial::new::<S>().await;
    trial.issuer.set_broken(true);
    let down = trial.get("/mcp").bearer_auth("reader").send().await.unwrap();
    assert_eq!((down.status(), challenge(&down)), (StatusCode::SERVICE_UNAVAILABLE, ""));
    assert_eq!(down.headers()["retry-after"], "2");
    trial.issuer.set_broken(false);
    assert_eq!(trial.status("reader").await, StatusCode::OK);
    for token in ["half", "access-unknown"] {
        assert_eq!(trial.status(token).await, StatusCode::SERVICE_UNAVAILABLE, "{token}");
    }

    let wrong_secret = trial.issuer.guard().introspection("demo api", "wrong").build().unwrap();
    let trial = Trial::with::<S>(trial.issuer, wrong_secret).await;
    assert_eq!(trial.status("reader").await, StatusCode::SERVICE_UNAVAILABLE);

    // Nobody listens there; and something listens that never answers.
    let nobody = trial.issuer.guard().introspection_endpoint("http://127.0.0.1:9/").build().unwrap();
    let trial = Trial::with::<S>(trial.issuer, nobody).await;
    assert_eq!(trial.status("reader").await, StatusCode::SERVICE_UNAVAILABLE);
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", silent.local_addr().unwrap());
    let slow =
        trial.issuer.guard().introspection_endpoint(endpoint).timeout(Duration::from_millis(200)).build().unwrap();
    let trial = Trial::with::<S>(trial.issuer, slow).await;
    assert_eq!(trial.status("reader").await, StatusCode::SERVICE_UNAVAILABLE);

    // Metadata of somebody else is not believed.
    let alias = trial.issuer.url.replace("127.0.0.1", "localhost");
    let stranger = Guard::builder(alias, RESOURCE).introspection("demo api", "s3cret:/+").build().unwrap();
    let trial = Trial::with::<S>(trial.issuer, stranger).await;
    assert_eq!(trial.status("reader").await, StatusCode::SERVICE_UNAVAILABLE);
}

async fn metadata_is_served<S: Skin>() {
    let trial = Trial::new::<S>().await;
    for path in ["/.well-known/oauth-protected-resource/mcp", "/.well-known/oauth-protected-resource"] {
        let response = trial.get(path).send().await.unwrap();
        assert_eq!(
            (response.status(), &response.headers()["access-control-allow-origin"]),
            (StatusCode::OK, &"*".parse().unwrap())
        );
        assert_eq!(response.headers()["content-type"], "application/json");
        let document: Value = response.json().await.unwrap();
        assert_eq!(
            document,
            json!({"resource": RESOURCE, "authorization_servers": [trial.issuer.url], "scopes_supported": ["issues:read", "issues:write"],
                   "bearer_methods_supported": ["header"]})
        );
        let preflight =
            trial.http.request(reqwest::Method::OPTIONS, format!("{}{path}", trial.base)).send().await.unwrap();
        assert_eq!(
            (preflight.status(), &preflight.headers()["access-control-allow-origin"]),
            (StatusCode::NO_CONTENT, &"*".parse().unwrap())
        );
        let post = trial.http.post(format!("{}{path}", trial.base)).send().await.unwrap();
        assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(trial.issuer.asked(), 0);
}

async fn caching_is_a_choice<S: Skin>() {
    let trial = Trial::new::<S>().await;
    for _ in 0..3 {
        assert_eq!(trial.status("reader").await, StatusCode::OK);
    }
    assert_eq!(trial.issuer.asked(), 3);

    let issuer = Issuer::start().await;
    let cached = issuer.guard().stale_up_to(Duration::from_secs(2)).remembered(2).build().unwrap();
    let trial = Trial::with::<S>(issuer, cached).await;
    for _ in 0..3 {
        assert_eq!(trial.status("reader").await, StatusCode::OK);
        assert_eq!(trial.status("unknown").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(trial.issuer.asked(), 1 + 3, "refusals are not remembered");
    trial.status("writer").await;
    trial.status("other-spelling").await;
    trial.status("reader").await;
    assert_eq!(trial.issuer.asked(), 4 + 3, "the oldest made room");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    trial.status("reader").await;
    assert_eq!(trial.issuer.asked(), 7 + 1, "its time was over");
}

async fn the_http_rule<S: Skin>() {
    let issuer = Issuer::start().await;
    let guard = issuer.guard().rule(Rule::Http).require_project(false).build().unwrap();
    let trial = Trial::with::<S>(issuer, guard).await;
    assert_eq!(trial.status("reader").await, StatusCode::OK);
    assert_eq!(trial.status("no-project").await, StatusCode::OK);
    assert_eq!(trial.status("identity").await, StatusCode::FORBIDDEN);
    let write = trial.post("reader", &json!({})).send().await.unwrap();
    assert_eq!((write.status(), challenge(&write).contains("insufficient_scope")), (StatusCode::FORBIDDEN, true));
    assert_eq!(trial.post("writer", &json!({})).send().await.unwrap().status(), StatusCode::OK);
    let disguised =
        trial.get("/mcp").bearer_auth("reader").header("x-http-method-override", "DELETE").send().await.unwrap();
    assert_eq!(disguised.status(), StatusCode::FORBIDDEN);
}

#[test]
fn settings_that_protect_nothing_are_refused() {
    let build = |issuer: &str, resource: &str| Guard::builder(issuer, resource).introspection("a", "b").build().err();
    for issuer in
        ["", "id.example.com", "http://id.example.com", "https://id.example.com?x", "https://id.example.com#x"]
    {
        assert!(matches!(build(issuer, RESOURCE), Some(BuildError::Issuer(_))), "{issuer}");
    }
    for resource in ["", "/mcp", "https://a.example/#x", "urn:x"] {
        assert!(matches!(build("https://id.example.com", resource), Some(BuildError::Resource(_))), "{resource}");
    }
    let endpoint = Guard::builder("https://id.example.com", RESOURCE)
        .introspection("a", "b")
        .introspection_endpoint("http://id.example.com/x");
    assert!(matches!(endpoint.build().err(), Some(BuildError::Endpoint(_))));
    assert!(matches!(Guard::builder("https://id.example.com", RESOURCE).build().err(), Some(BuildError::Credentials)));
    assert!(matches!(
        Guard::builder("https://id.example.com", RESOURCE).introspection("a", "").build().err(),
        Some(BuildError::Credentials)
    ));
}
