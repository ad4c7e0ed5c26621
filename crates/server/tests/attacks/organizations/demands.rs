//! V-37 and C-09: whoever has not signed in as an organisation demands does not get into it, by no page, app, device or token; and is
//! told what is missing.

use std::time::Duration;

use identity::admin::{Act, ActErrorKind, TypedPassword};
use model::Role;
use protocol::Confidential;
use reqwest::Method;
use serde_json::Value;

use crate::{
    browser::flow::{CLI, allow, asked, begin, grants, send, sign_in},
    harness::{
        Browser, PASSWORD, TestServer, page,
        seed::{self, text},
        upstream::{Speaks, Upstream, offering, person, through},
    },
};

const STEP: Duration = Duration::from_secs(30);
const HERE: &str = "/organizations/acme";

async fn demand(server: &TestServer, second_factor: bool, ways_in: &[&str]) -> Value {
    let ways_in = ways_in.iter().map(|way| (*way).to_owned()).collect();
    let act = Act::OrganizationSetDemands { organization: "acme".into(), second_factor, ways_in };
    seed::act(&server.authority, act).await
}

/// Another member, an admin.
async fn admin_of_acme(server: &TestServer) {
    let (email, password) = ("admin@example.com".to_owned(), Some(TypedPassword(Confidential::new(PASSWORD))));
    let user = Act::UserAdd { email: email.clone(), name: None, password, email_verified: true };
    seed::act(&server.authority, user).await;
    let act = Act::MemberAdd { organization: "acme".into(), user: email, role: Role::Admin, named: None };
    seed::act(&server.authority, act).await;
}

/// Nothing of the organisation is shown or done; what is missing stands there.
async fn stays_out(browser: &Browser, missing: &str) {
    for below in ["", "/projects", "/projects/apollo", "/members", "/settings"] {
        let answer = browser.get(&format!("{HERE}{below}")).await;
        assert_eq!(answer.status, 403, "{below}: {}", answer.body);
        assert!(page::has_id(&answer.body, missing) && !answer.body.contains("Apollo"), "{below}: {}", answer.body);
    }
    let act = send(browser, &format!("{HERE}/projects"), &[("name", "Mine"), ("slug", "mine")]).await;
    assert_eq!(act.status, 403, "{}", act.body);
    assert!(!browser.get("/").await.body.contains("Apollo"), "on the front page");
    assert!(browser.get("/organizations").await.body.contains("asks for more"), "in the list");
    // Neither on the way out of the account.
    let leaving = browser.get("/account/delete").await;
    assert!(!leaving.body.contains("Apollo"), "{}", leaving.body);
}

/// An app is told nothing, whatever its person says.
async fn lets_nothing_in(server: &TestServer, browser: &Browser, missing: &str) {
    let before = grants(server, "demo-cli").await;
    let id = begin(browser, &server.cli().authorize(&[])).await;
    let answer = allow(browser, &id, &server.seeded.apollo).await;
    assert!(answer.status == 403 && page::has_id(&answer.body, missing), "{} {}", answer.status, answer.body);
    assert_eq!(grants(server, "demo-cli").await, before);
}

#[tokio::test]
async fn v37_whoever_came_in_by_a_way_that_does_not_count_does_not_get_in() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let nia = server.browser();
    nia.follow(through(&nia, &acme).await).await;
    let act =
        Act::MemberAdd { organization: "acme".into(), user: "nia@example.com".into(), role: Role::Owner, named: None };
    seed::act(&server.authority, act).await;
    assert_eq!(nia.get(HERE).await.status, 200);
    demand(&server, false, &["password"]).await;
    stays_out(&nia, "show-way").await;
    lets_nothing_in(&server, &nia, "show-way").await;
    let id = &server.seeded.acme;
    let shown = nia.get(&format!("/account/organizations/{id}/delete")).await;
    assert_eq!(shown.location().as_deref(), Some(&*format!("/organizations/{id}")), "{}", shown.body);
    let path = format!("/account/organizations/{id}/delete");
    assert_eq!(send(&nia, &path, &[("confirmation", "acme")]).await.location(), shown.location());
    let path = format!("/account/organizations/{id}/owners/{}", server.user("member@example.com").await.id);
    assert_eq!(send(&nia, &path, &[]).await.location(), shown.location());
    // Neither another trip to the provider nor a proof by it is another way.
    nia.follow(through(&nia, &acme).await).await;
    stays_out(&nia, "show-way").await;
    let asked = nia.get(&page::link(&nia.get(HERE).await.body, "show-way")).await;
    let there = nia.submit(&asked, "/prove/with/acme", &[]).await.location().unwrap();
    nia.follow(nia.get(&acme.agree(&there)).await).await;
    stays_out(&nia, "show-way").await;

    // And the other way round.
    let member = server.signed_in().await;
    assert_eq!(member.get(HERE).await.status, 200);
    demand(&server, false, &["acme"]).await;
    stays_out(&member, "show-way").await;
    lets_nothing_in(&server, &member, "show-way").await;
    assert_eq!(nia.get(HERE).await.status, 200);
    assert!(server.cli().connect(&nia).await.refresh.is_some());
}

#[tokio::test]
async fn v37_what_was_allowed_before_does_not_let_in_another_way_silently() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let device = &mut crate::harness::authenticator::Authenticator::new(&server.origin());
    browser.add_passkey(device, "Key").await;
    demand(&server, false, &["password"]).await;
    app.connect(&browser).await;
    let silent = browser.open(&app.authorize(&[])).await;
    assert!(silent.sent("code").is_some(), "by the way that counts: {}", silent.body);
    let other = server.browser();
    other.sign_in_with(device).await;
    assert_eq!(other.get("/account/sessions").await.status, 200);
    asked(&other, &app.authorize(&[])).await;
    let none = other.open(&app.authorize(&[("prompt", "none")])).await;
    assert_eq!((none.sent("code"), none.sent("error").as_deref()), (None, Some("consent_required")));
    let id = begin(&other, &app.authorize(&[])).await;
    assert_eq!(allow(&other, &id, &server.seeded.apollo).await.status, 403);
    stays_out(&other, "show-way").await;
}

#[tokio::test]
async fn c09_an_organisation_demands_a_second_factor_of_whoever_comes_in() {
    let server = TestServer::start().await;
    let (member, app, _) = server.with_app().await;
    let owner = server.browser();
    sign_in(&owner, "owner@example.com").await;
    let (good, bad) = (server.cli().connect(&member).await, server.cli().connect(&owner).await);
    let waiting = server.device().begin().await;
    let program = server.program("owner@example.com", true).await;
    assert_eq!(program.get("/api/v1/organizations/acme").await.status, 200);

    assert_eq!(demand(&server, true, &[]).await["ended"], 1, "what was given by a password alone");
    let refresh = |tokens: &crate::harness::app::Tokens| tokens.refresh.clone().unwrap();
    assert_eq!(server.cli().try_refresh(&refresh(&bad)).await.json()["error"], "invalid_grant");
    let good = server.cli().refresh(&good).await;
    stays_out(&owner, "set-up-app").await;
    lets_nothing_in(&server, &owner, "set-up-app").await;
    let device = owner.asked_of_device(&waiting).await;
    let fields = [("decision", "allow"), ("project", &*server.seeded.apollo), ("own_device", "yes")];
    assert_eq!(owner.decide(&device, &fields).await.status, 403);
    for (method, path) in
        [(Method::GET, "/api/v1/organizations/acme"), (Method::GET, "/api/v1/organizations/acme/keys")]
    {
        let answer = crate::harness::Answer::of(program.request(method, path)).await;
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }

    // To go is open to whoever belongs to it.
    let admin = server.browser();
    admin_of_acme(&server).await;
    sign_in(&admin, "admin@example.com").await;
    let asked = admin.get(&page::link(&admin.get(HERE).await.body, "leave")).await;
    assert!(asked.status == 200 && !asked.body.contains("Apollo"), "{}", asked.body);
    assert_eq!(admin.submit(&asked, &format!("{HERE}/leave"), &[]).await.location().as_deref(), Some("/organizations"));
    assert_eq!(admin.get(HERE).await.status, 404);

    // One who has both, and loses it.
    assert_eq!(member.get(HERE).await.status, 200);
    let asked = member.get("/account/totp/remove").await;
    member.submit(&asked, "/account/totp/remove", &[]).await;
    assert_eq!(server.cli().try_refresh(&refresh(&good)).await.json()["error"], "invalid_grant");
    stays_out(&member, "set-up-app").await;
    drop(app);
}

#[tokio::test]
async fn c09_whoever_has_a_second_factor_shows_it_and_goes_on_where_they_were() {
    let server = TestServer::start().await;
    let late = server.browser();
    late.sign_in("member@example.com", PASSWORD).await;
    let (_, app, _) = server.with_app().await;
    demand(&server, true, &[]).await;
    stays_out(&late, "show-factor").await;
    let id = begin(&late, &server.cli().authorize(&[])).await;
    let refused = allow(&late, &id, &server.seeded.apollo).await;
    assert_eq!(refused.status, 403);
    // A proof of a moment ago is not what is asked.
    let asked = late.get(&page::link(&refused.body, "show-factor")).await;
    assert_eq!(asked.status, 200, "{:?}", asked.location());
    server.advance(STEP);
    let half = late.follow(late.submit(&asked, "/prove", &[("password", PASSWORD)]).await).await;
    let back = late.gives_code(&half, &app.code(server.authority.now())).await;
    let shown = late.follow(back).await;
    let chosen = page::value_of(&shown.body, "project-apollo");
    assert_eq!(chosen.as_deref(), Some(&*server.seeded.apollo), "{}", shown.body);
    let checked = shown.body.split("id=\"project-apollo\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(checked.contains("checked"), "the choice is kept: {checked}");
    let answer = allow(&late, &id, &server.seeded.apollo).await;
    assert!(answer.location().unwrap().starts_with(CLI), "{:?}", answer.location());
    assert_eq!(late.get(HERE).await.status, 200);
}

#[tokio::test]
async fn c09_nobody_demands_what_they_do_not_meet_themselves() {
    let server = TestServer::start().await;
    let owner = server.browser();
    sign_in(&owner, "owner@example.com").await;
    let settings = owner.get(&format!("{HERE}/settings")).await;
    assert!(page::has_id(&settings.body, "set-demands"), "{}", settings.body);
    let to = format!("{HERE}/settings/demands");
    for fields in [[("demand-second-factor", "on")], [("way-passkey", "on")]] {
        let refused = owner.submit(&settings, &to, &fields).await;
        assert!(refused.status == 422 && refused.body.contains("You do not meet that yourself"), "{}", refused.body);
    }
    assert_eq!(owner.submit(&settings, &to, &[("way-nowhere", "on")]).await.status, 422);
    assert_eq!(owner.get(HERE).await.status, 200);
    owner.sets_up_app(&server).await;
    let set = owner.submit(&settings, &to, &[("demand-second-factor", "on"), ("way-password", "on")]).await;
    assert_eq!(set.location().as_deref(), Some(&*format!("{HERE}/settings")));
    let shown = seed::act(&server.authority, Act::OrganizationShow { organization: "acme".into() }).await;
    assert_eq!(shown["ways_in"], serde_json::json!(["password"]));
    assert!(shown["second_factor_at"].is_i64() && !text(&shown, "name").is_empty());

    // Not an admin's to say, and not without a proof of just now.
    let admin = server.browser();
    admin_of_acme(&server).await;
    sign_in(&admin, "admin@example.com").await;
    admin.sets_up_app(&server).await;
    assert_eq!(send(&admin, &to, &[]).await.status, 404);
    server.advance(11 * 60 * Duration::from_secs(1));
    let led = send(&owner, &to, &[]).await;
    assert!(led.location().unwrap().starts_with("/prove?for="), "{:?}", led.location());
    let token = server.program("owner@example.com", true).await;
    let none = serde_json::json!({"demands": {"second_factor": false}});
    let change = token.patch("/api/v1/organizations/acme", "*", &none).await;
    assert_eq!(change.status, 403, "a token that was made by less");
    let act =
        Act::OrganizationSetDemands { organization: "acme".into(), second_factor: false, ways_in: vec!["x y".into()] };
    let refused = server.authority.act(act, server.authority.now()).await.unwrap_err();
    assert_eq!(refused.kind, ActErrorKind::Invalid);
}
