//! `/admin`: operators administer the server, and for everybody else there is nothing.

use std::time::Duration;

use identity::admin::Act;
use storage::{TrailFilter, TrailOf};

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page, seed};

const PLACES: [&str; 8] = [
    "/admin",
    "/admin/people",
    "/admin/organizations",
    "/admin/clients",
    "/admin/keys",
    "/admin/providers",
    "/admin/mail",
    "/admin/settings",
];

async fn operator(server: &TestServer) -> Browser {
    set_operator(server, true).await;
    signed_in(server, "owner@example.com").await
}

async fn set_operator(server: &TestServer, operator: bool) {
    seed::act(&server.authority, Act::UserSetOperator { user: "owner@example.com".into(), operator }).await;
}

async fn signed_in(server: &TestServer, email: &str) -> Browser {
    let browser = server.browser();
    browser.sign_in(email, PASSWORD).await;
    browser
}

async fn press(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let home = browser.get("/").await;
    let (_, hidden) = page::form(&home.body, "/sign-out").expect("a form");
    let mut all: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend(fields);
    browser.post(path, &all).await
}

#[tokio::test]
async fn whoever_operates_nothing_finds_nothing_there() {
    let server = TestServer::start().await;
    let owner = signed_in(&server, "owner@example.com").await;
    let member = format!("/admin/people/{}", server.seeded.member);
    for place in PLACES.into_iter().chain([member.as_str()]) {
        assert_eq!(owner.get(place).await.status, 404, "{place}");
        assert_eq!(server.browser().get(place).await.location().as_deref(), Some("/sign-in"), "{place}");
    }
    for (path, fields) in [
        (format!("{member}/disable"), &[][..]),
        (format!("{member}/erase"), &[("confirmation", "member@example.com")]),
        ("/admin/keys/rotate".to_owned(), &[]),
        ("/admin/clients".to_owned(), &[("client", "demo-cli"), ("switch", "off")]),
        (format!("/admin/organizations/{}/disable", server.seeded.acme), &[]),
    ] {
        assert_eq!(press(&owner, &path, fields).await.status, 404, "{path}");
    }
    assert!(server.signed_in().await.get("/connections").await.status == 200, "nothing has happened");
}

#[tokio::test]
async fn operators_come_in_with_a_recent_proof_and_only_for_as_long_as_they_are_some() {
    let server = TestServer::start().await;
    let owner = operator(&server).await;
    for place in PLACES {
        let shown = owner.get(place).await;
        assert_eq!(shown.status, 200, "{place}: {}", shown.body);
        assert!(!shown.body.contains('⟦'), "{place}: {}", shown.body);
    }
    assert!(owner.get("/account/security").await.body.contains("You became an operator of this server"));
    server.advance(Duration::from_secs(11 * 60));
    let asked = owner.get("/admin/people").await;
    assert_eq!(asked.location().as_deref(), Some("/prove?for=administration"));
    let form = owner.follow(asked).await;
    let proved = owner.submit(&form, "/prove", &[("password", PASSWORD)]).await;
    assert_eq!(proved.location().as_deref(), Some("/admin"));
    assert_eq!(owner.get("/admin").await.status, 200);
    set_operator(&server, false).await;
    assert_eq!(owner.get("/admin").await.status, 404);
    assert_eq!(press(&owner, "/admin/keys/rotate", &[]).await.status, 404);
}

#[tokio::test]
async fn an_account_is_found_switched_off_signed_out_and_erased() {
    let server = TestServer::start().await;
    let (owner, member) = (operator(&server).await, server.signed_in().await);
    let tokens = server.cli().connect(&member).await;
    let list = owner.get("/admin/people?from=mem").await;
    let here = format!("/admin/people/{}", server.seeded.member);
    assert!(list.body.contains(&here) && !list.body.contains("admin@"), "{}", list.body);
    let found = owner.submit(&list, "/admin/people", &[("from", "zzz")]).await;
    assert!(owner.follow(found).await.body.contains("Nobody from there on"));

    let one = owner.get(&here).await;
    assert!(one.body.contains("signed in with one browser") && one.body.contains("one connection"), "{}", one.body);
    owner.submit(&one, &format!("{here}/end-sessions"), &[]).await;
    assert_eq!(member.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(server.api().accepts(&tokens.access).await, "connections stay");
    owner.submit(&one, &format!("{here}/disable"), &[]).await;
    assert!(!server.api().accepts(&tokens.access).await);
    let off = owner.get(&here).await;
    owner.submit(&off, &format!("{here}/enable"), &[]).await;
    assert!(server.signed_in().await.get("/account/security").await.body.contains("signed you out everywhere"));

    let ask = owner.get(&format!("{here}/erase")).await;
    let wrong = owner.submit(&ask, &format!("{here}/erase"), &[("confirmation", "somebody")]).await;
    assert_eq!(wrong.status, 422);
    let gone = owner.submit(&ask, &format!("{here}/erase"), &[("confirmation", "member@example.com")]).await;
    assert_eq!(gone.location().as_deref(), Some("/admin/people"));
    assert_eq!(owner.get(&here).await.status, 404);
    assert!(!server.api().accepts(&tokens.access).await);
}

#[tokio::test]
async fn organisations_apps_and_keys_are_in_an_operators_hands() {
    let server = TestServer::start().await;
    let (owner, member) = (operator(&server).await, server.signed_in().await);
    let (tokens, api) = (server.cli().connect(&member).await, server.api());
    let list = owner.get("/admin/organizations").await;
    let acme = format!("/admin/organizations/{}", server.seeded.acme);
    owner.submit(&list, &format!("{acme}/disable"), &[]).await;
    assert!(!api.accepts(&tokens.access).await);
    let off = owner.get("/admin/organizations").await;
    owner.submit(&off, &format!("{acme}/enable"), &[]).await;
    assert!(api.accepts(&tokens.access).await);

    let apps = owner.get("/admin/clients").await;
    assert!(apps.body.contains("Demo CLI") && apps.body.contains("issues:write") && apps.body.contains("changes"));
    press(&owner, "/admin/clients", &[("client", "demo-cli"), ("switch", "off")]).await;
    assert!(!api.accepts(&tokens.access).await);
    press(&owner, "/admin/clients", &[("client", "demo-cli"), ("switch", "on")]).await;
    assert!(api.accepts(&tokens.access).await);

    let keys = owner.get("/admin/keys").await;
    let count = |body: &str| body.matches("ES256").count();
    owner.submit(&keys, "/admin/keys/rotate", &[]).await;
    assert_eq!(count(&owner.get("/admin/keys").await.body), count(&keys.body) + 1);
    let mut read = server.authority.store().read().await.unwrap();
    let trail = read.trail(&TrailFilter::all(TrailOf::Server), 1000).await.unwrap();
    let rotated = trail.iter().find(|one| one.entry.action == "signing_keys.rotated").unwrap();
    assert_eq!(rotated.by_email.as_deref(), Some("owner@example.com"), "whoever pressed it is named");
}

#[tokio::test]
async fn settings_in_force_are_shown_without_their_secrets() {
    let server = TestServer::start_with(&[
        ("MAIL__SERVER", "mail.example.com"),
        ("MAIL__FROM", "no-reply@example.com"),
        ("MAIL__USERNAME", "lanyard"),
        ("MAIL__PASSWORD", "a-secret-of-the-mail-server"),
        ("TOKENS__ACCESS_LIFETIME", "7m"),
    ])
    .await;
    let owner = operator(&server).await;
    let shown = owner.get("/admin/settings").await;
    assert!(shown.body.contains("access_lifetime") && shown.body.contains("7m"), "{}", shown.body);
    assert!(shown.body.contains("mail.example.com") && !shown.body.contains("a-secret-of-the-mail-server"));
}
