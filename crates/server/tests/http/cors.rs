//! Which scripts of other sites may read what.

use crate::harness::{Answer, TestServer};

async fn preflight(server: &TestServer, path: &str) -> Answer {
    let request = server.http().request(reqwest::Method::OPTIONS, server.url(path));
    Answer::of(request.header("origin", "https://inspector.example").header("access-control-request-method", "POST"))
        .await
}

#[tokio::test]
async fn the_protocol_is_open_to_all_without_credentials() {
    let server = TestServer::start().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
        "/jwks",
        "/token",
        "/register",
        "/revoke",
        "/userinfo",
    ] {
        let allowed = preflight(&server, path).await;
        assert_eq!((allowed.status.as_u16(), allowed.header("access-control-allow-origin")), (204, "*"), "{path}");
        for header in ["Authorization", "Content-Type", "DPoP", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"] {
            assert!(allowed.header("access-control-allow-headers").contains(header), "{path} {header}");
        }
        let request = server.http().get(server.url(path)).header("origin", "https://inspector.example");
        let answer = Answer::of(request).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path} {}", answer.status);
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
}

#[tokio::test]
async fn pages_and_what_reads_a_cookie_are_open_to_none() {
    let server = TestServer::start().await;
    for path in [
        "/authorize",
        "/",
        "/sign-in",
        "/connections",
        "/consent/0000000000000000000000",
        "/introspect",
        "/device_authorization",
        "/theme",
    ] {
        let refused = preflight(&server, path).await;
        assert!(refused.status.is_client_error(), "{path}: {}", refused.status);
        let request = server.http().get(server.url(path)).header("origin", "https://inspector.example");
        for answer in [refused, Answer::of(request).await] {
            assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{path}");
        }
    }
}
