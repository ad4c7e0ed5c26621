//! V-22: whoever is disabled is out by every way in, and stays disabled.

use identity::admin::Act;
use model::Id;

use super::flow::{allow, begin, is_pending, is_sign_in, no_code};
use crate::harness::{PASSWORD, TestServer, seed};

async fn set_disabled(server: &TestServer, disabled: bool) {
    seed::act(&server.authority, Act::UserSetDisabled { user: "member@example.com".into(), disabled }).await;
}

async fn is_disabled(server: &TestServer) -> bool {
    let id = Id::parse(&server.seeded.member).unwrap();
    server.authority.store().read().await.unwrap().user(id).await.unwrap().unwrap().disabled_at.is_some()
}

#[tokio::test]
async fn v22_a_disabled_person_is_out_by_every_way_in() {
    let server = TestServer::start().await;
    let (browser, app, cli, api) = (server.signed_in().await, server.web_app(), server.cli(), server.api());
    let scope = ("scope", "openid issues:read offline_access");
    let apollo = server.seeded.apollo.as_str();
    let tokens = app.redeem(&app.approve_at(&browser, &app.authorize(&[scope]), Some(apollo)).await).await;
    let issued = browser.open(&app.authorize(&[scope])).await.sent("code").expect("a grant covers it");
    let waiting = begin(&browser, &cli.authorize(&[])).await;
    assert!(api.accepts(&tokens.access).await && app.userinfo(&tokens.access).await.status == 200);
    let proof = super::flow::csrf(&browser).await;

    set_disabled(&server, true).await;

    let refused = server.browser().try_sign_in("member@example.com", PASSWORD).await;
    assert_eq!(refused.status, 422, "password");
    assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"), "session cookie");
    assert!(!browser.get("/").await.body.contains("member@example.com"), "session cookie");
    assert_eq!(app.try_redeem(&issued).await.json()["error"], "invalid_grant", "a code already issued");
    assert_eq!(app.try_refresh(tokens.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant", "refresh");
    assert!(!api.accepts(&tokens.access).await, "access token");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401, "userinfo");
    let silent = browser.get(&app.authorize(&[scope])).await;
    let silent = browser.follow(silent).await;
    assert!(is_sign_in(&silent), "silent approval: {} {:?}", silent.status, silent.location());
    let silent = browser.open(&app.authorize(&[scope, ("prompt", "none")])).await;
    assert_eq!(silent.sent("error").as_deref(), Some("login_required"), "silent approval");
    let fields = [("csrf", proof.as_str()), ("decision", "allow"), ("project", apollo)];
    let late = browser.post(&format!("/consent/{waiting}"), &fields).await;
    no_code(&late, "a page that was open already");
    assert!(is_pending(&server, &waiting).await, "a page that was open already");
    let form = server.browser();
    let sign_up = form.get("/sign-up").await;
    let again = form.submit(&sign_up, "/sign-up", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
    assert!(again.status == 303 && form.cookie("session").is_none(), "signing up again: {}", again.status);
    assert!(server.inbox.as_ref().unwrap().all().is_empty(), "and no mail opens anything");

    assert!(is_disabled(&server).await, "no way in has enabled the account");
}

#[tokio::test]
async fn v22_enabling_again_revives_no_session() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    set_disabled(&server, true).await;
    set_disabled(&server, false).await;
    assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(is_sign_in(&browser.open(&cli.authorize(&[])).await));
    browser.sign_in("member@example.com", PASSWORD).await;
    let id = begin(&browser, &cli.authorize(&[])).await;
    assert!(allow(&browser, &id, &server.seeded.apollo).await.sent("code").is_some());
}
