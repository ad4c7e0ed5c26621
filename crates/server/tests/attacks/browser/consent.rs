//! V-28, V-53 and the choice of a project: what a person allowed is what they were asked, for that client alone.

use identity::admin::{Act, ClientAdd, ClientKind};
use serde_json::json;

use super::flow::{allow, asked, begin, grants, is_consent, is_pending, no_code};
use crate::harness::{Answer, Client, PASSWORD, TestServer, browser::http, page, seed};

#[tokio::test]
async fn v28_a_public_client_is_asked_for_again_every_time() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    cli.connect(&browser).await;
    // Any program on this computer can open another port, or the same one, and call itself by this name.
    for redirect_uri in
        ["http://127.0.0.1:4711/callback", "http://127.0.0.1:9999/callback", "http://localhost:9999/callback"]
    {
        for changes in [vec![], vec![("scope", "issues:read")], vec![("prompt", "none")], vec![("max_age", "100000")]] {
            let changes = [vec![("redirect_uri", redirect_uri)], changes].concat();
            let shown = browser.open(&cli.authorize(&changes)).await;
            no_code(&shown, redirect_uri);
            if changes.contains(&("prompt", "none")) {
                assert_eq!(
                    super::flow::link(&shown).query_pairs().find(|(name, _)| name == "error").unwrap().1,
                    "consent_required"
                );
            } else {
                assert!(is_consent(&shown), "{changes:?}: {}", shown.body);
            }
        }
    }
    assert_eq!(grants(&server, "demo-cli").await, 1);
}

#[tokio::test]
async fn v28_a_client_that_registered_itself_is_never_silent() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    for (method, redirect_uri) in
        [("none", "http://127.0.0.1:4711/callback"), ("client_secret_basic", "https://tool.example.com/callback")]
    {
        let body =
            json!({ "client_name": "Tool", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": method });
        let request = http(server.address)
            .post(server.url("/register"))
            .header("content-type", "application/json")
            .body(body.to_string());
        let made = Answer::of(request).await.json();
        let client = match made["client_secret"].as_str() {
            Some(secret) => Client::confidential(&server, made["client_id"].as_str().unwrap(), secret, redirect_uri),
            None => Client::public(&server, made["client_id"].as_str().unwrap(), redirect_uri),
        };
        client.connect(&browser).await;
        let shown = asked(&browser, &client.authorize(&[])).await;
        assert!(shown.body.contains("Registered itself; not verified"), "{}", shown.body);
        no_code(&browser.open(&client.authorize(&[("prompt", "none")])).await, method);
    }
}

async fn second_app(server: &TestServer) -> Client<'_> {
    let add = ClientAdd {
        name: "Other App".into(),
        kind: ClientKind::Confidential {},
        ..seed::plain("other-app", &["https://other.example.com/callback"])
    };
    let secret = seed::text(&seed::act(&server.authority, seed::client(add)).await, "client_secret");
    Client::confidential(server, "other-app", &secret, "https://other.example.com/callback")
}

#[tokio::test]
async fn v53_consent_for_one_client_is_none_for_another() {
    let server = TestServer::start().await;
    let (browser, app, other) = (server.signed_in().await, server.web_app(), second_app(&server).await);
    app.connect(&browser).await;
    assert!(browser.open(&app.authorize(&[])).await.sent("code").is_some(), "remembered for the one");
    let shown = asked(&browser, &other.authorize(&[])).await;
    assert!(shown.body.contains("Other App") && shown.body.contains("other.example.com"), "{}", shown.body);
    assert!(!shown.body.contains("Allowed before"));
    // Nor for more than was asked, nor for another person.
    assert!(is_consent(&browser.open(&app.authorize(&[("scope", "openid issues:read")])).await), "more than before");
    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    assert!(is_consent(&owner.open(&app.authorize(&[])).await), "another person");
    assert_eq!(grants(&server, "other-app").await, 0);
}

#[tokio::test]
async fn v53_the_page_says_who_asks_and_where_the_answer_goes_and_cannot_be_framed() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    for (client, name, host, origin) in [
        (server.web_app(), "Demo App", "app.example.com", "https://app.example.com"),
        (server.cli(), "Demo CLI", "127.0.0.1", "http://127.0.0.1:4711"),
    ] {
        let shown = asked(&browser, &client.authorize(&[])).await;
        assert!(
            shown.body.contains(name) && shown.body.contains(host) && shown.body.contains("member@example.com"),
            "{}",
            shown.body
        );
        let policy = shown.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.ends_with(&format!("form-action 'self' {origin}")),
            "{policy}"
        );
        assert_eq!(shown.header("x-frame-options"), "DENY");
        assert!(!shown.body.contains(" checked"), "nothing is chosen beforehand where there are several");
    }
}

#[tokio::test]
async fn v53_a_name_cannot_write_on_the_page() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let name = "</h1><script>alert(1)</script>\u{202e}evil\"><img src=x onerror=alert(1)>";
    let body = json!({ "client_name": name, "redirect_uris": ["https://tool.example.com/callback"], "token_endpoint_auth_method": "none" });
    let request = http(server.address)
        .post(server.url("/register"))
        .header("content-type", "application/json")
        .body(body.to_string());
    let made = Answer::of(request).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let client =
        Client::public(&server, made.json()["client_id"].as_str().unwrap(), "https://tool.example.com/callback");
    for address in [client.authorize(&[]), client.authorize(&[("scope", "nothing")])] {
        let shown = browser.open(&address).await;
        assert_eq!(shown.status, 200);
        assert!(
            !shown.body.contains("<script>alert")
                && !shown.body.contains("<img src=x")
                && !shown.body.contains('\u{202e}'),
            "{}",
            shown.body
        );
    }
}

#[tokio::test]
async fn v53_a_page_of_one_person_does_not_serve_for_the_next() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let shown = asked(&browser, &cli.authorize(&[])).await;
    let id = shown.consent_id();
    assert_eq!(super::flow::sign_in(&browser, "owner@example.com").await.status, 303);
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    let refused = browser.submit(&shown, &format!("/consent/{id}"), &fields).await;
    assert_eq!(refused.status, 403);
    assert!(is_pending(&server, &id).await);
    assert!(browser.get(&format!("/consent/{id}")).await.body.contains("owner@example.com"));
}

#[tokio::test]
async fn a_project_of_another_organisation_is_asked_again_and_gives_no_code() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let organization = server.seeded.acme.clone();
    for client in [server.cli(), server.web_app()] {
        let id = begin(&browser, &client.authorize(&[])).await;
        for project in
            [server.seeded.orion.as_str(), "", "x", "apollo", &organization, &id, &server.seeded.orion.to_lowercase()]
        {
            let again = allow(&browser, &id, project).await;
            no_code(&again, project);
            assert!(
                is_consent(&again) && page::has_id(&again.body, "refusal"),
                "{project}: {} {}",
                again.status,
                again.body
            );
            assert!(is_pending(&server, &id).await, "{project}");
        }
        let none = super::flow::send(&browser, &format!("/consent/{id}"), &[("decision", "allow")]).await;
        assert!(is_consent(&none) && page::has_id(&none.body, "refusal"));
        for decision in ["", "yes", "ALLOW", "allow "] {
            let refused = super::flow::send(
                &browser,
                &format!("/consent/{id}"),
                &[("decision", decision), ("project", &server.seeded.apollo)],
            )
            .await;
            assert_eq!(refused.status, 400, "{decision}");
        }
        let twice = [("decision", "deny"), ("decision", "allow"), ("project", server.seeded.apollo.as_str())];
        assert_eq!(super::flow::send(&browser, &format!("/consent/{id}"), &twice).await.status, 400);
        assert!(is_pending(&server, &id).await);
        assert_eq!(grants(&server, &client.id).await, 0);
        assert!(allow(&browser, &id, &server.seeded.gemini).await.sent("code").is_some());
    }
}

#[tokio::test]
async fn a_project_that_was_lost_meanwhile_is_not_given() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let shown = asked(&browser, &cli.authorize(&[])).await;
    let id = shown.consent_id();
    seed::act(&server.authority, Act::MemberRemove { organization: "acme".into(), user: "member@example.com".into() })
        .await;
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    let again = browser.submit(&shown, &format!("/consent/{id}"), &fields).await;
    no_code(&again, "membership lost");
    assert!(is_consent(&again) && !page::has_id(&again.body, "project-apollo"), "{}", again.body);
    assert!(is_pending(&server, &id).await);
}
