//! `/authorize`: what arrives there, and what an error may do.

use std::time::Duration;

use crate::harness::{Answer, PASSWORD, TestServer, page};

#[tokio::test]
async fn a_person_signs_in_allows_reading_one_project_and_takes_it_back() {
    let server = TestServer::start().await;
    let (browser, client, api) = (server.browser(), server.cli(), server.api());

    let sign_in = browser.open(&client.authorize(&[])).await;
    assert_eq!(sign_in.status, 200);
    assert!(sign_in.body.contains("Demo CLI"), "the page names who waits");
    let form = [("email", "member@example.com"), ("password", PASSWORD)];
    let consent = browser.follow(browser.submit(&sign_in, "/sign-in", &form).await).await;
    assert!(page::has_id(&consent.body, "allow") && page::has_id(&consent.body, "deny"), "{}", consent.body);
    assert_eq!(page::value_of(&consent.body, "project-apollo"), Some(server.seeded.apollo.clone()));
    assert!(page::has_id(&consent.body, "project-gemini") && !page::has_id(&consent.body, "project-orion"));

    let answer = client.approve(&browser, &server.seeded.apollo).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().unwrap().starts_with("http://127.0.0.1:4711/callback?"));
    assert_eq!(answer.sent("state").as_deref(), Some("st-4711"));
    assert_eq!(answer.sent("iss"), Some(server.issuer.clone()));

    let tokens = client.redeem(&answer).await;
    let told = api.introspect(&tokens.access).await;
    assert_eq!(told["active"], true);
    assert_eq!(told["access"], "read");
    assert_eq!(told["project"], server.seeded.apollo.as_str());
    assert_eq!(told["organization"], server.seeded.acme.as_str());
    assert_eq!(told["sub"], server.seeded.member.as_str());
    assert_eq!(told["iss"], server.issuer.as_str());

    let fresh = client.refresh(&tokens).await;
    assert_ne!(fresh.access, tokens.access);
    assert!(api.accepts(&fresh.access).await);

    let connections = browser.get("/connections").await;
    let [grant] = page::grants(&connections.body).try_into().unwrap();
    let done = browser.submit(&connections, &format!("/connections/{grant}/disconnect"), &[]).await;
    let done = browser.follow(done).await;
    assert!(done.body.contains("Demo CLI is disconnected"), "{}", done.body);
    assert!(!api.accepts(&fresh.access).await);
    assert_eq!(client.try_refresh(fresh.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn an_address_that_was_not_registered_is_never_followed() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    for uri in [
        "https://evil.example/callback",
        "http://127.0.0.1:4711/callback/x",
        "http://127.0.0.1:4711/callback?x=1",
        "http://evil.example/callback",
    ] {
        let refused = browser.get(&client.authorize(&[("redirect_uri", uri)])).await;
        assert_eq!((refused.status.as_u16(), refused.location()), (400, None), "{uri}");
        assert!(refused.body.contains("<title>Error:"), "{uri}");
        assert!(!refused.body.contains("evil.example"), "{uri}");
    }
    let unknown = browser.get(&client.authorize(&[("client_id", "nobody")])).await;
    assert_eq!((unknown.status.as_u16(), unknown.location()), (400, None));
    let none = browser.get("/authorize").await;
    assert_eq!((none.status.as_u16(), none.location()), (400, None));
}

#[tokio::test]
async fn a_program_hears_in_json_that_its_client_is_gone() {
    let server = TestServer::start().await;
    let address = server.cli().authorize(&[("client_id", "gone")]);
    let refused = server.browser().get_with(&address, &[("accept", "application/json")]).await;
    assert_eq!(refused.json()["error"], "invalid_client");
    assert_eq!(refused.header("content-type"), "application/json");
    let person = server.browser().get_with(&address, &[("accept", "text/html,application/json;q=0.9")]).await;
    assert!(person.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn doubled_parameters_are_refused_and_never_where_they_could_steer() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let address = client.authorize(&[]);
    for (name, value) in client.ask(&[]) {
        if name == "resource" {
            continue;
        }
        for again in [value.as_str(), "another"] {
            let doubled = format!(
                "{address}&{}",
                url::form_urlencoded::Serializer::new(String::new()).append_pair(&name, again).finish()
            );
            let refused = browser.get(&doubled).await;
            assert_eq!(refused.location(), None, "{name}");
            assert!(refused.status == 400 || page::has_id(&refused.body, "continue"), "{name}: {}", refused.status);
            if matches!(name.as_str(), "client_id" | "redirect_uri") {
                assert_eq!(refused.status, 400, "{name}");
                assert!(!page::has_id(&refused.body, "continue"), "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_post_comes_back_as_a_get_so_that_its_cookies_count() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let params = client.ask(&[("state", "a b&c=d")]);
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // A cross-site POST comes without Lax cookies.
    let stranger = server.browser();
    let sent_on = stranger
        .post_with("/authorize", &[("origin", "https://app.example.com"), ("sec-fetch-site", "cross-site")], &params)
        .await;
    assert_eq!(sent_on.status, 303);
    assert_eq!(sent_on.header("set-cookie"), "", "the cookies that the browser has are not replaced");
    let consent = browser.follow(sent_on).await;
    let id = consent.consent_id();
    let answer = browser
        .submit(&consent, &format!("/consent/{id}"), &[("decision", "allow"), ("project", &server.seeded.apollo)])
        .await;
    assert_eq!(answer.sent("state").as_deref(), Some("a b&c=d"));
    client.redeem(&answer).await;

    let careless: Vec<_> =
        params.iter().copied().chain([("client_secret", "sent by mistake"), ("acr_values", "x")]).collect();
    let location = stranger.post("/authorize", &careless).await.location().unwrap();
    assert!(location.contains("acr_values=x") && !location.contains("mistake"), "{location}");

    let twice = browser.post(&client.authorize(&[]), &params).await;
    assert_eq!((twice.status.as_u16(), twice.location()), (400, None));
}

#[tokio::test]
async fn without_an_act_of_the_person_an_error_is_a_page_except_for_openid_clients() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let page = browser.open(&server.cli().authorize(&[("prompt", "none")])).await;
    assert_eq!(page.status, 200);
    assert!(page::has_id(&page.body, "continue") && page.body.contains("error=login_required"), "{}", page.body);
    let no_pkce = browser.open(&server.cli().authorize(&[("code_challenge", ""), ("code_challenge_method", "")])).await;
    assert!(
        page::has_id(&no_pkce.body, "continue") && no_pkce.body.contains("error=invalid_request"),
        "{}",
        no_pkce.body
    );

    let redirect = browser.open(&server.web_app().authorize_identity("openid", &[("prompt", "none")])).await;
    assert_eq!(redirect.sent("error").as_deref(), Some("login_required"));
    assert_eq!(redirect.sent("iss"), Some(server.issuer.clone()));
    assert_eq!(redirect.sent("state").as_deref(), Some("st-4711"));
    let signed_in = server.signed_in().await;
    let redirect = signed_in.open(&server.web_app().authorize_identity("openid", &[("prompt", "none")])).await;
    assert_eq!(redirect.sent("error").as_deref(), Some("consent_required"));
}

#[tokio::test]
async fn another_browser_cannot_go_on_with_it() {
    let server = TestServer::start().await;
    let (thief, victim) = (server.browser(), server.signed_in().await);
    let begun = thief.get(&server.cli().authorize(&[])).await;
    let steps = begun.location().unwrap();
    let id = steps.rsplit('/').next().unwrap();
    for address in [steps.clone(), format!("/sign-in?authorization={id}"), format!("/sign-up?authorization={id}")] {
        let refused = victim.get(&address).await;
        assert_eq!(refused.status, 400, "{address}");
        assert!(refused.body.contains("another browser"), "{}", refused.body);
    }
    // Not even with a form of the victim's own.
    let own = victim.open(&server.cli().authorize(&[])).await;
    let own_id = own.consent_id();
    let forged = own.body.replace(&own_id, id);
    let forged = Answer { body: forged, ..own };
    let refused = victim
        .submit(&forged, &format!("/consent/{id}"), &[("decision", "allow"), ("project", &server.seeded.apollo)])
        .await;
    assert_eq!((refused.status.as_u16(), refused.location()), (400, None));
    assert_eq!(thief.open(&steps).await.location(), None);
}

#[tokio::test]
async fn a_request_that_waited_too_long_is_a_page() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let begun = browser.get(&server.cli().authorize(&[])).await;
    server.advance(Duration::from_secs(3601));
    let late = browser.get(&begun.location().unwrap()).await;
    assert_eq!(late.status, 400);
    assert!(late.body.contains("too old"), "{}", late.body);
    for unknown in ["/consent/0000000000000000000000", "/consent/short", "/consent/%00"] {
        assert!(browser.get(unknown).await.status.is_client_error(), "{unknown}");
    }
}

#[tokio::test]
async fn a_scope_is_narrowed_to_reading() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let asked = client.authorize(&[("scope", "issues:read issues:write unknown offline_access")]);
    let answer = client.approve_at(&browser, &asked, Some(&server.seeded.apollo)).await;
    let told = server.api().introspect(&client.redeem(&answer).await.access).await;
    assert_eq!((told["scope"].as_str(), told["access"].as_str()), (Some("issues:read offline_access"), Some("read")));
    let only_write = browser.open(&client.authorize(&[("scope", "issues:write")])).await;
    assert!(only_write.body.contains("error=invalid_scope"), "{}", only_write.body);
}
