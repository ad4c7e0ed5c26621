//! What the codes are made of, and what is kept of them.

use model::{DeviceCode, Token, TokenKind, UserCode};

use crate::harness::{Browser, TestServer, device::Codes};

async fn stored(server: &TestServer, codes: &Codes) -> DeviceCode {
    let token = Token::parse(&codes.device_code, TokenKind::Device, server.authority.secrets()).expect("a device code");
    let mut read = server.authority.store().read().await.unwrap();
    read.device_code(token.id.cast()).await.unwrap().expect("a stored device code")
}

#[tokio::test]
async fn dev03_a_device_code_has_256_bits_and_only_its_hash_is_kept() {
    let server = TestServer::start().await;
    let codes = server.device().begin().await;
    let token = Token::parse(&codes.device_code, TokenKind::Device, server.authority.secrets()).unwrap();
    assert_eq!(token.secret.bytes().len() * 8, 256);
    let kept = stored(&server, &codes).await;
    // `SecretHash` compares in constant time, and is all that the row has.
    assert_eq!(kept.device_hash, token.secret.hash());
    let row = format!("{kept:?}");
    assert!(!row.contains(&codes.device_code) && !row.contains(&token.secret.expose()), "{row}");
}

#[tokio::test]
async fn dev04_a_user_code_is_eight_letters_of_twenty_and_only_its_tag_is_kept() {
    let server = TestServer::start().await;
    let codes = server.device().begin().await;
    let letters: String = codes.user_code.split('-').collect();
    assert_eq!((codes.user_code.len(), letters.len()), (9, 8));
    assert!(letters.bytes().all(|letter| b"BCDFGHJKLMNPQRSTVWXZ".contains(&letter)), "{letters}");
    let kept = stored(&server, &codes).await;
    let tag = UserCode::parse(&letters).unwrap().tag(kept.key_version, server.authority.secrets()).unwrap();
    assert_eq!(kept.user_code_tag, tag);
    assert_ne!(kept.user_code_tag, model::SecretHash::of(letters.as_bytes()), "a plain hash would be guessed at once");
    assert_ne!(server.device().begin().await.user_code, codes.user_code);
}

#[tokio::test]
async fn dev05_a_code_may_be_typed_in_any_case_with_or_without_the_dash() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let spellings: [fn(&str) -> String; 4] = [
        |code| code.to_lowercase(),
        |code| code.replace('-', ""),
        |code| format!("  {}  ", code.replace('-', " ")),
        |code| code.chars().map(|letter| format!("{letter} ")).collect(),
    ];
    for spelled in spellings {
        let codes = server.device().begin().await;
        let entered = browser.enter(&spelled(&codes.user_code)).await;
        assert_eq!(entered.status, 303, "{}", spelled(&codes.user_code));
    }
}

#[tokio::test]
async fn dev11_only_the_browser_that_entered_the_code_first_decides() {
    let server = TestServer::start().await;
    let (device, codes) = (server.device(), server.device().begin().await);
    let (first, second) = (server.signed_in().await, server.browser());
    let asked = first.asked_of_device(&codes).await;
    second.sign_in("owner@example.com", crate::harness::PASSWORD).await;
    assert_eq!(second.enter(&codes.user_code).await.status, 422, "as if there were no such code");
    let id = asked.consent_id();
    let nosy = second.get(&format!("/consent/{id}")).await;
    assert_eq!(nosy.status, 400);
    assert!(!nosy.body.contains(&codes.user_code), "another browser does not see the code");
    for decision in ["allow", "deny"] {
        let fields = [("decision", decision), ("project", server.seeded.apollo.as_str()), ("own_device", "yes")];
        let refused = crate::browser::flow::send(&second, &format!("/consent/{id}"), &fields).await;
        assert_eq!(refused.status, 400, "{decision}");
    }
    assert_eq!(crate::clients::wire::error(&device.poll(&codes).await), "authorization_pending");
    // The same browser may come again, and nobody turns its answer around afterwards.
    let again = first.asked_of_device(&codes).await;
    assert_eq!(again.consent_id(), id);
    first.let_in(&codes, &server.seeded.apollo).await;
    assert_eq!(second.enter(&codes.user_code).await.status, 422);
    assert_eq!(device.poll(&codes).await.status, 200);
}

#[tokio::test]
async fn dev11_who_signs_in_on_the_way_is_who_decides() {
    let server = TestServer::start().await;
    let codes = server.device().begin().await;
    let browser: Browser = server.browser();
    let sign_in = browser.follow(browser.enter(&codes.user_code).await).await;
    assert!(sign_in.body.contains("Demo Device"), "it says which app waits: {}", sign_in.body);
    let fields = [("email", "member@example.com"), ("password", crate::harness::PASSWORD)];
    let asked = browser.follow(browser.submit(&sign_in, "/sign-in", &fields).await).await;
    assert!(asked.body.contains(&codes.user_code) && asked.body.contains("member@example.com"), "{}", asked.body);
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str()), ("own_device", "yes")];
    assert_eq!(browser.decide(&asked, &fields).await.status, 200);
    assert_eq!(server.device().poll(&codes).await.status, 200);
}

#[tokio::test]
async fn dev11_who_has_two_factors_gives_both_before_they_are_asked() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    server.advance(std::time::Duration::from_secs(30));
    let codes = server.device().begin().await;
    let browser: Browser = server.browser();
    let sign_in = browser.follow(browser.enter(&codes.user_code).await).await;
    let fields = [("email", "member@example.com"), ("password", crate::harness::PASSWORD)];
    let half = browser.follow(browser.submit(&sign_in, "/sign-in", &fields).await).await;
    assert!(!half.body.contains("own-device"), "one factor is not enough: {}", half.body);
    let asked = browser.follow(browser.gives_code(&half, &app.code(server.authority.now())).await).await;
    assert!(asked.body.contains(&codes.user_code) && asked.body.contains("own-device"), "{}", asked.body);
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str()), ("own_device", "yes")];
    assert_eq!(browser.decide(&asked, &fields).await.status, 200);
    assert_eq!(server.device().poll(&codes).await.status, 200);
}

#[tokio::test]
async fn dev11_who_has_not_proved_their_address_proves_it_first() {
    let server = TestServer::start().await;
    crate::harness::seed::unverified(&server.authority, "newcomer@example.com").await;
    let codes = server.device().begin().await;
    let browser: Browser = server.browser();
    browser.sign_in("newcomer@example.com", crate::harness::PASSWORD).await;
    let led = browser.follow(browser.enter(&codes.user_code).await).await;
    assert!(crate::harness::page::has_id(&led.body, "verify"), "{}", led.body);
    assert_eq!(crate::clients::wire::error(&server.device().poll(&codes).await), "authorization_pending");
}

#[tokio::test]
async fn dev12_codes_live_ten_minutes_at_the_most_whatever_is_configured() {
    use server::config::Settings;
    for (lifetime, fits) in [("10m", true), ("1m", true), ("11m", false), ("1h", false), ("0s", false)] {
        let env = [("LANYARD__DEVICE__CODE_LIFETIME".to_owned(), lifetime.to_owned())];
        let settings = Settings::development(8080, std::path::Path::new("unused"), env);
        assert_eq!(settings.is_ok(), fits, "{lifetime}");
    }
    let server = TestServer::start_with(&[("DEVICE__CODE_LIFETIME", "2m")]).await;
    let answer = server.device().try_begin(&[("scope", "openid")]).await;
    assert_eq!(answer.json()["expires_in"], 120);
    let codes = server.device().begin().await;
    server.advance(std::time::Duration::from_secs(120));
    assert_eq!(server.signed_in().await.enter(&codes.user_code).await.status, 422);
}
