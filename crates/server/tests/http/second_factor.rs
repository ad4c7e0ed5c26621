//! An authenticator app and recovery codes: set up, asked for, used, taken away; and what tokens say of it.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::Value;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, factors::codes, page};

const STEP: Duration = Duration::from_secs(30);

#[tokio::test]
async fn c09_an_app_is_set_up_with_a_first_code_and_asked_for_from_then_on() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    assert!(browser.get("/account/security").await.body.contains("Not set up"));
    let none = browser.get("/account/totp").await;
    let begun = browser.follow(browser.submit(&none, "/account/totp/begin", &[]).await).await;
    assert!(begun.body.contains("<svg class=\"qr\"") && !begun.body.contains("data:"), "{}", begun.body);
    let wrong = browser.submit(&begun, "/account/totp", &[("code", "000000")]).await;
    assert!(wrong.status == 422 && page::has_id(&wrong.body, "code-error"), "{}", wrong.body);
    server.browser().sign_in("member@example.com", PASSWORD).await;
    let app = crate::harness::factors::App::of(&wrong);
    let code = app.code(server.authority.now());
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let done = browser.submit(&wrong, "/account/totp", &[("code", &spaced)]).await;
    assert_eq!(codes(&done).len(), 10);
    assert_eq!(server.mail("member@example.com").await.kind, "factors_changed");
    assert!(browser.get("/account/totp").await.body.contains("Remove the authenticator app"));
    server.advance(STEP);
    let other = server.browser();
    let shown = other.half_signs_in("member@example.com").await;
    assert!(shown.body.contains("member@example.com") && page::has_id(&shown.body, "use-recovery-code"));
    assert_eq!(other.get("/connections").await.location().as_deref(), Some("/sign-in"), "not yet");
    let refused = other.gives_code(&shown, "000000").await;
    assert!(refused.status == 422 && page::has_id(&refused.body, "code-error"));
    let answer = other.gives_code(&refused, &app.code(server.authority.now())).await;
    assert_eq!(answer.location().as_deref(), Some("/"), "{}", answer.body);
    assert_eq!(other.get("/connections").await.status, 200);
    let sessions = other.get("/account/sessions").await;
    assert!(sessions.body.contains("with your password and with a code of your app"), "{}", sessions.body);
}

#[tokio::test]
async fn c09_each_recovery_code_lets_in_once_and_new_ones_end_the_old() {
    let server = TestServer::start().await;
    let (browser, app, kept) = server.with_app().await;
    server.mail("member@example.com").await;
    let other = server.browser();
    other.half_signs_in("member@example.com").await;
    let typed = kept[3].to_lowercase().replace('-', " ");
    assert_eq!(other.gives_recovery_code(&typed).await.location().as_deref(), Some("/"));
    let mail = server.mail("member@example.com").await;
    assert!(mail.words.text.contains("9 are left"), "{}", mail.words.text);
    let sessions = other.get("/account/sessions").await;
    assert!(sessions.body.contains("with your password and with a recovery code"), "{}", sessions.body);
    assert!(browser.get("/account/recovery-codes").await.body.contains("You have 9 left"));
    let again = server.browser();
    again.half_signs_in("member@example.com").await;
    let refused = again.gives_recovery_code(&kept[3]).await;
    assert!(refused.status == 422 && page::has_id(&refused.body, "code-error"), "{}", refused.body);
    let left = browser.get("/account/recovery-codes").await;
    let made = codes(&browser.submit(&left, "/account/recovery-codes", &[]).await);
    assert!(made.len() == 10 && made.iter().all(|code| !kept.contains(code)));
    assert_eq!(again.gives_recovery_code(&kept[4]).await.status, 422, "the old ones are worth nothing");
    assert_eq!(again.gives_recovery_code(&made[0]).await.status, 303);
    drop(app);
}

#[tokio::test]
async fn c09_removing_the_last_factor_says_what_that_means() {
    let server = TestServer::start().await;
    let (browser, ..) = server.with_app().await;
    server.mail("member@example.com").await;
    let asked = browser.get("/account/totp/remove").await;
    assert!(asked.body.contains("then whoever knows your password is in"), "{}", asked.body);
    assert_eq!(browser.submit(&asked, "/account/totp/remove", &[]).await.status, 303);
    assert!(server.mail("member@example.com").await.words.text.contains("not asked for any more"));
    server.browser().sign_in("member@example.com", PASSWORD).await;
    let idle = browser.get("/account/recovery-codes").await;
    assert!(idle.body.contains("You need none") && !page::has_id(&idle.body, "make-codes"));
}

/// The claims of an ID token that this browser's person gives to an app.
async fn claims(server: &TestServer, browser: &Browser, changes: &[(&str, &str)]) -> Value {
    let app = server.web_app();
    let address = app.authorize_identity("openid", changes);
    let answer = browser.open(&address).await;
    let answer = match page::has_id(&answer.body, "allow") {
        true => {
            let id = answer.consent_id();
            browser.submit(&answer, &format!("/consent/{id}"), &[("decision", "allow")]).await
        }
        false => answer,
    };
    let id_token = app.redeem(&answer).await.id.unwrap();
    serde_json::from_slice(&BASE64.decode(id_token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn tokens_say_how_somebody_signed_in_and_how_strong_that_was() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let plain = claims(&server, &browser, &[("acr_values", "aal2 aal1")]).await;
    assert_eq!((plain["acr"].as_str(), words(&plain["amr"])), (Some("aal1"), vec!["pwd".to_owned()]));
    let (app, kept) = browser.sets_up_app(&server).await;
    let same = claims(&server, &browser, &[]).await;
    assert_eq!(
        (same["acr"].as_str(), words(&same["amr"])),
        (Some("aal2"), ["pwd", "otp", "mfa"].map(str::to_owned).into())
    );
    server.advance(STEP);
    let other = server.browser();
    let shown = other.half_signs_in("member@example.com").await;
    other.gives_code(&shown, &app.code(server.authority.now())).await;
    assert_eq!(words(&claims(&server, &other, &[]).await["amr"]), ["pwd", "otp", "mfa"]);
    let third = server.browser();
    third.half_signs_in("member@example.com").await;
    third.gives_recovery_code(&kept[0]).await;
    let recovered = claims(&server, &third, &[]).await;
    assert_eq!(
        (recovered["acr"].as_str(), words(&recovered["amr"])),
        (Some("aal2"), ["pwd", "mfa"].map(str::to_owned).into())
    );
}

/// OpenID Connect Core §3.1.2.1: `acr_values` is a wish.
#[tokio::test]
async fn an_app_that_wants_two_factors_gets_them_where_there_are_two() {
    let server = TestServer::start().await;
    let (first, second, third) = (server.signed_in().await, server.signed_in().await, server.signed_in().await);
    let (app, _) = first.sets_up_app(&server).await;
    server.advance(STEP);
    let wish = server.web_app().authorize_identity("openid", &[("acr_values", "aal2")]);
    let asked = second.open(&wish).await;
    assert!(page::has_id(&asked.body, "sign-in"), "a session of one factor is not enough: {}", asked.body);
    let half = second.submit(&asked, "/sign-in", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
    let shown = second.follow(half).await;
    let consent = second.follow(second.gives_code(&shown, &app.code(server.authority.now())).await).await;
    assert!(page::has_id(&consent.body, "allow"), "{}", consent.body);
    let id = consent.consent_id();
    second.submit(&consent, &format!("/consent/{id}"), &[("decision", "allow")]).await;
    assert!(second.get(&wish).await.sent("code").is_some(), "nobody has to be asked again");
    assert!(
        page::has_id(&third.open(&wish).await.body, "sign-in"),
        "nor does what is allowed already pass the wish over"
    );
    for strange in ["aal1", "urn:mace:incommon:iap:silver", "aal1 aal2", " "] {
        let browser = server.browser();
        browser.sign_in("owner@example.com", PASSWORD).await;
        let address = server.web_app().authorize_identity("openid", &[("acr_values", strange)]);
        assert!(page::has_id(&browser.open(&address).await.body, "allow"), "{strange}");
    }
    let silent = server.web_app().authorize_identity("openid", &[("acr_values", "aal2"), ("prompt", "none")]);
    let none = server.browser();
    none.sign_in("owner@example.com", PASSWORD).await;
    assert_eq!(none.open(&silent).await.sent("error").as_deref(), Some("consent_required"), "a wish is no demand");
}

#[tokio::test]
async fn an_app_that_waits_goes_on_waiting_through_the_second_factor() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    server.advance(STEP);
    let (browser, client) = (server.browser(), server.cli());
    let asked = browser.open(&client.authorize(&[])).await;
    let fields = [("email", "member@example.com"), ("password", PASSWORD)];
    let shown = browser.follow(browser.submit(&asked, "/sign-in", &fields).await).await;
    let policy = shown.header("content-security-policy").to_owned();
    assert!(policy.contains("form-action 'self' http://127.0.0.1"), "the redirect at the end is allowed: {policy}");
    let refused = browser.gives_code(&shown, "123456").await;
    let consent = browser.follow(browser.gives_code(&refused, &app.code(server.authority.now())).await).await;
    let id = consent.consent_id();
    let project = server.seeded.apollo.clone();
    let fields = [("decision", "allow"), ("project", project.as_str())];
    let answer: Answer = browser.submit(&consent, &format!("/consent/{id}"), &fields).await;
    assert!(server.api().accepts(&client.redeem(&answer).await.access).await);
}

#[tokio::test]
async fn proving_again_takes_both_and_leads_back_to_the_act() {
    let server = TestServer::start().await;
    let (browser, app, _) = server.with_app().await;
    server.advance(Duration::from_secs(601));
    let asked = browser.open("/account/totp").await;
    let half = browser.submit(&asked, "/prove", &[("password", PASSWORD)]).await;
    assert_eq!(half.location().as_deref(), Some("/second-factor?for=totp"));
    assert_eq!(browser.get("/account/totp").await.location().as_deref(), Some("/prove?for=totp"), "half is not enough");
    let shown = browser.follow(half).await;
    let done = browser.gives_code(&shown, &app.code(server.authority.now())).await;
    assert_eq!(done.location().as_deref(), Some("/account/totp"));
    assert_eq!(browser.follow(done).await.status, 200);
}

#[tokio::test]
async fn a_second_factor_waits_for_ten_minutes() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    let browser = server.browser();
    let shown = browser.half_signs_in("member@example.com").await;
    server.advance(Duration::from_secs(601));
    let late = browser.gives_code(&shown, &app.code(server.authority.now())).await;
    assert_eq!(late.location().as_deref(), Some("/sign-in"));
    assert_eq!(browser.get("/second-factor").await.location().as_deref(), Some("/sign-in"));
    assert!(browser.cookie("session").is_none());
}

#[tokio::test]
async fn another_app_takes_over_with_its_own_first_code() {
    let server = TestServer::start().await;
    let (browser, old, kept) = server.with_app().await;
    server.advance(STEP);
    let shown = browser.get("/account/totp").await;
    let begun = browser.follow(browser.submit(&shown, "/account/totp/begin", &[]).await).await;
    let new = crate::harness::factors::App::of(&begun);
    let now = server.authority.now();
    let other = server.browser();
    let asked = other.half_signs_in("member@example.com").await;
    assert_eq!(other.gives_code(&asked, &old.code(now)).await.status, 303, "until then the old one counts");
    let done = browser.submit(&begun, "/account/totp", &[("code", &new.code(now))]).await;
    assert_eq!(done.location().as_deref(), Some("/account/security"), "codes are there already: {}", done.body);
    server.advance(STEP);
    let third = server.browser();
    let asked = third.half_signs_in("member@example.com").await;
    assert_eq!(third.gives_code(&asked, &old.code(server.authority.now())).await.status, 422);
    assert_eq!(third.gives_code(&asked, &new.code(server.authority.now())).await.status, 303);
    assert_eq!(browser.get("/account/recovery-codes").await.status, 200);
    drop(kept);
}
