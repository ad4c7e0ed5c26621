//! V-15 and V-17: a confidential client authenticates for every grant type, by the kind of credential it registered; and what
//! was issued to one client is worth nothing in the hands of another.

use super::wire::{basic, error, fields, form};
use crate::harness::{TestServer, browser::encode};

#[tokio::test]
async fn v17_every_grant_type_refuses_every_wrong_way_to_authenticate() {
    let server = TestServer::start().await;
    let secret = server.seeded.app_secret.clone();
    let other = server.seeded.service_secret.clone();
    for grant in [
        &[("grant_type", "authorization_code"), ("code", "lyd_ac_x")][..],
        &[("grant_type", "refresh_token"), ("refresh_token", "lyd_rt_x")],
        &[("grant_type", "client_credentials")],
    ] {
        for credential in [
            &[("client_id", "demo-app")][..],
            &[("client_id", "demo-app"), ("client_secret", "wrong")],
            &[("client_id", "demo-app"), ("client_secret", &other)],
            &[("client_id", "nobody"), ("client_secret", &secret)],
            &[("client_id", "demo-cli"), ("client_secret", &secret)],
            &[
                ("client_id", "demo-app"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", "e30.e30.e30"),
            ],
        ] {
            let answer = fields(&server, "/token", &[grant, credential].concat()).await;
            assert_eq!(
                (answer.status.as_u16(), error(&answer).as_str()),
                (401, "invalid_client"),
                "{grant:?} {credential:?}"
            );
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        let header = basic("demo-app", "wrong");
        let answer = form(&server, "/token", &[("authorization", &header)], &encode(grant)).await;
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").starts_with("Basic"), "RFC 6749 §5.2");
    }
}

#[tokio::test]
async fn v15_codes_and_refresh_tokens_of_another_client_are_refused_and_stay_good() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let app = server.web_app();
    let answer = cli.approve(&browser, &server.seeded.apollo).await;
    let code = answer.sent("code").unwrap();
    assert_eq!(error(&app.try_redeem(&code).await), "invalid_grant", "another client with its own valid credentials");
    let mixed = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", "demo-cli"),
        ("client_secret", &server.seeded.app_secret),
    ];
    assert_eq!(
        error(&fields(&server, "/token", &mixed).await),
        "invalid_client",
        "one client's id with another's secret"
    );
    let nobody = fields(&server, "/token", &[("grant_type", "authorization_code"), ("code", &code)]).await;
    assert!(
        matches!(error(&nobody).as_str(), "invalid_client" | "invalid_request"),
        "no client at all: {}",
        nobody.body
    );
    let tokens = cli.redeem(&answer).await;
    let refresh = tokens.refresh.clone().unwrap();
    assert_eq!(error(&app.try_refresh(&refresh).await), "invalid_grant");
    app.revoke(&refresh).await;
    app.revoke(&tokens.access).await;
    assert!(server.api().accepts(&tokens.access).await, "another client cannot revoke it either");
    cli.refresh(&tokens).await;
}

#[tokio::test]
async fn two_ways_to_authenticate_in_one_request_and_a_secret_in_the_query_are_refused() {
    let server = TestServer::start().await;
    let header = basic("demo-service", &server.seeded.service_secret);
    let body = encode(&[
        ("grant_type", "client_credentials"),
        ("client_secret", &server.seeded.service_secret),
        ("client_id", "demo-service"),
    ]);
    assert_eq!(error(&form(&server, "/token", &[("authorization", &header)], &body).await), "invalid_request");
    let query = format!("/token?client_id=demo-service&client_secret={}", server.seeded.service_secret);
    let answer = form(&server, &query, &[], "grant_type=client_credentials").await;
    assert!(answer.status.is_client_error(), "{}", answer.body);
    assert!(!answer.body.contains("access_token"));
}

#[tokio::test]
async fn client_credentials_is_for_those_that_an_operator_gave_a_project() {
    let server = TestServer::start().await;
    assert_eq!(error(&server.cli().token(&[("grant_type", "client_credentials")]).await), "unauthorized_client");
    assert_eq!(error(&server.web_app().token(&[("grant_type", "client_credentials")]).await), "unauthorized_client");
    let header = basic("demo-service", &server.seeded.service_secret);
    let answer = form(&server, "/token", &[("authorization", &header)], "grant_type=client_credentials").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    assert!(answer.json().get("refresh_token").is_none() && answer.json().get("id_token").is_none());
    let told = server.api().introspect(&token).await;
    assert_eq!(told["project"], server.seeded.apollo.as_str());
    assert_eq!(told["access"], "read");
    assert_eq!(told["sub"], "demo-service");
}

#[tokio::test]
async fn introspection_is_for_resource_servers_and_tells_them_only_of_their_own() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let tokens = server.cli().connect(&browser).await;
    assert_eq!(server.api().try_introspect("wrong", &tokens.access).await.status, 401);
    assert_eq!(fields(&server, "/introspect", &[("token", &tokens.access)]).await.status, 401);
    let as_client = form(
        &server,
        "/introspect",
        &[("authorization", &basic("demo-app", &server.seeded.app_secret))],
        &encode(&[("token", &tokens.access)]),
    )
    .await;
    assert_eq!(as_client.status, 401, "a client is no resource server");
    assert_eq!(
        server.api().introspect(tokens.refresh.as_deref().unwrap()).await.to_string(),
        r#"{"active":false}"#,
        "a refresh token is no access token"
    );
    let app = server.web_app();
    let identity =
        app.redeem(&app.approve_at(&browser, &app.authorize_identity("openid email", &[]), None).await).await;
    assert_eq!(
        server.api().introspect(&identity.access).await.to_string(),
        r#"{"active":false}"#,
        "another audience's token"
    );
    assert_eq!(server.api().introspect("garbage").await.to_string(), r#"{"active":false}"#);
}
