//! `/register`: clients that nobody vouches for.

use serde_json::{Value, json};

use crate::harness::{Answer, Client, TestServer};

async fn register(server: &TestServer, metadata: &Value) -> Answer {
    Answer::of(
        server
            .http()
            .post(server.url("/register"))
            .header("content-type", "application/json")
            .body(metadata.to_string()),
    )
    .await
}

#[tokio::test]
async fn a_client_registers_and_reads_what_it_was_allowed() {
    let server = TestServer::start().await;
    let registered = register(&server, &json!({ "client_name": "Robo", "redirect_uris": ["http://127.0.0.1/cb"], "token_endpoint_auth_method": "none" })).await;
    assert_eq!(registered.status, 201, "{}", registered.body);
    assert_eq!(registered.header("cache-control"), "no-store");
    let json = registered.json();
    assert!(
        json.get("client_secret").is_none()
            && json["client_id_issued_at"].is_u64()
            && !registered.body.contains("null")
    );
    let client = Client::public(&server, json["client_id"].as_str().unwrap(), "http://127.0.0.1:9999/cb");
    let browser = server.signed_in().await;
    let asked = browser.open(&client.authorize(&[])).await;
    assert!(asked.body.contains("Robo") && asked.body.contains("Registered itself"), "{}", asked.body);
    let tokens = client.connect(&browser).await;
    assert!(server.api().accepts(&tokens.access).await);
}

#[tokio::test]
async fn a_secret_is_given_and_must_be_used() {
    let server = TestServer::start().await;
    for method in ["client_secret_basic", "client_secret_post"] {
        let registered = register(&server, &json!({ "client_name": method, "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"], "token_endpoint_auth_method": method })).await;
        let json = registered.json();
        let (id, secret) = (json["client_id"].as_str().unwrap(), json["client_secret"].as_str().unwrap());
        let client = Client::confidential(&server, id, secret, "https://claude.ai/api/mcp/auth_callback");
        let browser = server.signed_in().await;
        let answer = client.approve(&browser, &server.seeded.apollo).await;
        let unproven = Client { secret: None, ..client.clone() };
        assert_eq!(unproven.try_redeem(&answer.sent("code").unwrap()).await.json()["error"], "invalid_client");
        client.redeem(&answer).await;
    }
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_in_its_own_words() {
    let server = TestServer::start().await;
    let name = "client_name";
    for (metadata, error) in [
        (json!({ name: "x" }), "invalid_redirect_uri"),
        (json!({ name: "x", "redirect_uris": [] }), "invalid_redirect_uri"),
        (json!({ name: "x", "redirect_uris": ["http://evil.example/cb"] }), "invalid_redirect_uri"),
        (json!({ name: "x", "redirect_uris": ["javascript:alert(1)"] }), "invalid_redirect_uri"),
        (json!({ name: 7, "redirect_uris": ["http://127.0.0.1/cb"] }), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
    ] {
        let refused = register(&server, &metadata).await;
        assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (400, Some(error)), "{metadata}");
    }
    let http = server.http();
    let form = Answer::of(http.post(server.url("/register")).header("content-type", "text/plain").body("{}")).await;
    assert_eq!(form.json()["error"], "invalid_client_metadata");
    let large = "x".repeat(70_000);
    let large =
        Answer::of(http.post(server.url("/register")).header("content-type", "application/json").body(large)).await;
    assert_eq!((large.status.as_u16(), large.json()["error"].as_str()), (400, Some("invalid_client_metadata")));
}

#[tokio::test]
async fn an_address_registers_only_so_many() {
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", "2/1h")]).await;
    let mut statuses = Vec::new();
    for n in 0..3 {
        let metadata = json!({ "client_name": format!("n{n}"), "redirect_uris": ["http://127.0.0.1/cb"] });
        let answer = register(&server, &metadata).await;
        statuses.push(answer.status.as_u16());
        if n == 2 {
            assert_eq!(answer.json()["error"], "temporarily_unavailable");
            assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        }
    }
    assert_eq!(statuses, [201, 201, 429]);
}

#[tokio::test]
async fn an_operator_may_close_it() {
    let server = TestServer::start_with(&[("REGISTRATION__DYNAMIC", "false")]).await;
    let refused = register(&server, &json!({ "redirect_uris": ["http://127.0.0.1/cb"] })).await;
    assert!(refused.status.is_client_error() && refused.json()["error"].is_string());
    let metadata = server.browser().get("/.well-known/oauth-authorization-server").await;
    assert!(metadata.json().get("registration_endpoint").is_none());
}
