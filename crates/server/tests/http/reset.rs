//! `/forgotten` and `/reset`: a new password by mail.

use std::time::Duration;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page};

const CHOSEN: &str = "orchids by the tram stop";

pub async fn forgets(browser: &Browser, email: &str) -> Answer {
    let form = browser.get("/forgotten").await;
    browser.submit(&form, "/forgotten", &[("email", email)]).await
}

/// The path of the link that the next mail to this address holds.
async fn link(server: &TestServer, email: &str) -> String {
    let link = server.mail(email).await.words.link.unwrap();
    link.strip_prefix(&server.issuer).unwrap().to_owned()
}

#[tokio::test]
async fn a_reset_ends_sessions_connections_and_other_links_and_tells_its_person() {
    let server = TestServer::start().await;
    let (elsewhere, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&elsewhere).await;
    let browser = server.browser();
    assert!(browser.get("/sign-in").await.body.contains("/forgotten"));
    assert_eq!(forgets(&browser, "member@example.com").await.status, 200);
    assert_eq!(forgets(&browser, "member@example.com").await.status, 200);
    let (first, second) = (link(&server, "member@example.com").await, link(&server, "member@example.com").await);
    let opened = browser.get(&first).await;
    assert!(opened.body.contains("member@example.com") && page::has_id(&opened.body, "set-password"));
    let done = browser.submit(&opened, "/reset", &[("password", CHOSEN)]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(browser.cookie("session").is_none(), "nobody is signed in by it");

    assert_eq!(elsewhere.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(client.try_refresh(tokens.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
    assert_eq!(browser.get(&second).await.status, 410);
    assert_eq!(browser.get(&first).await.status, 410);
    assert_eq!(browser.try_sign_in("member@example.com", PASSWORD).await.status, 422);
    browser.sign_in("member@example.com", CHOSEN).await;
    let connections = browser.get("/connections").await.body;
    assert!(connections.contains("you chose a new password"), "{connections}");
    let told = server.mail("member@example.com").await;
    assert_eq!(told.kind, "password_changed");
    assert!(told.words.text.contains("127.0.0.1"), "{}", told.words.text);
}

#[tokio::test]
async fn opening_a_link_spends_nothing_and_a_bad_password_neither() {
    let server = TestServer::start().await;
    let browser = server.browser();
    forgets(&browser, "member@example.com").await;
    let link = link(&server, "member@example.com").await;
    for _ in 0..3 {
        assert_eq!(server.browser().get(&link).await.status, 200);
    }
    let opened = browser.get(&link).await;
    let refused = browser.submit(&opened, "/reset", &[("password", "short")]).await;
    assert!(refused.status == 422 && page::has_id(&refused.body, "password-error"), "{}", refused.body);
    browser.sign_in("member@example.com", PASSWORD).await;
    assert_eq!(browser.submit(&browser.get(&link).await, "/reset", &[("password", CHOSEN)]).await.status, 200);
    assert_eq!(browser.get(&link).await.status, 410);
}

#[tokio::test]
async fn of_twenty_at_once_one_counts() {
    let server = TestServer::start().await;
    let browser = server.browser();
    forgets(&browser, "member@example.com").await;
    let opened = browser.get(&link(&server, "member@example.com").await).await;
    let passwords: Vec<String> = (0..20).map(|number| format!("{CHOSEN} {number}")).collect();
    let (browser, opened) = (&browser, &opened);
    let all = passwords
        .iter()
        .map(|password| async move { browser.submit(opened, "/reset", &[("password", password.as_str())]).await });
    let answers = futures_util::future::join_all(all).await;
    let done: Vec<usize> = (0..20).filter(|at| answers[*at].status == 200).collect();
    assert_eq!(done.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    server.browser().sign_in("member@example.com", &passwords[done[0]]).await;
}

#[tokio::test]
async fn after_an_hour_it_is_too_late() {
    let server = TestServer::start().await;
    let browser = server.browser();
    forgets(&browser, "member@example.com").await;
    let link = link(&server, "member@example.com").await;
    let opened = browser.get(&link).await;
    server.advance(Duration::from_secs(3600));
    assert_eq!(browser.get(&link).await.status, 410);
    assert_eq!(browser.submit(&opened, "/reset", &[("password", CHOSEN)]).await.status, 410);
    server.browser().sign_in("member@example.com", PASSWORD).await;
}

#[tokio::test]
async fn a_sign_in_that_is_under_way_does_not_outlast_a_reset() {
    let server = TestServer::start().await;
    let browser = server.browser();
    forgets(&browser, "member@example.com").await;
    let opened = browser.get(&link(&server, "member@example.com").await).await;
    let (done, sessions) = tokio::join!(
        browser.submit(&opened, "/reset", &[("password", CHOSEN)]),
        futures_util::future::join_all((0..8).map(|_| async {
            let thief = server.browser();
            thief.try_sign_in("member@example.com", PASSWORD).await;
            thief
        }))
    );
    assert_eq!(done.status, 200);
    for thief in sessions {
        assert_eq!(thief.get("/connections").await.location().as_deref(), Some("/sign-in"));
    }
}
