//! How often one address may ask.

use crate::harness::TestServer;

#[tokio::test]
async fn each_class_has_its_own_number() {
    let server = TestServer::start_with(&[
        ("RATE_LIMITS__EXEMPT", "203.0.113.1"),
        ("RATE_LIMITS__TOKEN", "3/1h"),
        ("RATE_LIMITS__SIGN_IN", "2/1h"),
        ("RATE_LIMITS__PAGE", "20/1h"),
    ])
    .await;
    let client = server.cli();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", "x")];
    for _ in 0..3 {
        assert_eq!(client.token(&refresh).await.status, 400);
    }
    let refused = client.token(&refresh).await;
    assert_eq!((refused.status.as_u16(), refused.json()["error"].as_str()), (429, Some("temporarily_unavailable")));
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(refused.header("access-control-allow-origin"), "*");

    let browser = server.browser();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(browser.try_sign_in("member@example.com", "wrong").await.status.as_u16());
    }
    assert_eq!(statuses, [422, 422, 429]);
    assert_eq!(browser.get("/").await.status, 200, "other pages still answer");
    let mut last = browser.get("/").await;
    for _ in 0..20 {
        last = browser.get("/").await;
    }
    assert_eq!(last.status, 429);
    assert!(last.header("content-type").starts_with("text/html") && !last.header("retry-after").is_empty());
    assert_eq!(browser.get("/health/live").await.status, 200);
}
