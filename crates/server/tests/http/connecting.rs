//! Connecting a provider to an account: what its person is told, that a second factor is asked for all the same, and that
//! whoever signs in as before on the way there arrives.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{
    Answer, Browser, PASSWORD, TestServer, page,
    upstream::{Speaks, Upstream, claims, leave_from, me, offering, person, through},
};

const MEMBER: &str = "member@example.com";
const STEP: Duration = Duration::from_secs(30);

/// Connects `acme` to whoever is signed in here; the security page after that.
async fn connects(browser: &Browser, acme: &Upstream) -> Answer {
    let security = browser.get("/account/security").await;
    let there = browser.submit(&security, "/account/providers/acme/connect", &[]).await.location().unwrap();
    browser.follow(browser.get(&acme.agree(&there)).await).await
}

async fn disconnects(browser: &Browser, security: &Answer) -> Answer {
    let (before, _) = security.body.split_once("/disconnect\"").expect("a form that disconnects");
    let action = format!("{}/disconnect", &before[before.rfind("/account").unwrap()..]);
    browser.submit(security, &action, &[]).await
}

/// Whoever arrives from `acme` at an address that has an account; the page that asks to sign in as before.
async fn arrives(browser: &Browser, acme: &Upstream) -> Answer {
    let shown = browser.follow(through(browser, acme).await).await;
    assert!(page::has_id(&shown.body, "sign-in-as-before"), "{}", shown.body);
    browser.get(&page::link(&shown.body, "sign-in-as-before")).await
}

/// Presses the button on the page to which the sign-in led, and arrives on the security page.
async fn presses_connect(browser: &Browser, ready: &Answer) {
    assert!(page::has_id(&ready.body, "connect"), "not on the page that connects: {}", ready.body);
    let action = page::form_below(&ready.body, "/connect/").unwrap();
    let security = browser.follow(browser.submit(ready, &action, &[]).await).await;
    assert!(security.body.contains("/disconnect\""), "not connected: {}", security.body);
}

#[tokio::test]
async fn a_person_is_told_by_mail_when_a_provider_opens_their_account_and_when_it_does_not_any_more() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[("PROVIDERS__ACME__NAME", "Acme Login")]).await;
    acme.person(person("7", "somebody@else.example"));
    let browser = server.signed_in().await;
    let security = connects(&browser, &acme).await;
    let told = server.mail(MEMBER).await;
    assert_eq!(told.kind, "provider_changed");
    for text in [&told.words.text, &told.words.html] {
        assert!(text.contains("Acme Login opens your account now"), "{text}");
        assert!(text.contains("somebody@else.example"), "{text}");
        assert!(text.contains(&server.url("/forgotten")), "what locks things down: {text}");
        assert!(text.contains(&server.url("/account/security")), "{text}");
    }
    assert!(!told.words.subject.contains("else.example"), "{}", told.words.subject);

    assert_eq!(disconnects(&browser, &security).await.status, 303);
    let told = server.mail(MEMBER).await;
    assert_eq!(told.kind, "provider_changed");
    assert!(told.words.text.contains("Acme Login does not open your account any more"), "{}", told.words.text);
    assert!(told.words.text.contains(&server.url("/forgotten")), "{}", told.words.text);

    // In the language of whoever does it.
    let german = server.signed_in().await;
    let security = german.get("/account/security").await;
    german.submit(&security, "/language", &[("language", "de")]).await;
    connects(&german, &acme).await;
    let told = server.mail(MEMBER).await;
    assert!(told.words.text.contains("Acme Login öffnet jetzt Ihr Konto"), "{}", told.words.text);
}

#[tokio::test]
async fn an_arrival_that_is_connected_and_one_that_takes_a_never_proved_account_are_told_too() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", MEMBER));
    let browser = server.browser();
    let form = arrives(&browser, &acme).await;
    let ready =
        browser.follow(browser.submit(&form, "/sign-in", &[("email", MEMBER), ("password", PASSWORD)]).await).await;
    presses_connect(&browser, &ready).await;
    assert_eq!(server.mail(MEMBER).await.kind, "provider_changed");

    crate::harness::seed::unverified(&server.authority, "never@example.com").await;
    acme.person(person("2", "never@example.com"));
    let owner = server.browser();
    owner.follow(through(&owner, &acme).await).await;
    assert_eq!(me(&owner).await.as_deref(), Some("never@example.com"));
    assert_eq!(server.mail("never@example.com").await.kind, "provider_changed");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_after_a_providers_word_too_and_tokens_say_so() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let (owner, app, kept) = server.with_app().await;
    acme.person(person("7", "somebody@else.example"));
    connects(&owner, &acme).await;
    server.advance(STEP);

    // By itself: half signed in is not signed in.
    let browser = server.browser();
    let half = through(&browser, &acme).await;
    assert_eq!(half.location().as_deref(), Some("/second-factor"), "{}", half.body);
    assert_eq!(me(&browser).await, None);
    assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"));
    let shown = browser.follow(half).await;
    assert!(shown.body.contains(MEMBER), "{}", shown.body);
    assert_eq!(browser.gives_code(&shown, "000000").await.status, 422);
    assert_eq!(me(&browser).await, None);
    let home = browser.gives_code(&shown, &app.code(server.authority.now())).await;
    assert_eq!(home.location().as_deref(), Some("/"), "{}", home.body);
    assert_eq!(me(&browser).await.as_deref(), Some(MEMBER));
    let sessions = browser.get("/account/sessions").await;
    assert!(sessions.body.contains("with another provider and with a code of your app"), "{}", sessions.body);

    // For an app that waits: by a code, and by a recovery code.
    server.advance(STEP);
    let code = app.code(server.authority.now());
    for (path, given, amr) in [
        ("/second-factor", code.as_str(), json!(["fed", "otp", "mfa"])),
        ("/second-factor/recovery", kept[0].as_str(), json!(["fed", "mfa"])),
    ] {
        let token = signs_in_for_an_app(&server, &acme, path, given).await;
        assert_eq!((&token["acr"], &token["amr"]), (&json!("aal2"), &amr), "{path}");
    }
}

/// The ID token's claims of somebody whom the provider knows and who gives this at the second factor.
async fn signs_in_for_an_app(server: &TestServer, acme: &Upstream, path: &str, given: &str) -> Value {
    let (browser, client) = (server.browser(), server.web_app());
    let form = browser.open(&client.authorize_identity("openid", &[])).await;
    let there = leave_from(&browser, &form).await;
    let half = browser.get(&acme.agree(&there)).await;
    let to = half.location().unwrap();
    assert!(to.starts_with("/second-factor?authorization="), "{to}");
    let shown = browser.get(&to.replace("/second-factor", path)).await;
    let done = browser.follow(browser.submit(&shown, path, &[("code", given)]).await).await;
    let answer = match page::has_id(&done.body, "allow") {
        true => {
            let id = done.consent_id();
            browser.submit(&done, &format!("/consent/{id}"), &[("decision", "allow")]).await
        }
        false => done,
    };
    claims(&client.redeem(&answer).await.id.unwrap())
}

#[tokio::test]
async fn whoever_is_asked_for_a_second_factor_on_the_way_arrives_where_the_provider_is_connected() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let (_, app, kept) = server.with_app().await;
    for (number, recovers) in [("1", false), ("2", true)] {
        server.advance(STEP);
        acme.person(person(number, MEMBER));
        let browser = server.browser();
        let form = arrives(&browser, &acme).await;
        let half = browser.submit(&form, "/sign-in", &[("email", MEMBER), ("password", PASSWORD)]).await;
        let shown = browser.follow(half).await;
        // A wrong one does not lose the way either.
        let wrong = browser.gives_code(&shown, "000000").await;
        assert_eq!(wrong.status, 422, "{}", wrong.body);
        let done = if recovers {
            let recovery = browser.get(&page::link(&wrong.body, "use-recovery-code")).await;
            browser.submit(&recovery, "/second-factor/recovery", &[("code", &kept[0])]).await
        } else {
            browser.gives_code(&wrong, &app.code(server.authority.now())).await
        };
        presses_connect(&browser, &browser.follow(done).await).await;
    }
}

#[tokio::test]
async fn whoever_signs_in_as_before_by_another_provider_arrives_there_too() {
    let (acme, work) = (Upstream::start(Speaks::OpenId).await, Upstream::start(Speaks::OpenId).await);
    let own = work.settings("office", "openid");
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let server = offering(&acme, "openid", &own).await;
    work.person(person("w", "nia@example.com"));
    // Nia has an account that one provider opens, and comes from another.
    let nia = server.browser();
    let form = nia.get("/sign-in").await;
    by_work(&nia, &work, &form).await;
    assert_eq!(me(&nia).await.as_deref(), Some("nia@example.com"));
    acme.person(person("a", "nia@example.com"));
    let browser = server.browser();
    let form = arrives(&browser, &acme).await;
    // Saying no there does not lose the way.
    let there = browser.submit(&form, "/sign-in/with/office", &[]).await.location().unwrap();
    let agreed = work.agree(&there);
    let (_, state) = agreed.split_once("state=").unwrap();
    let denied = browser.get(&format!("/upstream/office/callback?error=access_denied&state={state}")).await;
    let form = browser.get(&page::link(&denied.body, "back")).await;
    let ready = by_work(&browser, &work, &form).await;
    presses_connect(&browser, &ready).await;
    assert_eq!(me(&browser).await.as_deref(), Some("nia@example.com"));
}

/// Presses the button of `work` on this page and agrees there; the page after that.
async fn by_work(browser: &Browser, work: &Upstream, form: &Answer) -> Answer {
    let there = browser.submit(form, "/sign-in/with/office", &[]).await.location().unwrap();
    browser.follow(browser.get(&work.agree(&there)).await).await
}
