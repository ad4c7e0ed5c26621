//! `/authorize`, sign-in and consent, up to the code.

use crate::harness::{PASSWORD, TestServer, page};

#[tokio::test]
async fn a_person_signs_in_allows_reading_one_project_and_takes_it_back() {
    let server = TestServer::start().await;
    let (browser, client, api) = (server.browser(), server.cli(), server.api());

    let sign_in = browser.open(&client.authorize(&[])).await;
    assert_eq!(sign_in.status, 200);
    assert!(sign_in.body.contains("Demo CLI"), "the page names who waits");
    let form = [("email", "member@example.com"), ("password", PASSWORD)];
    let consent = browser.follow(browser.submit(&sign_in, "/sign-in", &form).await).await;
    assert!(page::has_id(&consent.body, "allow") && page::has_id(&consent.body, "deny"), "{}", consent.body);
    assert_eq!(page::value_of(&consent.body, "project-apollo"), Some(server.seeded.apollo.clone()));
    assert!(page::has_id(&consent.body, "project-gemini") && !page::has_id(&consent.body, "project-orion"));

    let answer = client.approve(&browser, &server.seeded.apollo).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().unwrap().starts_with("http://127.0.0.1:4711/callback?"));
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    assert_eq!(answer.sent("iss"), Some(server.issuer.clone()));

    let tokens = client.redeem(&answer).await;
    let told = api.introspect(&tokens.access).await;
    assert_eq!(told["active"], true);
    assert_eq!(told["access"], "read");
    assert_eq!(told["project"], server.seeded.apollo.as_str());
    assert_eq!(told["organization"], server.seeded.acme.as_str());
    assert_eq!(told["sub"], server.seeded.member.as_str());
    assert_eq!(told["iss"], server.issuer.as_str());

    let fresh = client.refresh(&tokens).await;
    assert_ne!(fresh.access, tokens.access);
    assert!(api.accepts(&fresh.access).await);

    let connections = browser.get("/connections").await;
    let [grant] = page::grants(&connections.body).try_into().unwrap();
    let done = browser.submit(&connections, &format!("/connections/{grant}/disconnect"), &[]).await;
    let done = browser.follow(done).await;
    assert!(done.body.contains("Demo CLI is disconnected"), "{}", done.body);
    assert!(!api.accepts(&fresh.access).await);
    assert_eq!(client.try_refresh(fresh.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
}
