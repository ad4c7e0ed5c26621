//! V-22: whoever is disabled is out by every way in, and stays disabled.

use identity::admin::Act;
use model::Id;

use super::flow::{allow, begin, is_pending, is_sign_in, no_code};
use crate::harness::{Answer, PASSWORD, TestServer, seed};

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

/// What can be disabled beside a person, and stands behind what an app may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thing {
    Organization,
    Project,
    Clients,
    Resource,
}

impl Thing {
    fn acts(self) -> Vec<Act> {
        match self {
            Self::Organization => vec![Act::OrganizationSetDisabled { organization: "acme".into(), disabled: true }],
            Self::Project => {
                vec![Act::ProjectSetDisabled { organization: "acme".into(), project: "apollo".into(), disabled: true }]
            }
            Self::Clients => ["demo-app", "demo-cli", "demo-service"]
                .map(|client| Act::ClientSetDisabled { client: client.into(), disabled: true })
                .into(),
            Self::Resource => vec![Act::ResourceSetDisabled { resource: "demo-api".into(), disabled: true }],
        }
    }

    fn show(self) -> Act {
        match self {
            Self::Organization => Act::OrganizationShow { organization: "acme".into() },
            Self::Project => Act::ProjectShow { organization: "acme".into(), project: "apollo".into() },
            Self::Clients => Act::ClientShow { client: "demo-app".into() },
            Self::Resource => Act::ResourceShow { resource: "demo-api".into() },
        }
    }
}

/// Every way in to a project, and whether it led there; `disabled` is what was disabled before they were tried, with all that
/// they begin with in hand.
async fn ways_in(disabled: Option<Thing>) -> Vec<(&'static str, bool)> {
    let server = TestServer::start().await;
    let (browser, app, cli) = (server.signed_in().await, server.web_app(), server.cli());
    let scope = ("scope", "openid issues:read offline_access");
    let apollo = server.seeded.apollo.as_str();
    let tokens = app.redeem(&app.approve_at(&browser, &app.authorize(&[scope]), Some(apollo)).await).await;
    let issued = browser.open(&app.authorize(&[scope])).await.sent("code").expect("a grant covers it");
    let waiting = begin(&browser, &cli.authorize(&[])).await;
    let own = [("grant_type", "client_credentials")];
    let of_its_own = given(&server.service().token(&own).await).expect("a client of its own");

    for act in disabled.map(Thing::acts).unwrap_or_default() {
        seed::act(&server.authority, act).await;
    }
    let silent = browser.open(&app.authorize(&[scope, ("prompt", "none")])).await;
    let anew = given(&server.service().token(&own).await);
    let ways = vec![
        ("an access token", is_accepted(&server, Some(&tokens.access)).await),
        ("an access token of a client's own", is_accepted(&server, Some(&of_its_own)).await),
        ("userinfo", app.userinfo(&tokens.access).await.status == 200),
        ("a code already issued", given(&app.try_redeem(&issued).await).is_some()),
        ("refresh", given(&app.try_refresh(tokens.refresh.as_deref().unwrap()).await).is_some()),
        ("client_credentials", anew.is_some()),
        ("what client_credentials gave", is_accepted(&server, anew.as_deref()).await),
        ("a page that was open already", allow(&browser, &waiting, apollo).await.sent("code").is_some()),
        ("a new request", browser.open(&app.authorize(&[scope])).await.sent("code").is_some()),
        ("silent approval", silent.sent("code").is_some()),
    ];
    if let Some(thing) = disabled {
        let shown = seed::act(&server.authority, thing.show()).await;
        assert!(shown["disabled_at"].is_number(), "{thing:?} was enabled by a way in: {shown}");
    }
    ways
}

/// Whether there is a token, and the resource server hears that it is good.
async fn is_accepted(server: &TestServer, token: Option<&str>) -> bool {
    let Some(token) = token else { return false };
    let told = server.api().try_introspect(&server.seeded.api_secret, token).await;
    assert!(!told.status.is_server_error(), "{} {}", told.status, told.body);
    told.status == 200 && told.json()["active"] == true
}

/// The access token of an answer.
fn given(answer: &Answer) -> Option<String> {
    assert!(!answer.status.is_server_error(), "{} {}", answer.status, answer.body);
    (answer.status == 200).then(|| seed::text(&answer.json(), "access_token"))
}

#[tokio::test]
async fn v22_whatever_is_disabled_closes_every_way_in_and_stays_disabled() {
    for (way, is_open) in ways_in(None).await {
        assert!(is_open, "{way} is closed though nothing is disabled");
    }
    for thing in [Thing::Organization, Thing::Project, Thing::Clients, Thing::Resource] {
        for (way, is_open) in ways_in(Some(thing)).await {
            assert!(!is_open, "{thing:?} is disabled, and {way} is open");
        }
    }
}
