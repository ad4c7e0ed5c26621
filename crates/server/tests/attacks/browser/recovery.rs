//! V-22, V-34, V-40, V-41, V-44, V-45, V-47, V-48 around mail: whoever does not read an address gets nothing by it, and nothing
//! tells who has an account.

use std::time::Duration;

use identity::admin::Act;

use super::flow::send;
use crate::harness::{Answer, Browser, PASSWORD, TestServer, page, seed};

const CHOSEN: &str = "orchids by the tram stop";
const SILENCE: Duration = Duration::from_millis(300);

/// One account of each state, and one address that has none.
const ADDRESSES: [&str; 5] = [
    "member@example.com",
    "missing@example.com",
    "disabled@example.com",
    "without@example.com",
    "unproved@example.com",
];

async fn with_every_state(server: &TestServer) {
    for (email, password, verified) in [
        ("disabled@example.com", Some(PASSWORD), true),
        ("without@example.com", None, true),
        ("unproved@example.com", Some(PASSWORD), false),
    ] {
        let user = Act::UserAdd {
            email: email.into(),
            name: None,
            password: password.map(|password| identity::admin::TypedPassword(protocol::Confidential::new(password))),
            email_verified: verified,
        };
        seed::act(&server.authority, user).await;
    }
    seed::act(&server.authority, Act::UserSetDisabled { user: "disabled@example.com".into(), disabled: true }).await;
}

/// Status, headers and body, but for what differs between any two answers, the address that was typed, and ids.
fn told(answer: &Answer, typed: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> =
        answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    headers.retain(|(name, _)| !matches!(name.as_str(), "date" | "x-request-id" | "content-length"));
    for (name, value) in &mut headers {
        if name == "location" {
            *value = without_id(value);
        }
    }
    headers.sort();
    (answer.status.as_u16(), headers, without_id(&answer.body.replace(typed, "TYPED")))
}

/// The 22 characters behind each `/confirm/`, whatever they are.
fn without_id(text: &str) -> String {
    let mut parts = text.split("/confirm/");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |told, rest| told + "/confirm/ID" + rest.get(22..).unwrap_or_default())
}

async fn signs_up(browser: &Browser, email: &str) -> Answer {
    send(browser, "/sign-up", &[("email", email), ("password", CHOSEN)]).await
}

async fn link(server: &TestServer, email: &str) -> String {
    let link = server.mail(email).await.words.link.unwrap();
    link.strip_prefix(&server.issuer).unwrap_or_else(|| panic!("not ours: {link}")).to_owned()
}

#[tokio::test]
async fn v48_signing_up_says_the_same_to_everybody_and_only_its_mail_differs() {
    let server = TestServer::start().await;
    with_every_state(&server).await;
    let (mut first, browser) = (None, server.browser());
    for email in ADDRESSES {
        let answer = signs_up(&browser, email).await;
        let check = browser.follow(answer.clone()).await;
        let code = page::form(&check.body, "/again").map(|(to, _)| to.trim_end_matches("/again").to_owned()).unwrap();
        let wrong = browser.submit(&check, &code, &[("code", "12345")]).await;
        let again = browser.submit(&check, &format!("{code}/again"), &[]).await;
        let all: Vec<_> = [&answer, &check, &wrong, &again].map(|answer| told(answer, email)).into();
        assert_eq!((answer.status.as_u16(), wrong.status.as_u16(), again.status.as_u16()), (303, 422, 303), "{email}");
        assert_eq!(&all, first.get_or_insert_with(|| all.clone()), "{email}");
        assert_eq!(browser.cookie("session"), None, "{email}");
    }
    for (email, kind) in [
        ("member@example.com", Some("sign_up_tried")),
        ("missing@example.com", Some("confirm_sign_up")),
        ("disabled@example.com", None),
        ("without@example.com", Some("sign_up_tried")),
        ("unproved@example.com", Some("sign_up_tried")),
    ] {
        let to = model::Email::parse(email).unwrap();
        let wait = if kind.is_some() { Duration::from_secs(20) } else { SILENCE };
        let mail = server.inbox.as_ref().unwrap().next(Some(&to), wait).await;
        assert_eq!(mail.map(|mail| mail.kind), kind, "{email}");
    }
}

#[tokio::test]
async fn v48_asking_for_a_new_password_says_the_same_to_everybody() {
    let server = TestServer::start().await;
    with_every_state(&server).await;
    let browser = server.browser();
    let mut first = None;
    for email in ADDRESSES.into_iter().chain(["no address at all"]) {
        let answer = send(&browser, "/forgotten", &[("email", email)]).await;
        assert_eq!(answer.status, 200, "{email}");
        let told = told(&answer, email);
        assert_eq!(&told, first.get_or_insert_with(|| told.clone()), "{email}");
    }
    for (email, sent) in ADDRESSES.into_iter().zip([true, false, false, true, true]) {
        let to = model::Email::parse(email).unwrap();
        let wait = if sent { Duration::from_secs(20) } else { SILENCE };
        let mail = server.inbox.as_ref().unwrap().next(Some(&to), wait).await;
        assert_eq!(mail.is_some(), sent, "{email}");
    }
}

#[tokio::test]
async fn v22_a_reset_link_of_a_disabled_person_opens_nothing() {
    let server = TestServer::start().await;
    let browser = server.browser();
    send(&browser, "/forgotten", &[("email", "member@example.com")]).await;
    let link = link(&server, "member@example.com").await;
    let opened = browser.get(&link).await;
    seed::act(&server.authority, Act::UserSetDisabled { user: "member@example.com".into(), disabled: true }).await;
    assert_eq!(browser.submit(&opened, "/reset", &[("password", CHOSEN)]).await.status, 410);
    assert_eq!(browser.try_sign_in("member@example.com", CHOSEN).await.status, 422);
    seed::act(&server.authority, Act::UserSetDisabled { user: "member@example.com".into(), disabled: false }).await;
    browser.sign_in("member@example.com", PASSWORD).await;
}

#[tokio::test]
async fn v34_nobody_waits_inside_an_account_for_its_owner() {
    let server = TestServer::start().await;
    // Somebody signs up with another's address and hopes that its owner presses the button.
    let (attacker, owner) = (server.browser(), server.browser());
    assert_eq!(signs_up(&attacker, "victim@example.com").await.status, 303);
    let planted = link(&server, "victim@example.com").await;
    let opened = owner.get(&planted).await;
    owner.submit(&opened, "/confirm", &[]).await;
    assert!(owner.cookie("session").is_none() && attacker.cookie("session").is_none());
    assert_eq!(server.browser().try_sign_in("victim@example.com", CHOSEN).await.status, 422, "there is no account");
    // The owner signs up themselves: what the attacker began is over.
    let answer =
        send(&owner, "/sign-up", &[("email", "victim@example.com"), ("password", "the owner's own choice")]).await;
    let check = owner.follow(answer).await;
    let code = server.mail("victim@example.com").await.words.code.unwrap();
    let action = page::form(&check.body, "/again").map(|(to, _)| to.trim_end_matches("/again").to_owned()).unwrap();
    assert_eq!(owner.submit(&check, &action, &[("code", &code)]).await.status, 303);
    assert_eq!(owner.get(&planted).await.status, 410);
    assert_eq!(attacker.get(&planted).await.status, 410);
    assert_eq!(server.browser().try_sign_in("victim@example.com", CHOSEN).await.status, 422);
}

#[tokio::test]
async fn v34_a_session_that_was_kept_open_ends_with_the_owners_reset() {
    let server = TestServer::start().await;
    let (attacker, owner) = (server.signed_in().await, server.browser());
    send(&owner, "/forgotten", &[("email", "member@example.com")]).await;
    let opened = owner.get(&link(&server, "member@example.com").await).await;
    // A page of consent that is open already, and a form that was filled.
    let waiting = super::flow::begin(&attacker, &server.cli().authorize(&[])).await;
    assert_eq!(owner.submit(&opened, "/reset", &[("password", CHOSEN)]).await.status, 200);
    super::flow::no_code(&super::flow::allow(&attacker, &waiting, &server.seeded.apollo).await, "a last yes");
    assert_eq!(attacker.get("/connections").await.location().as_deref(), Some("/sign-in"));
}

#[tokio::test]
async fn v44_no_header_moves_a_link() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let form = browser.get("/forgotten").await;
    let (_, hidden) = page::form(&form.body, "/forgotten").unwrap();
    let fields = [(hidden[0].0.as_str(), hidden[0].1.as_str()), ("email", "member@example.com")];
    for header in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "4444"),
        ("forwarded", "host=evil.example;proto=https"),
    ] {
        assert_eq!(browser.post_with("/forgotten", &[header], &fields).await.status, 200);
        let mail = server.mail("member@example.com").await;
        assert!(mail.words.link.unwrap().starts_with(&format!("{}/reset?token=", server.issuer)), "{header:?}");
        assert!(!mail.words.text.contains("evil") && !mail.words.html.contains("evil"));
        // Each of these is limited by the hour.
        server.advance(Duration::from_secs(3601));
    }
    let misdirected = browser.post_with("/forgotten", &[("host", "evil.example")], &fields).await;
    assert_eq!(misdirected.status, 421);
}

#[tokio::test]
async fn v41_a_mail_goes_to_the_stored_address_whatever_was_typed() {
    let server = TestServer::start().await;
    for typed in ["MEMBER@example.com", " member@example.com ", "member＠example.com", "ｍember@EXAMPLE.com"] {
        send(&server.browser(), "/forgotten", &[("email", typed)]).await;
        assert_eq!(server.mail("member@example.com").await.to.as_str(), "member@example.com");
    }
    for typed in ["member@example.com,evil@evil.example", "member@example.com\r\nBcc: evil@evil.example"] {
        send(&server.browser(), "/forgotten", &[("email", typed)]).await;
    }
    assert!(server.inbox.as_ref().unwrap().next(None, SILENCE).await.is_none());
}

#[tokio::test]
async fn v47_no_field_of_a_form_proves_an_address() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let fields = [
        ("email", "new@example.com"),
        ("password", CHOSEN),
        ("email_verified", "true"),
        ("email_verified_at", "1"),
        ("verified", "1"),
        ("role", "owner"),
        ("organization", "acme"),
        ("user_id", server.seeded.member.as_str()),
    ];
    let check = browser.follow(send(&browser, "/sign-up", &fields).await).await;
    assert!(browser.cookie("session").is_none());
    let action = page::form(&check.body, "/again").map(|(to, _)| to.trim_end_matches("/again").to_owned()).unwrap();
    for code in ["", "000000' OR '1'='1", "true", "null", "%", "______"] {
        let refused = browser.submit(&check, &action, &[("code", code), ("email_verified", "true")]).await;
        assert!(matches!(refused.status.as_u16(), 422 | 429), "{code}: {}", refused.status);
    }
    assert_eq!(server.browser().try_sign_in("new@example.com", CHOSEN).await.status, 422);
}

#[tokio::test]
async fn v45_a_proof_of_one_kind_opens_nothing_of_another() {
    let server = TestServer::start().await;
    seed::unverified(&server.authority, "unproved@example.com").await;
    let browser = server.browser();
    browser.sign_in("unproved@example.com", PASSWORD).await;
    browser.submit(&browser.get("/account/verify").await, "/account/verify", &[]).await;
    signs_up(&server.browser(), "new@example.com").await;
    send(&server.browser(), "/forgotten", &[("email", "member@example.com")]).await;
    let token = |link: String| link.split_once("token=").unwrap().1.to_owned();
    let verification = token(link(&server, "unproved@example.com").await);
    let sign_up = token(link(&server, "new@example.com").await);
    let reset = token(link(&server, "member@example.com").await);
    for wrong in [&verification, &sign_up] {
        assert_eq!(browser.get(&format!("/reset?token={wrong}")).await.status, 410);
        let answer = send(&browser, "/reset", &[("token", wrong), ("password", CHOSEN)]).await;
        assert_eq!(answer.status, 410);
    }
    assert_eq!(browser.get(&format!("/confirm?token={reset}")).await.status, 410);
    assert_eq!(send(&browser, "/confirm", &[("token", &reset)]).await.status, 410);
    // Halves of two tokens, and none.
    let mixed = format!("{}{}", &reset[..22], &sign_up[22..]);
    for wrong in [mixed.as_str(), "", "x", &reset[..64]] {
        assert_eq!(send(&browser, "/reset", &[("token", wrong), ("password", CHOSEN)]).await.status, 410, "{wrong}");
        assert_eq!(send(&browser, "/confirm", &[("token", wrong)]).await.status, 410, "{wrong}");
    }
    server.browser().sign_in("member@example.com", PASSWORD).await;
}
