//! `/account/privacy`, `/account/delete` and `/leaving`: what is held is taken away and deleted by its own person.

use std::time::Duration;

use identity::admin::Act;
use model::{Email, Id, User};
use serde_json::Value;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page, seed};

const MEMBER: &str = "member@example.com";
const DAY: u64 = 86_400;

async fn exports(browser: &Browser) -> Answer {
    let shown = browser.get("/account/privacy").await;
    browser.submit(&shown, "/account/export", &[]).await
}

/// Types this to confirm that the account goes.
async fn leaves(browser: &Browser, typed: &str) -> Answer {
    let shown = browser.get("/account/delete").await;
    browser.submit(&shown, "/account/delete", &[("confirmation", typed)]).await
}

async fn user(server: &TestServer, email: &str) -> Option<User> {
    server.authority.store().read().await.unwrap().user_by_email(&Email::parse(email).unwrap()).await.unwrap()
}

async fn janitor(server: &TestServer) {
    server.authority.run_janitor_once(server.authority.now()).await.unwrap();
}

#[tokio::test]
async fn c37_a_person_downloads_all_that_is_held_and_no_secret_is_in_it() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let file = exports(&browser).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "application/json"));
    assert!(file.header("content-disposition").starts_with("attachment"), "{:?}", file.headers);
    assert!(file.header("cache-control").contains("no-store"), "{:?}", file.headers);
    let held = file.json();
    assert_eq!((&held["issuer"], &held["account"][0]["email"]), (&Value::from(&*server.issuer), &Value::from(MEMBER)));
    assert_eq!(held["account"][0]["created_at"], "2027-01-15T08:00:00Z");
    assert_eq!(held["memberships"][0]["organization"], "acme");
    assert_eq!(held["connections"][0]["client_name"], "Demo CLI");
    assert_eq!(held["sessions"].as_array().unwrap().len(), 1);
    let told = |action: &str| held["events"].as_array().unwrap().iter().any(|event| event["action"] == action);
    assert!(told("grant.allowed") && told("user.exported"), "{}", held["events"]);
    let (session, refresh) = (browser.cookie("session").unwrap(), tokens.refresh.unwrap());
    let stored = user(&server, MEMBER).await.unwrap();
    for secret in [&session[22..], &tokens.access, &refresh, stored.password_hash.as_ref().unwrap().expose()] {
        assert!(!file.body.contains(secret), "{secret}");
    }
    assert!(!file.body.contains("owner@example.com"), "others are nobody's to take");
}

#[tokio::test]
async fn taking_and_deleting_want_recent_proof() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    server.advance(Duration::from_secs(601));
    assert_eq!(exports(&browser).await.location().as_deref(), Some("/prove?for=export"));
    assert_eq!(browser.get("/account/delete").await.location().as_deref(), Some("/prove?for=leave"));
    let before = browser.cookie("session");
    let asked = browser.get("/prove?for=export").await;
    let proved = browser.submit(&asked, "/prove", &[("password", PASSWORD)]).await;
    assert_eq!(proved.location().as_deref(), Some("/account/privacy"));
    assert_ne!(browser.cookie("session"), before, "a session goes on under another secret");
    assert_eq!(exports(&browser).await.status, 200);
}

#[tokio::test]
async fn c38_an_account_goes_when_its_grace_is_over_and_until_then_signing_in_offers_to_keep_it() {
    let server = TestServer::start().await;
    let (browser, elsewhere, client) = (server.signed_in().await, server.signed_in().await, server.cli());
    let tokens = client.connect(&elsewhere).await;
    let shown = browser.get("/account/delete").await;
    assert!(shown.body.contains("Acme, with its projects"), "what stays: {}", shown.body);
    assert_eq!(leaves(&browser, "nobody@example.com").await.status, 422);
    let left = leaves(&browser, " Member@Example.com ").await;
    assert!(left.status == 200 && left.body.contains("29 January 2027"), "{}", left.body);
    assert_eq!(server.mail(MEMBER).await.kind, "account_left");
    assert!(browser.cookie("session").is_none());
    assert_eq!(elsewhere.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(!server.api().accepts(&tokens.access).await);
    // Whoever signs in now may keep it, and is nobody everywhere else.
    let again = server.browser();
    again.sign_in(MEMBER, PASSWORD).await;
    for path in ["/", "/sign-in"] {
        assert_eq!(again.get(path).await.location().as_deref(), Some("/leaving"), "{path}");
    }
    assert_eq!(again.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(again.get(&client.authorize(&[])).await.location().unwrap().starts_with("/consent/"));
    let asked = again.open(&client.authorize(&[])).await;
    assert!(page::has_id(&asked.body, "keep") && !page::has_id(&asked.body, "allow"), "{}", asked.body);
    assert_eq!(again.submit(&asked, "/leaving", &[("decision", "keep")]).await.status, 303);
    assert_eq!(again.get("/connections").await.status, 200);
    server.advance(Duration::from_secs(15 * DAY));
    janitor(&server).await;
    let id = user(&server, MEMBER).await.expect("kept").id;
    // And now for good.
    let browser = server.signed_in().await;
    leaves(&browser, MEMBER).await;
    server.advance(Duration::from_secs(14 * DAY));
    let last = server.browser();
    last.sign_in(MEMBER, PASSWORD).await;
    let asked = last.get("/leaving").await;
    janitor(&server).await;
    assert!(user(&server, MEMBER).await.is_none());
    assert_eq!(last.submit(&asked, "/leaving", &[("decision", "keep")]).await.location().as_deref(), Some("/"));
    assert_eq!(server.browser().try_sign_in(MEMBER, PASSWORD).await.status, 422);
    let mut read = server.authority.store().read().await.unwrap();
    let acme = Id::parse(&server.seeded.acme).unwrap();
    assert!(read.membership(acme, id).await.unwrap().is_none() && read.organization(acme).await.unwrap().is_some());
}

#[tokio::test]
async fn c38_the_last_owner_must_hand_over_or_delete_first_and_is_told_so() {
    let server = TestServer::start().await;
    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    let told = owner.get("/account/delete").await;
    assert!(told.status == 409 && ["Apollo", "Gemini"].iter().all(|name| told.body.contains(name)), "{}", told.body);
    let csrf = ("csrf", page::form(&told.body, &format!("/owners/{}", server.seeded.member)).unwrap().1[0].1.clone());
    let typed = owner.post("/account/delete", &[(csrf.0, &csrf.1), ("confirmation", "owner@example.com")]).await;
    assert_eq!(typed.status, 409, "not by force either");
    assert!(user(&server, "owner@example.com").await.unwrap().erase_at.is_none());
    let to = format!("/account/organizations/{}/owners/{}", server.seeded.acme, server.seeded.member);
    assert_eq!(owner.submit(&told, &to, &[]).await.location().as_deref(), Some("/account/delete"));
    assert_eq!(leaves(&owner, "owner@example.com").await.status, 200);
    // The one owner who stays is the last again.
    assert_eq!(server.signed_in().await.get("/account/delete").await.status, 409);
}

#[tokio::test]
async fn c38_an_organisation_is_deleted_by_an_owner_who_types_its_name() {
    let server = TestServer::start().await;
    let (owner, member) = (server.browser(), server.signed_in().await);
    owner.sign_in("owner@example.com", PASSWORD).await;
    let tokens = server.cli().connect(&member).await;
    let path = format!("/account/organizations/{}/delete", server.seeded.acme);
    assert_eq!(member.get(&path).await.status, 404, "a member cannot");
    let shown = owner.get(&path).await;
    assert!(shown.body.contains("its project Apollo"), "{}", shown.body);
    assert_eq!(owner.submit(&shown, &path, &[("confirmation", "Acme Inc")]).await.status, 422);
    assert!(server.api().accepts(&tokens.access).await);
    let gone = owner.submit(&shown, &path, &[("confirmation", "acme")]).await;
    assert_eq!(gone.location().as_deref(), Some("/account/delete"), "{}", gone.body);
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(owner.get("/account/delete").await.status, 200);
}

#[tokio::test]
async fn c38_without_grace_an_account_goes_at_once_and_its_address_is_free() {
    let server = TestServer::start_with(&[("ACCOUNTS__DELETION_GRACE", "0s")]).await;
    let browser = server.signed_in().await;
    let before = user(&server, MEMBER).await.unwrap().id;
    let gone = leaves(&browser, MEMBER).await;
    assert!(gone.status == 200 && gone.body.contains("Your account is deleted"), "{}", gone.body);
    assert_eq!(server.mail(MEMBER).await.kind, "account_erased");
    assert!(user(&server, MEMBER).await.is_none());
    let add = Act::UserAdd { email: MEMBER.into(), name: None, password: None, email_verified: true };
    seed::act(&server.authority, add).await;
    assert_ne!(user(&server, MEMBER).await.unwrap().id, before, "the next person is another one");
}

#[tokio::test]
async fn c38_an_operator_erases_at_once_whatever_waits() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let form = browser.get("/forgotten").await;
    browser.submit(&form, "/forgotten", &[("email", MEMBER)]).await;
    let link = server.mail(MEMBER).await.words.link.unwrap();
    let id = user(&server, MEMBER).await.unwrap().id;
    seed::act(&server.authority, Act::UserRemove { user: MEMBER.into() }).await;
    assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(browser.get(link.strip_prefix(&server.issuer).unwrap()).await.status, 410);
    let held = server.authority.store().read().await.unwrap().held_of(id).await.unwrap();
    for table in held {
        let left = table.rows.iter().flatten().filter(|(name, _)| name == "address");
        assert!(table.rows.is_empty() || table.name == "events", "{}", table.name);
        assert!(left.clone().all(|(_, value)| *value == storage::Held::Nothing), "{left:?}");
    }
}
