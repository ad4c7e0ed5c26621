//! What every answer carries, whatever it is.

use crate::harness::{Answer, TestServer};

#[tokio::test]
async fn every_answer_is_guarded() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let refused = browser.post("/theme", &[]).await;
    assert_eq!(refused.status, 403);
    let mut answers = vec![("refused form", refused)];
    for path in [
        "/",
        "/sign-in?account=another",
        "/connections",
        "/security",
        "/nowhere",
        "/authorize",
        "/token",
        "/jwks",
        "/userinfo",
        "/health/ready",
        "/.well-known/security.txt",
        "/favicon.ico",
    ] {
        answers.push((path, browser.get(path).await));
    }
    for (path, answer) in &answers {
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 12, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'")
                && policy.contains("frame-ancestors 'none'")
                && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert!(!answer.header("cache-control").is_empty(), "{path}");
        assert_eq!(answer.header("server"), "", "{path}");
    }
    for (path, answer) in answers.iter().filter(|(_, answer)| answer.header("content-type").starts_with("text/html")) {
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn an_error_page_carries_the_reference_of_its_log_lines() {
    let server = TestServer::start().await;
    let Answer { headers, body, .. } = server.browser().get_with("/nowhere", &[("x-request-id", "mine")]).await;
    let reference = headers["x-request-id"].to_str().unwrap();
    assert_ne!(reference, "mine");
    assert!(body.contains(reference) && body.contains("<title>Error:"), "{body}");
}
