//! The language of a page: what the running request asks for, what was chosen here, what the browser asks for, English.

use std::time::Duration;

use crate::harness::{Answer, Browser, TestServer};

/// Which language an answer says it is in, after a look at whether it is.
fn spoken(answer: &Answer) -> String {
    let language = answer.header("content-language").to_owned();
    assert!(answer.body.contains(&format!("<html lang=\"{language}\"")), "{language}: {}", answer.body);
    assert!(!answer.body.contains('⟦'), "{}", answer.body);
    language
}

async fn asked_for(browser: &Browser, path: &str, accept_language: &str) -> Answer {
    browser.get_with(path, &[("accept-language", accept_language)]).await
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_would_rather_have() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for (header, language) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr, de;q=0.3, en;q=0.2", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("", "en"),
    ] {
        let page = asked_for(&browser, "/sign-in", header).await;
        assert_eq!(spoken(&page), language, "{header}");
        let words = if language == "de" { "<h1>Anmelden</h1>" } else { "<h1>Sign in</h1>" };
        assert!(page.body.contains(words), "{header}: {}", page.body);
        assert_eq!((page.header("vary"), page.header("cache-control")), ("Accept-Language, Cookie", "no-store"));
    }
}

#[tokio::test]
async fn an_error_is_in_the_readers_language_too() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let missing = asked_for(&browser, "/nowhere", "de").await;
    assert_eq!((missing.status.as_u16(), spoken(&missing).as_str()), (404, "de"));
    assert!(missing.body.contains("<title>Fehler: Diese Seite gibt es nicht"), "{}", missing.body);
    let refused = asked_for(&browser, "/authorize?client_id=nobody&response_type=code", "de").await;
    assert!(refused.status == 400 && refused.body.contains("Diese App ist hier nicht bekannt."), "{}", refused.body);
    let stale = browser.post_with("/sign-in", &[("accept-language", "de")], &[("email", "a@example.com")]).await;
    assert!(stale.status == 403 && stale.body.contains("Dieses Formular gilt nicht mehr"), "{}", stale.body);
    let program = browser.get_with("/nowhere", &[("accept", "application/json"), ("accept-language", "de")]).await;
    assert!(program.body.is_ascii() && program.header("content-language").is_empty(), "{}", program.body);
}

#[tokio::test]
async fn what_an_app_asks_for_holds_for_its_request_and_no_longer() {
    let server = TestServer::start().await;
    let (browser, client) = (server.browser(), server.cli());
    let sign_in = browser.open(&client.authorize(&[("ui_locales", "fr-CA de-CH en")])).await;
    assert_eq!(spoken(&sign_in), "de");
    assert!(sign_in.body.contains("um mit <strong><bdi>Demo CLI</bdi></strong> fortzufahren"), "{}", sign_in.body);
    let wrong = browser.submit(&sign_in, "/sign-in", &[("email", "member@example.com"), ("password", "wrong")]).await;
    assert!(wrong.status == 422 && spoken(&wrong) == "de", "{}", wrong.body);
    let form = [("email", "member@example.com"), ("password", crate::harness::PASSWORD)];
    let consent = browser.follow(browser.submit(&sign_in, "/sign-in", &form).await).await;
    assert!(spoken(&consent) == "de" && consent.body.contains("Nur Lesen erlauben"), "{}", consent.body);
    assert_eq!(spoken(&browser.get("/").await), "en", "its own pages stay as they were");
    let other = server.signed_in().await;
    let stranger = other.open(&client.authorize(&[("ui_locales", "fr it")])).await;
    assert_eq!(spoken(&stranger), "en", "none that we speak");
    let wrong = other.get(&client.authorize(&[("ui_locales", "de"), ("redirect_uri", "https://evil.example/")])).await;
    assert!(wrong.status == 400 && spoken(&wrong) == "de", "{}", wrong.body);
}

#[tokio::test]
async fn another_browser_does_not_learn_what_a_request_asks_for() {
    let server = TestServer::start().await;
    let begun = server.browser().get(&server.cli().authorize(&[("ui_locales", "de")])).await;
    let running = begun.location().unwrap();
    assert_eq!(spoken(&server.browser().get(&running).await), "en");
}

#[tokio::test]
async fn a_choice_is_remembered_in_this_browser() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let shown = browser.get("/security").await;
    let answer = browser.submit(&shown, "/language", &[("language", "de")]).await;
    assert_eq!((answer.status.as_u16(), answer.location().as_deref()), (303, Some("/security")));
    assert_eq!(spoken(&asked_for(&browser, "/", "en").await), "de", "chosen before asked for");
    let request = browser.open(&server.cli().authorize(&[("ui_locales", "en")])).await;
    assert_eq!(spoken(&request), "en", "and the request before the choice");
    let shown = browser.get("/").await;
    let nonsense = browser.submit(&shown, "/language", &[("language", "<script>")]).await;
    assert_eq!((nonsense.status.as_u16(), browser.cookie("language").as_deref()), (400, Some("de")));
}

#[tokio::test]
async fn every_card_has_the_switch_and_a_choice_there_wins_over_the_apps_wish() {
    let server = TestServer::start().await;
    let (browser, client) = (server.browser(), server.cli());
    let sign_in = browser.open(&client.authorize(&[("ui_locales", "de")])).await;
    assert_eq!(spoken(&sign_in), "de");
    let chosen = browser.follow(browser.submit(&sign_in, "/language", &[("language", "en")]).await).await;
    assert!(spoken(&chosen) == "en" && chosen.body.contains("Demo CLI"), "the app waits on: {}", chosen.body);
    let form = [("email", "member@example.com"), ("password", crate::harness::PASSWORD)];
    let consent = browser.follow(browser.submit(&chosen, "/sign-in", &form).await).await;
    assert!(spoken(&consent) == "en" && consent.body.contains("/language"), "{}", consent.body);
    let again = browser.follow(browser.submit(&consent, "/language", &[("language", "de")]).await).await;
    assert!(spoken(&again) == "de" && again.body.contains("Nur Lesen erlauben"), "{}", again.body);
    let another = browser.open(&client.authorize(&[("ui_locales", "en"), ("state", "another")])).await;
    assert_eq!(spoken(&another), "en", "the next app's wish counts again");

    // But not an error page, whose address may be anything, nor what only answers a form, to which nobody could come back.
    let lost = browser.get("/nowhere").await;
    assert!(lost.status == 404 && !lost.body.contains("/language"), "{}", lost.body);
    let shown = browser.get("/sign-in?account=another").await;
    let (_, hidden) = crate::harness::page::form(&shown.body, "/sign-in").unwrap();
    let (_, csrf) = hidden.into_iter().find(|(name, _)| name == "csrf").unwrap();
    let ceremony = model::Id::<()>::new(server.authority.now()).to_string();
    let refused =
        browser.post("/sign-in/passkey", &[("csrf", &csrf), ("ceremony", &ceremony), ("credential", "{}")]).await;
    assert!(refused.status == 422 && !refused.body.contains("/language"), "{}", refused.body);
}

#[tokio::test]
async fn a_hostile_wish_costs_nothing_and_gets_english() {
    let server = TestServer::start().await;
    let browser = server.browser();
    for (hostile, may_be_refused) in [
        ("xx;q=0.001,".repeat(10_000), true),
        ("de;q=0.5555,de;q=,de;;q=1,d\u{7f}e,;,;".repeat(20), false),
        ("a".repeat(8000), false),
        ("de-".repeat(2000), false),
        (",".repeat(8000), false),
    ] {
        let Ok(header) = reqwest::header::HeaderValue::from_str(&hostile) else { continue };
        let sent = server.http().get(server.url("/sign-in")).header("accept-language", header);
        match sent.send().await {
            Ok(answer) if answer.status() == 200 => assert_eq!(answer.headers()["content-language"], "en"),
            // A head of that size may be refused as a whole.
            Ok(answer) => assert!(may_be_refused && answer.status().is_client_error(), "{}", answer.status()),
            Err(error) => assert!(may_be_refused, "{error}"),
        }
    }
    assert_eq!(spoken(&asked_for(&browser, "/sign-in", "de").await), "de", "and the server answers as before");
}

/// The member's connection is used again with a stale token, which nobody's browser asked for.
async fn mail_of_a_reuse(server: &TestServer, browser: &Browser) -> String {
    let client = server.cli();
    let first = client.connect(browser).await;
    let second = client.refresh(&first).await;
    assert!(server.api().accepts(&second.access).await);
    server.advance(Duration::from_secs(120));
    assert_eq!(client.try_refresh(first.refresh.as_deref().unwrap()).await.status, 400);
    server.mail("member@example.com").await.words.subject
}

#[tokio::test]
async fn a_mail_is_in_the_language_of_what_caused_it_or_of_the_last_sign_in() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    assert_eq!(mail_of_a_reuse(&server, &browser).await, "An app was disconnected from your Lanyard account");
    let shown = browser.get("/security").await;
    browser.submit(&shown, "/language", &[("language", "de")]).await;
    assert_eq!(mail_of_a_reuse(&server, &browser).await, "Eine App wurde von Ihrem Lanyard-Konto getrennt");
    server.signed_in().await;
    assert_eq!(mail_of_a_reuse(&server, &browser).await, "An app was disconnected from your Lanyard account");
}
