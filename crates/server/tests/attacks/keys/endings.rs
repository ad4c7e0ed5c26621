//! C-05, C-12 and C-38: what a person's keys end with, and that nobody keeps one to an account that is another's.

use identity::admin::{Act, KeyAdd};
use model::Role;

use crate::{
    browser::flow::send,
    harness::{
        Browser, PASSWORD, TestServer,
        keys::{Key, reading},
        seed::{act, unverified},
        upstream::{Speaks, Upstream, me, offering, person, through},
    },
};

const MEMBER: &str = "member@example.com";
const CHOSEN: &str = "orchids by the tram stop";

/// A key of this person's, who becomes an admin for it.
async fn key_of(server: &TestServer, email: &str) -> Key {
    let admin = Act::MemberAdd { organization: "acme".into(), user: email.into(), role: Role::Admin, named: None };
    act(&server.authority, admin).await;
    server.key(KeyAdd { user: Some(email.into()), ..reading("theirs") }).await
}

/// Why the only key of the organisation that ended did.
async fn reason(server: &TestServer) -> String {
    let list = act(&server.authority, Act::KeyList { organization: "acme".into(), project: None }).await;
    list["keys"][0]["revoked_reason"].as_str().unwrap_or("none").to_owned()
}

async fn changes_password(browser: &Browser) -> crate::harness::Answer {
    let form = browser.get("/account/password").await;
    browser.submit(&form, "/account/password", &[("present", PASSWORD), ("password", CHOSEN)]).await
}

#[tokio::test]
async fn c05_whoever_made_a_key_in_an_account_that_nobody_proved_loses_it_to_the_owner() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[("MAIL__DEVELOPMENT_INBOX", "false")]).await;
    unverified(&server.authority, "victim@example.com").await;
    let key = key_of(&server, "victim@example.com").await;
    assert!(server.admits(&key).await);
    acme.person(person("victim", "victim@example.com"));
    let victim = server.browser();
    victim.follow(through(&victim, &acme).await).await;
    assert_eq!(me(&victim).await.as_deref(), Some("victim@example.com"));
    assert!(!server.admits(&key).await);
    assert_eq!(reason(&server).await, "password_reset");
}

#[tokio::test]
async fn c12_a_changed_password_leaves_keys_until_their_person_ends_them() {
    let server = TestServer::start().await;
    let (browser, key) = (server.signed_in().await, key_of(&server, MEMBER).await);
    let done = changes_password(&browser).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(server.admits(&key).await, "keys stay");
    assert_eq!(browser.submit(&done, "/account/connections/end", &[]).await.status, 303);
    assert!(!server.admits(&key).await);
    assert_eq!(reason(&server).await, "disconnected");
}

#[tokio::test]
async fn c12_a_reset_ends_keys() {
    let server = TestServer::start().await;
    let key = key_of(&server, MEMBER).await;
    assert_eq!(server.mail(MEMBER).await.kind, "key_made");
    let browser = server.browser();
    let form = browser.get("/forgotten").await;
    browser.submit(&form, "/forgotten", &[("email", MEMBER)]).await;
    let link = server.mail(MEMBER).await.words.link.unwrap();
    let opened = browser.get(link.strip_prefix(&server.issuer).unwrap()).await;
    assert!(server.admits(&key).await, "opening the link ends nothing");
    assert_eq!(browser.submit(&opened, "/reset", &[("password", CHOSEN)]).await.status, 200);
    assert!(!server.admits(&key).await);
    assert_eq!(reason(&server).await, "password_reset");
}

#[tokio::test]
async fn c38_whoever_leaves_takes_their_keys_along() {
    let server = TestServer::start().await;
    let key = key_of(&server, MEMBER).await;
    let browser = server.signed_in().await;
    let form = browser.get("/account/delete").await;
    let left = browser.submit(&form, "/account/delete", &[("confirmation", MEMBER)]).await;
    assert_eq!(left.status, 200, "{}", left.body);
    assert!(!server.admits(&key).await);
    // Whoever thinks better of it has the account, and not the key.
    let again = server.browser();
    again.sign_in(MEMBER, PASSWORD).await;
    send(&again, "/leaving", &[("decision", "keep")]).await;
    assert_eq!(again.get("/connections").await.status, 200);
    assert!(!server.admits(&key).await);
}

#[tokio::test]
async fn c12_a_person_who_was_disabled_has_their_keys_again_and_no_session() {
    let server = TestServer::start().await;
    let key = key_of(&server, MEMBER).await;
    let disabled = |disabled| Act::UserSetDisabled { user: MEMBER.into(), disabled };
    act(&server.authority, disabled(true)).await;
    assert!(!server.admits(&key).await);
    act(&server.authority, disabled(false)).await;
    assert!(server.admits(&key).await, "as connections do");
}
