//! `/sign-in` and `/sign-out`: sessions from their beginning to their end.

use std::time::Duration;

use crate::harness::{PASSWORD, TestServer, page};

#[tokio::test]
async fn both_cookies_are_new_after_a_sign_in() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.get("/sign-in").await;
    let before = browser.cookie("browser").unwrap();
    let answer = browser.try_sign_in("member@example.com", PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.location().as_deref()), (303, Some("/")));
    assert_ne!(browser.cookie("browser").unwrap(), before);
    let session = browser.cookie("session").unwrap();
    let home = browser.get("/").await;
    assert!(home.body.contains("member@example.com") && home.body.contains("Apollo"), "{}", home.body);
    for line in answer.headers.get_all("set-cookie") {
        let line = line.to_str().unwrap();
        assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/"), "{line}");
    }
    // The same person again: the old session is over.
    let form = browser.get("/sign-in?account=another").await;
    browser.submit(&form, "/sign-in", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookie("session").unwrap(), session);
}

#[tokio::test]
async fn nothing_tells_whether_an_account_exists() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let mut answers = Vec::new();
    for (email, password) in [
        ("member@example.com", "wrong password 1"),
        ("nobody@example.com", "wrong password 1"),
        ("member@example.com", ""),
    ] {
        let answer = browser.try_sign_in(email, password).await;
        assert_eq!(answer.status, 422);
        assert!(page::has_id(&answer.body, "refusal") && answer.body.contains("<title>Error:"));
        assert!(browser.cookie("session").is_none());
        answers.push(answer.body.replace(email, "THE ADDRESS"));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert!(!answers[0].contains("wrong password"), "a password is never sent back");
}

#[tokio::test]
async fn too_many_attempts_wait_even_with_the_right_password() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "3/15m")]).await;
    let browser = server.browser();
    for _ in 0..3 {
        assert_eq!(browser.try_sign_in("member@example.com", "wrong").await.status, 422);
    }
    let refused = browser.try_sign_in("member@example.com", PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert!((1..=900).contains(&refused.header("retry-after").parse::<u32>().unwrap()));
    server.advance(Duration::from_secs(901));
    browser.sign_in("member@example.com", PASSWORD).await;
}

#[tokio::test]
async fn a_session_ends_at_sign_out_and_at_its_time() {
    let server = TestServer::start().await;
    let (browser, copy) = (server.signed_in().await, server.browser());
    copy.steal(&browser);
    assert!(copy.get("/").await.body.contains("member@example.com"));
    let home = browser.get("/").await;
    let out = browser.submit(&home, "/sign-out", &[]).await;
    assert_eq!(out.status, 200);
    assert!(browser.cookie("session").is_none());
    assert!(!copy.get("/").await.body.contains("member@example.com"), "the cookie's copy is worth nothing");
    assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"));

    let other = server.signed_in().await;
    // A fixed window: using it does not make it longer.
    server.advance(Duration::from_secs(13 * 24 * 3600));
    assert!(other.get("/").await.body.contains("member@example.com"));
    server.advance(Duration::from_secs(24 * 3600 + 1));
    assert!(!other.get("/").await.body.contains("member@example.com"));
}

#[tokio::test]
async fn sign_out_by_its_address_asks_first() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let asked = browser.get("/sign-out").await;
    assert!(page::has_id(&asked.body, "sign-out"));
    assert!(browser.get("/").await.body.contains("member@example.com"));
    assert_eq!(browser.post("/sign-out", &[]).await.status, 403, "and needs its proof");
    assert_eq!(server.browser().get("/sign-out").await.location().as_deref(), Some("/"));
}

#[tokio::test]
async fn another_account_may_answer_instead() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let asked = browser.open(&client.authorize(&[])).await;
    let id = asked.consent_id();
    let form = browser.get(&format!("/sign-in?authorization={id}&account=another")).await;
    assert!(page::has_id(&form.body, "password") && form.body.contains("Demo CLI"), "{}", form.body);
    assert!(form.header("content-security-policy").ends_with("form-action 'self' http://127.0.0.1:4711"));
    let signed_in =
        browser.submit(&form, "/sign-in", &[("email", "outsider@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.location(), Some(format!("/consent/{id}")));
    let asked = browser.follow(signed_in).await;
    assert!(
        asked.body.contains("outsider@example.com") && page::has_id(&asked.body, "project-orion"),
        "{}",
        asked.body
    );
    assert!(!page::has_id(&asked.body, "project-apollo"));
}

#[tokio::test]
async fn a_client_may_ask_for_a_fresh_sign_in() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    server.advance(Duration::from_secs(120));
    for demand in [("prompt", "login"), ("max_age", "60")] {
        let form =
            browser.open(&app.authorize_identity("openid", &[demand, ("login_hint", "member@example.com")])).await;
        assert!(page::has_id(&form.body, "password"), "{demand:?}");
        assert_eq!(page::value_of(&form.body, "email").as_deref(), Some("member@example.com"));
        let next = browser.submit(&form, "/sign-in", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
        assert!(page::has_id(&browser.follow(next).await.body, "allow"), "{demand:?}");
        server.advance(Duration::from_secs(120));
    }
}
