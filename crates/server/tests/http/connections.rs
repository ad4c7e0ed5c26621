//! `/connections`: what was allowed, and taking it back.

use crate::harness::{PASSWORD, TestServer, page};

#[tokio::test]
async fn every_grant_has_its_row_until_its_button_is_pressed() {
    let server = TestServer::start().await;
    let (browser, client, api) = (server.signed_in().await, server.cli(), server.api());
    assert!(page::grants(&browser.get("/connections").await.body).is_empty());
    let apollo = client.connect(&browser).await;
    let gemini = client.redeem(&client.approve(&browser, &server.seeded.gemini).await).await;
    assert!(api.accepts(&apollo.access).await && api.accepts(&gemini.access).await);
    let shown = browser.get("/connections").await;
    let grants = page::grants(&shown.body);
    assert_eq!(grants.len(), 2);
    for words in ["Demo CLI", "Apollo", "Gemini", "Acme", "read issues and comments"] {
        assert!(shown.body.contains(words), "{words}");
    }
    browser.submit(&shown, &format!("/connections/{}/disconnect", grants[0]), &[]).await;
    let dead = [api.accepts(&apollo.access).await, api.accepts(&gemini.access).await];
    assert_eq!(dead.iter().filter(|alive| **alive).count(), 1, "one of them and not the other");
    let again = browser.submit(&shown, &format!("/connections/{}/disconnect", grants[0]), &[]).await;
    assert_eq!(again.status, 303, "once more is no error");
    let left = browser.follow(again).await;
    assert_eq!(page::grants(&left.body), [grants[1].clone()]);
    assert!(
        left.body.contains("Recently disconnected (1)") && left.body.contains("you disconnected it"),
        "{}",
        left.body
    );
}

#[tokio::test]
async fn nobody_ends_what_is_anothers() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let [grant] = page::grants(&browser.get("/connections").await.body).try_into().unwrap();
    let other = server.browser();
    other.sign_in("owner@example.com", PASSWORD).await;
    let home = other.get("/").await;
    let (_, hidden) = page::form(&home.body, "/sign-out").unwrap();
    let (name, value) = &hidden[0];
    let refused = other.post(&format!("/connections/{grant}/disconnect"), &[(name, value)]).await;
    assert_eq!(refused.status, 404);
    let unproven = browser.post(&format!("/connections/{grant}/disconnect"), &[]).await;
    assert_eq!(unproven.status, 403);
    let nobody = server.browser();
    let sign_in = nobody.get("/sign-in").await;
    let (_, hidden) = page::form(&sign_in.body, "/sign-in").unwrap();
    let (name, value) = &hidden[0];
    let stranger = nobody.post(&format!("/connections/{grant}/disconnect"), &[(name, value)]).await;
    assert_eq!(stranger.location().as_deref(), Some("/sign-in"));
    assert!(server.api().accepts(&tokens.access).await);
}

#[tokio::test]
async fn a_reused_token_ends_the_connection_and_says_so() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let first = client.connect(&browser).await;
    let second = client.refresh(&first).await;
    server.advance(std::time::Duration::from_secs(60));
    let third = client.refresh(&second).await;
    assert_eq!(client.try_refresh(first.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
    assert!(!server.api().accepts(&third.access).await);
    let shown = browser.get("/connections").await;
    assert!(page::grants(&shown.body).is_empty());
    assert!(shown.body.contains("Demo CLI was disconnected to protect you"), "{}", shown.body);
    assert!(browser.get("/").await.body.contains("notice"));
}
