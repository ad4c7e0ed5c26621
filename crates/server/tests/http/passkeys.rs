//! Passkeys: added, used as the only thing asked and beside a password, named, taken away.

use std::time::Duration;

use crate::harness::{PASSWORD, TestServer, authenticator::Authenticator, factors::codes, page};

#[tokio::test]
async fn c09_a_passkey_signs_in_alone_and_is_two_factors() {
    let server = TestServer::start().await;
    let (browser, mut device) = (server.signed_in().await, Authenticator::new(&server.origin()));
    let asked = {
        let shown = browser.get("/account/passkeys").await;
        browser.challenge(&shown, "/account/passkeys", "/account/passkeys/challenge").await.public_key
    };
    let wanted = &asked["authenticatorSelection"];
    assert_eq!(
        (wanted["residentKey"].as_str(), wanted["userVerification"].as_str()),
        (Some("required"), Some("required"))
    );
    assert_eq!(wanted["requireResidentKey"], true);
    assert_eq!(
        (asked["rp"]["id"].as_str(), asked["user"]["name"].as_str()),
        (Some("localhost"), Some("member@example.com"))
    );
    let added = browser.add_passkey(&mut device, " My\tphone ").await;
    assert_eq!(codes(&added).len(), 10, "whoever may lose it needs them");
    assert!(server.mail("member@example.com").await.words.text.contains("“My phone”"));
    assert!(browser.get("/account/security").await.body.contains("My phone"));
    let other = server.browser();
    let answer = other.sign_in_with(&mut device).await;
    assert_eq!(answer.location().as_deref(), Some("/"), "{}", answer.body);
    let sessions = other.get("/account/sessions").await;
    assert!(
        sessions.body.contains("with a passkey") && !sessions.body.contains("with your password and with a passkey")
    );
    assert!(other.get("/account/passkeys").await.body.contains("just now"), "last used");
}

#[tokio::test]
async fn c09_a_passkey_is_the_second_factor_after_a_password() {
    let server = TestServer::start().await;
    let (browser, mut device) = (server.signed_in().await, Authenticator::new(&server.origin()));
    let kept = codes(&browser.add_passkey(&mut device, "").await);
    let other = server.browser();
    let shown = other.half_signs_in("member@example.com").await;
    assert!(!page::has_id(&shown.body, "give-code") && page::has_id(&shown.body, "give-passkey"), "{}", shown.body);
    let asked = other.challenge(&shown, "/second-factor/passkey", "/second-factor/challenge").await;
    assert_eq!(asked.public_key["allowCredentials"].as_array().unwrap().len(), 1);
    let signed = device.get(&asked.public_key);
    let answer = other.answer(&shown, "/second-factor/passkey", &asked.ceremony, &signed).await;
    assert_eq!(answer.location().as_deref(), Some("/"), "{}", answer.body);
    assert!(other.get("/account/sessions").await.body.contains("with your password and with a passkey"));
    let third = server.browser();
    third.half_signs_in("member@example.com").await;
    assert_eq!(third.gives_recovery_code(&kept[0]).await.status, 303);
}

#[tokio::test]
async fn c09_passkeys_are_named_and_removed_by_their_person() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let (mut first, mut second) = (Authenticator::new(&server.origin()), Authenticator::new(&server.origin()));
    browser.add_passkey(&mut first, "Phone").await;
    server.advance(Duration::from_secs(1));
    let added = browser.add_passkey(&mut second, "Key").await;
    assert_eq!(added.location().as_deref(), Some("/account/passkeys?done=added"), "{}", added.body);
    let twice = browser.add_passkey(&mut second, "Key").await;
    assert!(twice.status == 422, "{}", twice.body);
    let shown = browser.get("/account/passkeys").await;
    let ids: Vec<String> =
        shown.body.split("id=\"remove-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
    let form = browser.get(&format!("/account/passkeys/{}/name", ids[0])).await;
    browser.submit(&form, "/name", &[("name", "Old phone")]).await;
    assert!(browser.get("/account/passkeys").await.body.contains("Old phone"));
    let asked = browser.get(&format!("/account/passkeys/{}/remove", ids[0])).await;
    assert!(asked.body.contains("It opens your account no more"), "{}", asked.body);
    assert_eq!(browser.submit(&asked, "/remove", &[]).await.status, 303);
    assert_eq!(server.browser().sign_in_with(&mut first).await.status, 422);
    assert_eq!(server.browser().sign_in_with(&mut second).await.status, 303);
    let asked = browser.get(&format!("/account/passkeys/{}/remove", ids[1])).await;
    assert!(asked.body.contains("then whoever knows your password is in"), "{}", asked.body);
    browser.submit(&asked, "/remove", &[]).await;
    server.browser().sign_in("member@example.com", PASSWORD).await;
    let outsider = server.browser();
    outsider.sign_in("outsider@example.com", PASSWORD).await;
    assert_eq!(outsider.get(&format!("/account/passkeys/{}/name", ids[1])).await.status, 404);
}

#[tokio::test]
async fn a_passkey_proves_again_without_a_password() {
    let server = TestServer::start().await;
    let (browser, mut device) = (server.signed_in().await, Authenticator::new(&server.origin()));
    browser.add_passkey(&mut device, "").await;
    server.advance(Duration::from_secs(601));
    let shown = browser.open("/account/passkeys").await;
    let asked = browser.challenge(&shown, "/prove/passkey", "/prove/challenge").await;
    let signed = device.get(&asked.public_key);
    let answer = browser.answer(&shown, "/prove/passkey", &asked.ceremony, &signed).await;
    assert_eq!(answer.location().as_deref(), Some("/account/passkeys"), "{}", answer.body);
    assert_eq!(browser.follow(answer).await.status, 200);
}

#[tokio::test]
async fn pages_of_passkeys_work_without_the_script() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let shown = browser.get("/sign-in").await;
    assert!(shown.body.contains("data-passkey=\"get\"") && shown.body.contains("hidden>"), "{}", shown.body);
    assert!(shown.body.contains("autocomplete=\"username webauthn\"") && shown.body.contains("/assets/passkeys-"));
    browser.sign_in("member@example.com", PASSWORD).await;
    assert!(browser.get("/account/passkeys").await.body.contains("Passkeys need JavaScript"));
}
