//! Attacks on passkeys: an answer is good for one challenge, one browser, one person, one site; a copy is noticed.

use std::time::Duration;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, authenticator::Authenticator, page};

const MEMBER: &str = "member@example.com";

/// The member's device, with a passkey.
async fn device(server: &TestServer) -> (Browser, Authenticator) {
    let (browser, mut device) = (server.signed_in().await, Authenticator::new(&server.origin()));
    assert_eq!(browser.add_passkey(&mut device, "Phone").await.status, 200);
    (browser, device)
}

fn is_refused(browser: &Browser, answer: &Answer) -> bool {
    answer.status == 422 && page::has_id(&answer.body, "refusal") && browser.cookie("session").is_none()
}

#[tokio::test]
async fn an_assertion_is_good_once_in_its_own_browser_and_in_time() {
    let server = TestServer::start().await;
    let (_, mut device) = device(&server).await;
    let browser = server.browser();
    let shown = browser.get("/sign-in").await;
    let asked = browser.challenge(&shown, "/sign-in/passkey", "/sign-in/challenge").await;
    let signed = device.get(&asked.public_key);
    let thief = server.browser();
    let theirs = thief.get("/sign-in").await;
    let stolen = thief.answer(&theirs, "/sign-in/passkey", &asked.ceremony, &signed).await;
    assert!(is_refused(&thief, &stolen), "in another browser: {stolen:?}");
    let answer = browser.answer(&shown, "/sign-in/passkey", &asked.ceremony, &signed).await;
    assert_eq!(answer.location().as_deref(), Some("/"), "{}", answer.body);
    browser.forget("session");
    let fresh = browser.get("/sign-in").await;
    let replay = browser.answer(&fresh, "/sign-in/passkey", &asked.ceremony, &signed).await;
    assert!(is_refused(&browser, &replay), "a second time: {replay:?}");
    let asked = browser.challenge(&fresh, "/sign-in/passkey", "/sign-in/challenge").await;
    let replay = browser.answer(&fresh, "/sign-in/passkey", &asked.ceremony, &signed).await;
    assert!(is_refused(&browser, &replay), "for another challenge: {replay:?}");
    let asked = browser.challenge(&fresh, "/sign-in/passkey", "/sign-in/challenge").await;
    server.advance(Duration::from_secs(301));
    let late = browser.answer(&fresh, "/sign-in/passkey", &asked.ceremony, &device.get(&asked.public_key)).await;
    assert!(is_refused(&browser, &late), "too late: {late:?}");
}

#[tokio::test]
async fn v30_an_assertion_for_another_site_is_refused() {
    let server = TestServer::start().await;
    let (_, mut device) = device(&server).await;
    let ours = server.origin();
    let port = server.address.port();
    for (origin, rp_id, verifies) in [
        (format!("http://evillocalhost:{port}"), "localhost", true),
        (format!("http://localhost.evil.example:{port}"), "localhost", true),
        (format!("http://sub.localhost:{port}"), "localhost", true),
        (format!("https://localhost:{port}"), "localhost", true),
        ("http://localhost:1".to_owned(), "localhost", true),
        (ours.clone(), "evil.example", true),
        (ours.clone(), "localhost", false),
    ] {
        (device.origin, device.rp_id, device.verifies) = (origin.clone(), rp_id.to_owned(), verifies);
        let browser = server.browser();
        let answer = browser.sign_in_with(&mut device).await;
        assert!(is_refused(&browser, &answer), "{origin} {rp_id} {verifies}: {answer:?}");
    }
    (device.origin, device.rp_id, device.verifies) = (ours, "localhost".to_owned(), true);
    assert_eq!(server.browser().sign_in_with(&mut device).await.status, 303);
}

#[tokio::test]
async fn a_passkey_of_one_account_is_no_factor_of_another() {
    let server = TestServer::start().await;
    let (_, mut member) = device(&server).await;
    let (owner, mut owners) = (server.browser(), Authenticator::new(&server.origin()));
    owner.sign_in("owner@example.com", PASSWORD).await;
    owner.add_passkey(&mut owners, "").await;
    let browser = server.browser();
    let shown = browser.half_signs_in(MEMBER).await;
    let asked = browser.challenge(&shown, "/second-factor/passkey", "/second-factor/challenge").await;
    let answer =
        browser.answer(&shown, "/second-factor/passkey", &asked.ceremony, &owners.get(&asked.public_key)).await;
    assert!(is_refused(&browser, &answer), "{answer:?}");
    // The challenge that another account was given, and one that was given for something else.
    let other = server.browser();
    let theirs = other.half_signs_in("owner@example.com").await;
    let for_owner = other.challenge(&theirs, "/second-factor/passkey", "/second-factor/challenge").await;
    let page = server.browser();
    let alone = page.get("/sign-in").await;
    let for_anybody = browser.try_challenge(&alone, "/sign-in/passkey", "/sign-in/challenge").await;
    assert_eq!(for_anybody.status, 403, "nor with another browser's form");
    let answer =
        browser.answer(&shown, "/second-factor/passkey", &for_owner.ceremony, &member.get(&for_owner.public_key)).await;
    assert!(is_refused(&browser, &answer), "{answer:?}");
    // The wrong user handle on the right key.
    let asked = browser.challenge(&shown, "/second-factor/passkey", "/second-factor/challenge").await;
    let mut signed: serde_json::Value = serde_json::from_str(&member.get(&asked.public_key)).unwrap();
    signed["response"]["userHandle"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
    let answer = browser.answer(&shown, "/second-factor/passkey", &asked.ceremony, &signed.to_string()).await;
    assert!(is_refused(&browser, &answer), "{answer:?}");
    let asked = browser.challenge(&shown, "/second-factor/passkey", "/second-factor/challenge").await;
    let right = browser.answer(&shown, "/second-factor/passkey", &asked.ceremony, &member.get(&asked.public_key)).await;
    assert_eq!(right.status, 303, "{}", right.body);
}

#[tokio::test]
async fn a_copied_passkey_is_noticed_told_and_not_accepted_any_more() {
    let server = TestServer::start().await;
    let (owner, mut device) = device(&server).await;
    server.mail(MEMBER).await;
    device.set_counter(7);
    assert_eq!(server.browser().sign_in_with(&mut device).await.status, 303);
    device.set_counter(3);
    let copy = server.browser();
    let answer = copy.sign_in_with(&mut device).await;
    assert!(is_refused(&copy, &answer) && answer.body.contains("may have been copied"), "{answer:?}");
    assert!(server.mail(MEMBER).await.words.text.contains("may have been copied"));
    device.set_counter(100);
    let later = server.browser();
    let answer = later.sign_in_with(&mut device).await;
    assert!(is_refused(&later, &answer), "neither the copy nor the first: {answer:?}");
    assert!(owner.get("/account/passkeys").await.body.contains("not accepted: may have been copied"));
}

#[tokio::test]
async fn a_passkey_cannot_be_planted() {
    let server = TestServer::start().await;
    let (member, mut first) = device(&server).await;
    let (attacker, mut planted) = (server.browser(), Authenticator::new(&server.origin()));
    attacker.sign_in("outsider@example.com", PASSWORD).await;
    let shown = member.get("/account/passkeys").await;
    let asked = member.challenge(&shown, "/account/passkeys", "/account/passkeys/challenge").await;
    let made = planted.create(&asked.public_key);
    let theirs = attacker.get("/account/passkeys").await;
    let answer = attacker.answer(&theirs, "/account/passkeys", &asked.ceremony, &made).await;
    assert_eq!(answer.status, 422, "the challenge is the member's: {answer:?}");
    // What is the member's already cannot become the attacker's.
    let asked = attacker.challenge(&theirs, "/account/passkeys", "/account/passkeys/challenge").await;
    let taken = attacker.answer(&theirs, "/account/passkeys", &asked.ceremony, &first.create(&asked.public_key)).await;
    assert!(taken.status == 422 && taken.body.contains("belongs to an account already"), "{taken:?}");
    for (verifies, origin) in [(false, server.origin()), (true, "https://evil.example".to_owned())] {
        let mut odd = Authenticator::new(&server.origin());
        (odd.verifies, odd.origin) = (verifies, origin);
        let answer = attacker.add_passkey(&mut odd, "").await;
        assert_eq!(answer.status, 422, "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_no_credential_is_refused_and_breaks_nothing() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let shown = browser.get("/sign-in").await;
    for odd in ["", "{}", "null", "[]", "{\"id\":1}", &"[".repeat(10_000), "\u{0}"] {
        let asked = browser.challenge(&shown, "/sign-in/passkey", "/sign-in/challenge").await;
        let answer = browser.answer(&shown, "/sign-in/passkey", &asked.ceremony, odd).await;
        assert!(matches!(answer.status.as_u16(), 400 | 422), "{odd:.20}: {}", answer.status);
    }
    assert_eq!(browser.answer(&shown, "/sign-in/passkey", "no id", "{}").await.status, 400);
    let unknown = Authenticator::new(&server.origin()).get(&serde_json::json!({ "challenge": "AAAA" }));
    assert!(is_refused(
        &browser,
        &browser.answer(&shown, "/sign-in/passkey", "0000000000000000000000", &unknown).await
    ));
    assert_eq!(server.browser().get("/sign-in").await.status, 200);
}
