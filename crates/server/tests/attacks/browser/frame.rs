//! The headers that every page carries, and 303 after every form.

use super::flow::{begin, csrf, deny, send};
use crate::harness::{Answer, PASSWORD, TestServer, page};

fn guarded(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    for directive in
        ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "script-src 'self'"]
    {
        assert!(policy.contains(directive), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("data:"), "{what}: {policy}");
    for (name, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("access-control-allow-origin", ""),
        ("server", ""),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
    if answer.location().is_none() && answer.status != 405 {
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{what}");
        assert!(
            !answer.body.contains("<script>") && !answer.body.contains(" style=") && !answer.body.contains(" onclick="),
            "{what}"
        );
    }
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
                && cookie.contains("Path=/")
                && !cookie.contains("Domain"),
            "{what}: {cookie}"
        );
    }
}

#[tokio::test]
async fn every_page_carries_the_headers_that_guard_it() {
    let server = TestServer::start().await;
    let (member, bare) = (server.signed_in().await, server.browser());
    let (app, cli) = (server.web_app(), server.cli());
    cli.connect(&member).await;
    let paths = [
        "/".to_owned(),
        "/sign-in".to_owned(),
        "/sign-in?account=another".to_owned(),
        "/sign-up".to_owned(),
        "/sign-out".to_owned(),
        "/connections".to_owned(),
        "/security".to_owned(),
        "/nowhere".to_owned(),
        "/theme".to_owned(),
        "/consent/x".to_owned(),
        "/authorize".to_owned(),
        app.authorize(&[]),
        cli.authorize(&[]),
        app.authorize(&[("scope", "nothing")]),
        cli.authorize(&[("scope", "nothing")]),
        cli.authorize(&[("redirect_uri", "https://evil.example/")]),
    ];
    for browser in [&member, &bare] {
        for path in &paths {
            guarded(&browser.get(path).await, path);
            guarded(&browser.open(path).await, path);
        }
        guarded(&browser.post("/sign-in", &[]).await, "a form without its proof");
        guarded(&browser.post("/authorize", &[("x", "1")]).await, "/authorize by POST");
        guarded(&send(browser, "/sign-in", &[("email", "x"), ("password", "y")]).await, "a refused sign-in");
        guarded(&send(browser, "/sign-up", &[("email", "x"), ("password", "y")]).await, "a refused sign-up");
    }
}

#[tokio::test]
async fn after_a_form_the_browser_never_sends_it_on() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.browser(), server.cli());
    let mut answers = vec![];
    let ask = cli.ask(&[]);
    let fields: Vec<(&str, &str)> = ask.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    answers.push(("authorize", browser.post("/authorize", &fields).await));
    answers
        .push(("sign-up", send(&browser, "/sign-up", &[("email", "new@example.com"), ("password", PASSWORD)]).await));
    let id = begin(&browser, &cli.authorize(&[])).await;
    let signed_in = [("email", "member@example.com"), ("password", PASSWORD), ("authorization", &id)];
    answers.push(("sign-in", send(&browser, "/sign-in", &signed_in).await));
    answers.push(("allow", super::flow::allow(&browser, &id, &server.seeded.apollo).await));
    let id = begin(&browser, &cli.authorize(&[])).await;
    answers.push(("deny", deny(&browser, &id).await));
    answers.push(("theme", send(&browser, "/theme", &[("theme", "dark"), ("back", "/")]).await));
    let grant = page::grants(&browser.get("/connections").await.body).remove(0);
    answers.push(("disconnect", send(&browser, &format!("/connections/{grant}/disconnect"), &[]).await));
    for (what, answer) in &answers {
        assert_eq!(answer.status, 303, "{what}: {}", answer.body);
        assert!(answer.location().is_some(), "{what}");
        for secret in [PASSWORD, "correct+horse", "correct%20horse", "csrf"] {
            assert!(!answer.location().unwrap().contains(secret), "{what}");
        }
    }
    csrf(&browser).await;
    let out = send(&browser, "/sign-out", &[]).await;
    assert!(out.status == 200 || out.status == 303, "sign-out: {}", out.status);
}
