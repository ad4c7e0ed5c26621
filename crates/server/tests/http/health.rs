//! `/health/live` and `/health/ready`.

use crate::harness::TestServer;

#[tokio::test]
async fn a_server_that_runs_says_so() {
    let server = TestServer::start().await;
    for path in ["/health/live", "/health/ready"] {
        let answer = server.browser().get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
    }
}

#[tokio::test]
async fn without_a_database_it_lives_and_is_not_ready() {
    let server = TestServer::start().await;
    server.authority.store().close().await;
    assert_eq!(server.browser().get("/health/live").await.status, 200);
    let ready = server.browser().get("/health/ready").await;
    assert_eq!((ready.status.as_u16(), ready.header("retry-after")), (503, "1"));
}
