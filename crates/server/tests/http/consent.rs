//! The page that asks, and every answer to it.

use std::time::Duration;

use identity::admin::{Act, TypedPassword};
use protocol::Confidential;

use crate::harness::{Answer, PASSWORD, TestServer, page, seed};

#[tokio::test]
async fn no_leads_back_with_access_denied() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let asked = browser.open(&server.cli().authorize(&[])).await;
    let id = asked.consent_id();
    let answer = browser.submit(&asked, &format!("/consent/{id}"), &[("decision", "deny")]).await;
    assert_eq!(answer.sent("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    assert_eq!(answer.sent("iss"), Some(server.issuer.clone()));
    assert_eq!(answer.sent("code"), None);
    assert!(page::grants(&browser.get("/connections").await.body).is_empty());
}

#[tokio::test]
async fn a_second_answer_leads_to_the_same_place_and_does_nothing_more() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let asked = browser.open(&client.authorize(&[])).await;
    let id = asked.consent_id();
    let form = format!("/consent/{id}");
    let yes = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    let first = browser.submit(&asked, &form, &yes).await;
    let again = browser.submit(&asked, &form, &yes).await;
    let changed = browser.submit(&asked, &form, &[("decision", "deny")]).await;
    let reloaded = browser.get(&form).await;
    for other in [again, changed, reloaded] {
        assert_eq!(other.location(), first.location());
    }
    client.redeem(&first).await;
    assert_eq!(page::grants(&browser.get("/connections").await.body).len(), 1);
    server.advance(Duration::from_secs(31));
    let late = browser.get(&form).await;
    assert_eq!((late.status.as_u16(), late.location()), (400, None));
}

#[tokio::test]
async fn a_project_must_be_chosen_and_must_be_ones_own() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let asked = browser.open(&server.cli().authorize(&[])).await;
    let form = format!("/consent/{}", asked.consent_id());
    for project in [None, Some("nonsense"), Some(server.seeded.orion.as_str()), Some("0000000000000000000000")] {
        let mut fields = vec![("decision", "allow")];
        fields.extend(project.map(|project| ("project", project)));
        let again = browser.submit(&asked, &form, &fields).await;
        assert_eq!((again.status.as_u16(), again.location()), (200, None), "{project:?}");
        assert!(page::has_id(&again.body, "refusal"), "{project:?}");
    }
    for decision in ["", "maybe"] {
        assert_eq!(browser.submit(&asked, &form, &[("decision", decision)]).await.status, 400);
    }
    assert!(page::grants(&browser.get("/connections").await.body).is_empty());
}

#[tokio::test]
async fn what_the_form_says_of_the_request_is_not_read() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let asked = browser.open(&client.authorize(&[])).await;
    let lies = [
        ("decision", "allow"),
        ("project", server.seeded.apollo.as_str()),
        ("redirect_uri", "https://evil.example/"),
        ("state", "evil"),
        ("scope", "issues:write"),
        ("client_id", "demo-app"),
    ];
    let answer = browser.submit(&asked, &format!("/consent/{}", asked.consent_id()), &lies).await;
    assert!(answer.location().unwrap().starts_with("http://127.0.0.1:4711/callback?"));
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    let told = server.api().introspect(&client.redeem(&answer).await.access).await;
    assert_eq!(told["scope"], "issues:read offline_access");
}

#[tokio::test]
async fn a_form_without_its_proof_is_refused() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let asked = browser.open(&server.cli().authorize(&[])).await;
    let form = format!("/consent/{}", asked.consent_id());
    let yes = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    assert_eq!(browser.post(&form, &yes).await.status, 403);
    let foreign = server.signed_in().await.open(&server.cli().authorize(&[])).await;
    let (_, foreign) = page::form(&foreign.body, &format!("/consent/{}", foreign.consent_id())).unwrap();
    let (name, value) = &foreign[0];
    assert_eq!(browser.post(&form, &[yes[0], yes[1], (name, value)]).await.status, 403);
    let (_, own) = page::form(&asked.body, &form).unwrap();
    let (name, value) = &own[0];
    let cross_site =
        browser.post_with(&form, &[("origin", "https://evil.example")], &[yes[0], yes[1], (name, value)]).await;
    assert_eq!(cross_site.status, 403);
    assert!(page::grants(&browser.get("/connections").await.body).is_empty());
}

#[tokio::test]
async fn a_vouched_for_app_is_asked_once_and_a_stranger_every_time() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let app = server.web_app();
    let address = app.authorize_identity("openid profile", &[("nonce", "n-1")]);
    app.redeem(&app.approve_at(&browser, &address, None).await).await;
    let silent = browser.open(&address).await;
    assert!(silent.sent("code").is_some(), "{silent:?}");
    app.redeem(&silent).await;
    let more = browser.open(&app.authorize_identity("openid profile email", &[])).await;
    assert!(page::has_id(&more.body, "allow"), "what is new is asked");
    let prompted = browser.open(&app.authorize_identity("openid profile", &[("prompt", "consent")])).await;
    assert!(page::has_id(&prompted.body, "allow"));

    let cli = server.cli();
    cli.connect(&browser).await;
    let again = browser.open(&cli.authorize(&[])).await;
    assert!(page::has_id(&again.body, "allow"), "anybody can say that they are a program");
    assert!(page::has_id(&again.body, "project-apollo") && again.body.contains("connected already"), "{}", again.body);
    assert!(again.body.contains("read issues and comments"));
}

#[tokio::test]
async fn the_page_says_who_asks_where_it_leads_and_for_how_long() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let Answer { body, headers, .. } = browser.open(&server.cli().authorize(&[])).await;
    for words in [
        "Demo CLI",
        "member@example.com",
        "read issues and comments",
        "127.0.0.1",
        "30 days",
        "Acme",
        "account=another",
    ] {
        assert!(body.contains(words), "{words} is missing in {body}");
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("form-action 'self' http://127.0.0.1:4711"), "{policy}");
    let identity = browser.open(&server.web_app().authorize_identity("openid email", &[])).await;
    assert!(identity.body.contains("see your e-mail address") && !page::has_id(&identity.body, "project-apollo"));
    assert!(identity.header("content-security-policy").ends_with("form-action 'self' https://app.example.com"));
}

#[tokio::test]
async fn whoever_has_no_project_can_only_say_no() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let lonely = Act::UserAdd {
        email: "lonely@example.com".into(),
        name: None,
        password: Some(TypedPassword(Confidential::new(PASSWORD))),
        email_verified: true,
    };
    seed::act(&server.authority, lonely).await;
    browser.sign_in("lonely@example.com", PASSWORD).await;
    let asked = browser.open(&server.cli().authorize(&[])).await;
    assert!(page::has_id(&asked.body, "deny") && !page::has_id(&asked.body, "allow"), "{}", asked.body);
}
