//! `/sign-up` and `/confirm`: an account exists from the moment at which its address is proved.

use std::time::Duration;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page};

const CHOSEN: &str = "orchids by the tram stop";

/// Fills the form; the page where the code goes.
async fn signs_up(browser: &Browser, email: &str) -> Answer {
    let form = browser.get("/sign-up").await;
    let fields = [("name", "Nia New"), ("email", email), ("password", CHOSEN)];
    let answer = browser.submit(&form, "/sign-up", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    browser.follow(answer).await
}

async fn types(browser: &Browser, check: &Answer, code: &str) -> Answer {
    browser.submit(check, &action(check), &[("code", code)]).await
}

/// The address of the form in which the code is typed.
fn action(check: &Answer) -> String {
    let (_, rest) = check.body.split_once("action=\"/confirm/").unwrap_or_else(|| panic!("no form: {}", check.body));
    format!("/confirm/{}", rest.split('"').next().unwrap())
}

fn path(server: &TestServer, link: &str) -> String {
    link.strip_prefix(&server.issuer).unwrap_or_else(|| panic!("another server's: {link}")).to_owned()
}

#[tokio::test]
async fn whoever_signs_up_confirms_and_goes_on_to_the_app_that_waits() {
    let server = TestServer::start().await;
    let (browser, client) = (server.browser(), server.cli());
    let sign_in = browser.open(&client.authorize(&[])).await;
    let link = sign_in.body.split("href=\"").find(|rest| rest.starts_with("/sign-up?")).unwrap();
    let form = browser.get(link.split('"').next().unwrap()).await;
    assert!(form.body.contains("Demo CLI"));
    let fields = [("name", "Nia New"), ("email", "new@example.com"), ("password", CHOSEN)];
    let check = browser.follow(browser.submit(&form, "/sign-up", &fields).await).await;
    assert!(check.body.contains("new@example.com") && browser.cookie("session").is_none(), "{}", check.body);
    let mail = server.mail("new@example.com").await;
    let code = mail.words.code.unwrap();
    // As people type it.
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let asked = browser.follow(types(&browser, &check, &spaced).await).await;
    assert!(page::has_id(&asked.body, "allow") && asked.body.contains("First project"), "{}", asked.body);
    let project = page::value_of(&asked.body, "project-first-project").unwrap();
    let answer = browser
        .submit(&asked, &format!("/consent/{}", asked.consent_id()), &[("decision", "allow"), ("project", &project)])
        .await;
    let told = server.api().introspect(&client.redeem(&answer).await.access).await;
    assert_eq!(told["project"], project.as_str());
    // And from now on it is an account like any other.
    server.browser().sign_in("new@example.com", CHOSEN).await;
}

#[tokio::test]
async fn the_link_works_once_and_opening_it_spends_nothing() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let check = signs_up(&browser, "new@example.com").await;
    let mail = server.mail("new@example.com").await;
    let link = path(&server, &mail.words.link.unwrap());
    for _ in 0..3 {
        // A scanner of mail, and the person.
        assert_eq!(server.browser().get(&link).await.status, 200);
        assert_eq!(browser.get(&link).await.status, 200);
    }
    let opened = browser.get(&link).await;
    assert!(!page::has_id(&opened.body, "password"), "here it was asked for");
    let done = browser.submit(&opened, "/confirm", &[]).await;
    assert_eq!((done.status.as_u16(), done.location().as_deref()), (303, Some("/")));
    assert!(browser.get("/").await.body.contains("new@example.com"));
    assert_eq!(browser.get(&link).await.status, 410);
    assert_eq!(browser.submit(&opened, "/confirm", &[]).await.status, 403, "the browser's secret is another now");
    let late = types(&browser, &check, &mail.words.code.unwrap()).await;
    assert!(late.status.is_client_error(), "the code went with the link: {}", late.status);
}

#[tokio::test]
async fn in_another_browser_the_link_wants_the_password_of_the_sign_up() {
    let server = TestServer::start().await;
    signs_up(&server.browser(), "new@example.com").await;
    let link = path(&server, &server.mail("new@example.com").await.words.link.unwrap());
    let telephone = server.browser();
    let opened = telephone.get(&link).await;
    assert!(page::has_id(&opened.body, "password"), "{}", opened.body);
    let without = telephone.submit(&opened, "/confirm", &[]).await;
    assert!(without.status == 200 && telephone.cookie("session").is_none());
    let wrong = telephone.submit(&opened, "/confirm", &[("password", "not what was chosen")]).await;
    assert!(wrong.status == 422 && page::has_id(&wrong.body, "refusal"), "{}", wrong.body);
    let right = telephone.submit(&wrong, "/confirm", &[("password", CHOSEN)]).await;
    assert_eq!(right.status, 303, "{}", right.body);
    assert!(telephone.get("/").await.body.contains("new@example.com"));
}

#[tokio::test]
async fn after_five_wrong_codes_only_the_link_is_left() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let check = signs_up(&browser, "new@example.com").await;
    let mail = server.mail("new@example.com").await;
    let code = mail.words.code.unwrap();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let refused = types(&browser, &check, wrong).await;
        assert!(refused.status == 422 && page::has_id(&refused.body, "code-error"), "{}", refused.body);
    }
    assert_eq!(types(&browser, &check, &code).await.status, 429, "the right one is looked at no more");
    assert!(browser.cookie("session").is_none());
    let opened = browser.get(&path(&server, &mail.words.link.unwrap())).await;
    assert_eq!(browser.submit(&opened, "/confirm", &[]).await.status, 303);
}

#[tokio::test]
async fn another_mail_takes_the_place_of_the_first() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let check = signs_up(&browser, "new@example.com").await;
    let first = server.mail("new@example.com").await;
    let again = browser.submit(&check, &format!("{}/again", action(&check)), &[]).await;
    assert_eq!(again.status, 303, "{}", again.body);
    let check = browser.follow(again).await;
    assert!(check.body.contains("Another mail is on its way"), "{}", check.body);
    let second = server.mail("new@example.com").await;
    assert_ne!(first.words.link, second.words.link);
    assert_eq!(browser.get(&path(&server, &first.words.link.unwrap())).await.status, 410);
    let old = first.words.code.unwrap();
    if old != second.words.code.clone().unwrap() {
        assert_eq!(types(&browser, &check, &old).await.status, 422);
    }
    assert_eq!(types(&browser, &check, &second.words.code.unwrap()).await.status, 303);
}

#[tokio::test]
async fn mails_to_one_address_are_few_and_nothing_tells_when_they_stop() {
    let server = TestServer::start().await;
    for _ in 0..7 {
        let check = signs_up(&server.browser(), "new@example.com").await;
        assert_eq!(check.status, 200);
    }
    for _ in 0..5 {
        server.mail("new@example.com").await;
    }
    let more = server.inbox.as_ref().unwrap().next(None, Duration::from_millis(300)).await;
    assert!(more.is_none(), "{more:?}");
}

#[tokio::test]
async fn after_a_day_it_is_too_late() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let check = signs_up(&browser, "new@example.com").await;
    let mail = server.mail("new@example.com").await;
    server.advance(Duration::from_secs(24 * 3600));
    assert_eq!(browser.get(&path(&server, &mail.words.link.unwrap())).await.status, 410);
    let late = types(&browser, &check, &mail.words.code.unwrap()).await;
    assert_eq!(late.location().as_deref(), Some("/sign-in"));
    assert_eq!(server.browser().try_sign_in("new@example.com", CHOSEN).await.status, 422, "there is no account");
}

#[tokio::test]
async fn the_page_of_the_code_is_only_for_the_browser_that_asked() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let check = signs_up(&browser, "new@example.com").await;
    let code = server.mail("new@example.com").await.words.code.unwrap();
    let other = server.browser();
    assert_eq!(other.get(&action(&check)).await.status, 404);
    let form = other.get("/sign-up").await;
    let (_, hidden) = page::form(&form.body, "/sign-up").unwrap();
    let (name, csrf) = &hidden[0];
    for address in [action(&check), format!("{}/again", action(&check))] {
        assert_eq!(other.post(&address, &[(name, csrf), ("code", &code)]).await.status, 404);
    }
    assert_eq!(types(&browser, &check, &code).await.status, 303);
}

#[tokio::test]
async fn a_refusal_stands_beside_its_field_and_keeps_what_was_typed() {
    let server = TestServer::without_mail().await;
    let browser = server.browser();
    let form = browser.get("/sign-up").await;
    for (email, password, where_) in [
        ("new@example.com", "tiny-pass", "password-error"),
        ("not an address", CHOSEN, "email-error"),
        ("member@example.com", CHOSEN, "email-error"),
    ] {
        let refused =
            browser.submit(&form, "/sign-up", &[("email", email), ("password", password), ("name", "Nia")]).await;
        assert_eq!(refused.status, 422, "{email}");
        assert!(page::has_id(&refused.body, where_), "{email}: {}", refused.body);
        assert_eq!(page::value_of(&refused.body, "email").as_deref(), Some(email));
        assert_eq!(page::value_of(&refused.body, "name").as_deref(), Some("Nia"));
        assert!(!refused.body.contains(password));
        assert!(browser.cookie("session").is_none());
    }
}

#[tokio::test]
async fn without_mail_whoever_signs_up_is_in_at_once() {
    let server = TestServer::without_mail().await;
    let (browser, client) = (server.browser(), server.cli());
    let form = browser.get("/sign-up").await;
    let made = browser.submit(&form, "/sign-up", &[("email", "new@example.com"), ("password", CHOSEN)]).await;
    assert_eq!((made.status.as_u16(), made.location().as_deref()), (303, Some("/")));
    let asked = browser.open(&client.authorize(&[])).await;
    assert!(page::has_id(&asked.body, "allow"), "and may connect an app: {}", asked.body);
    assert!(!browser.get("/sign-in?account=another").await.body.contains("/forgotten"));
    assert_eq!(browser.get("/forgotten").await.status, 404);
}

#[tokio::test]
async fn who_has_an_unproved_address_proves_it_before_an_app_is_connected() {
    let server = TestServer::start().await;
    let client = server.cli();
    crate::harness::seed::unverified(&server.authority, "newcomer@example.com").await;
    let browser = server.browser();
    browser.sign_in("newcomer@example.com", PASSWORD).await;
    let silent = browser.open(&server.web_app().authorize_identity("openid", &[("prompt", "none")])).await;
    assert_eq!(silent.sent("error").as_deref(), Some("interaction_required"));
    let offer = browser.open(&client.authorize(&[])).await;
    assert!(page::has_id(&offer.body, "verify") && offer.body.contains("newcomer@example.com"), "{}", offer.body);
    let check = browser.follow(browser.submit(&offer, "/account/verify", &[]).await).await;
    let mail = server.mail("newcomer@example.com").await;
    let link = path(&server, &mail.words.link.unwrap());
    let stranger = server.browser().get(&link).await;
    assert_eq!(stranger.status, 403, "whoever reads the mail is not yet the one who has the account");
    let asked = browser.follow(types(&browser, &check, &mail.words.code.unwrap()).await).await;
    // They belong to no organisation, so there is nothing to choose; but the question is put.
    assert!(asked.status == 200 && asked.body.contains("Demo CLI"), "{} {}", asked.status, asked.body);
    assert!(!page::has_id(&asked.body, "verify"));
    assert_eq!(browser.get("/account/verify").await.location().as_deref(), Some("/"), "nothing is left to prove");
}

#[tokio::test]
async fn an_operator_may_close_it() {
    let server = TestServer::start_with(&[("SIGN_UP__ENABLED", "false")]).await;
    let browser = server.browser();
    assert_eq!(browser.get("/sign-up").await.status, 404);
    let sign_in = browser.get("/sign-in").await;
    assert!(!sign_in.body.contains("/sign-up"));
    let (_, hidden) = page::form(&sign_in.body, "/sign-in").unwrap();
    let (name, value) = &hidden[0];
    let refused =
        browser.post("/sign-up", &[(name, value), ("email", "new@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(refused.status, 404);
}
