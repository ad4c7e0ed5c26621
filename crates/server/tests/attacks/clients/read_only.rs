//! C-16 and C-17: a connector reads, in one project, whatever it asks or registers.

use serde_json::json;

use super::wire::error;
use crate::harness::{Answer, TestServer, browser::http};

#[tokio::test]
async fn c16_no_request_of_a_client_that_is_not_first_party_yields_a_write_scope() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let address = client.authorize(&[("scope", "issues:read issues:write admin offline_access")]);
    let tokens = client.redeem(&client.approve_at(&browser, &address, Some(&server.seeded.apollo)).await).await;
    let told = server.api().introspect(&tokens.access).await;
    assert_eq!((told["scope"].as_str().unwrap().contains("write"), told["access"].as_str()), (false, Some("read")));
    let refresh = tokens.refresh.clone().unwrap();
    let wider =
        [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("scope", "issues:read issues:write")];
    assert_eq!(error(&client.token(&wider).await), "invalid_scope");
    let only = browser.open(&client.authorize(&[("scope", "issues:write")])).await;
    assert!(!only.body.contains("id=\"allow\""), "nothing is left to allow");
}

#[tokio::test]
async fn c16_registration_cannot_name_a_write_scope_a_grant_type_or_a_standing_of_its_own() {
    let server = TestServer::start().await;
    let request = json!({
        "client_name": "Helper", "redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"],
        "scope": "issues:read issues:write", "first_party": true, "profile": "oidc", "organization_id": server.seeded.acme,
    });
    let answer = Answer::of(http(server.address).post(server.url("/register")).json(&request)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let registered = answer.json();
    assert!(!registered["scope"].as_str().unwrap_or_default().contains("write"), "{registered}");
    assert_eq!(registered["grant_types"], json!(["authorization_code", "refresh_token"]));
    let id = registered["client_id"].as_str().unwrap();
    let browser = server.signed_in().await;
    let client = crate::harness::Client::public(&server, id, "http://127.0.0.1:9999/callback");
    let address = client.authorize(&[("scope", "issues:read issues:write")]);
    let tokens = client.redeem(&client.approve_at(&browser, &address, Some(&server.seeded.apollo)).await).await;
    assert_eq!(server.api().introspect(&tokens.access).await["access"], "read");
    assert_eq!(error(&client.token(&[("grant_type", "client_credentials")]).await), "unauthorized_client");
}

#[tokio::test]
async fn c17_a_project_of_somebody_else_cannot_be_chosen() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let asked = browser.open(&client.authorize(&[])).await;
    for project in [server.seeded.orion.as_str(), "", "nonsense", server.seeded.acme.as_str()] {
        let fields = [("decision", "allow"), ("project", project)];
        let answer = browser.submit(&asked, &format!("/consent/{}", asked.consent_id()), &fields).await;
        assert!(answer.sent("code").is_none(), "{project}");
        assert!(answer.body.contains("id=\"allow\""), "the person is asked again");
    }
}

#[tokio::test]
async fn v54_a_token_for_one_resource_is_refused_at_another() {
    use crate::harness::seed::{act, text};
    let server = TestServer::start().await;
    let other = identity::admin::Act::ResourceAdd {
        id: Some("other-api".into()),
        name: "Other".into(),
        identifier: "https://other.example/".into(),
        scopes: vec!["notes:read=read:read notes".into()],
    };
    let secret = text(&act(&server.authority, other).await, "client_secret");
    let browser = server.signed_in().await;
    let tokens = server.cli().connect(&browser).await;
    let header = super::wire::basic("other-api", &secret);
    let body = crate::harness::browser::encode(&[("token", &tokens.access)]);
    let answer = super::wire::form(&server, "/introspect", &[("authorization", &header)], &body).await;
    assert_eq!(answer.body, r#"{"active":false}"#);
}

#[tokio::test]
async fn v54_every_answer_names_the_issuer_that_the_metadata_name() {
    use crate::browser::flow::{allow, begin, deny};
    let server = TestServer::start().await;
    let metadata = Answer::of(server.http().get(server.url("/.well-known/oauth-authorization-server"))).await.json();
    let issuer = metadata["issuer"].as_str().unwrap().to_owned();
    assert_eq!(issuer, server.issuer, "byte for byte");
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    let (browser, app) = (server.signed_in().await, server.web_app());
    let allowed = allow(&browser, &begin(&browser, &app.authorize(&[])).await, &server.seeded.apollo).await;
    let denied = deny(&browser, &begin(&browser, &app.authorize(&[("prompt", "consent")])).await).await;
    let stranger = server.browser().open(&app.authorize(&[("prompt", "none")])).await;
    let wrong = browser.open(&app.authorize(&[("scope", "nothing:here")])).await;
    let silent = browser.open(&app.authorize(&[])).await;
    for (answer, error) in [
        (&allowed, None),
        (&silent, None),
        (&denied, Some("access_denied")),
        (&stranger, Some("login_required")),
        (&wrong, Some("invalid_scope")),
    ] {
        assert_eq!(answer.sent("error").as_deref(), error);
        assert_eq!(answer.sent("iss").as_deref(), Some(issuer.as_str()), "{error:?}");
    }
}
