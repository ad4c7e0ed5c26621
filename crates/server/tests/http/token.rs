//! `/token`: what it takes, and how it refuses.

use std::time::Duration;

use crate::harness::{Answer, Client, TestServer, app::Tokens, browser::encode, seed::RESOURCE};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn assert_uncached(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
}

#[tokio::test]
async fn every_answer_is_json_that_nobody_keeps() {
    let server = TestServer::start().await;
    let client = server.cli();
    for (fields, status, error) in [
        (vec![("grant_type", "password"), ("username", "a"), ("password", "b")], 400, "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code")], 400, "invalid_request"),
        (
            vec![("grant_type", "authorization_code"), ("code", "x"), ("code_verifier", &client.verifier)],
            400,
            "invalid_grant",
        ),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "lyd_rt_nonsense")], 400, "invalid_grant"),
        (vec![("grant_type", "client_credentials")], 400, "unauthorized_client"),
        (vec![], 400, "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")], 400, "invalid_request"),
    ] {
        let answer = client.token(&fields).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (status, Some(error)), "{fields:?}");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_uncached(&answer);
    }
    let browser = server.signed_in().await;
    let answer = client.try_redeem(&client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap()).await;
    assert_eq!(answer.status, 200);
    assert_uncached(&answer);
    let json = answer.json();
    assert_eq!((json["token_type"].as_str(), json["expires_in"].as_u64()), (Some("Bearer"), Some(900)));
    assert!(
        json["access_token"].as_str().unwrap().starts_with("lyd_at_")
            && json["refresh_token"].as_str().unwrap().starts_with("lyd_rt_")
    );
}

#[tokio::test]
async fn only_a_form_that_is_posted_counts() {
    let server = TestServer::start().await;
    let (http, url) = (server.http(), server.url("/token"));
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let answer = Answer::of(http.request(method.parse().unwrap(), &url)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"), "{method}");
    }
    let json = Answer::of(
        http.post(&url).header("content-type", "application/json").body("{\"grant_type\":\"refresh_token\"}"),
    )
    .await;
    assert_eq!((json.status.as_u16(), json.json()["error"].as_str()), (400, Some("invalid_request")));
    let body = encode(&[("grant_type", "client_credentials")]);
    let query = [("client_id", "demo-service"), ("client_secret", server.seeded.service_secret.as_str())];
    let in_query = Answer::of(http.post(format!("{url}?{}", encode(&query))).header(FORM.0, FORM.1).body(body)).await;
    assert_eq!((in_query.status.as_u16(), in_query.json()["error"].as_str()), (400, Some("invalid_request")));
    let large = Answer::of(http.post(&url).header(FORM.0, FORM.1).body("a=".to_owned() + &"x".repeat(70_000))).await;
    assert!(large.status.is_client_error());
}

#[tokio::test]
async fn a_client_that_fails_to_prove_itself_is_challenged_where_it_tried() {
    let server = TestServer::start().await;
    let (http, url) = (server.http(), server.url("/token"));
    let grant = ("grant_type", "client_credentials");
    let send = |fields: &[(&str, &str)]| http.post(&url).header(FORM.0, FORM.1).body(encode(fields));
    let by_header = Answer::of(send(&[grant]).basic_auth("demo-service", Some("wrong"))).await;
    assert_eq!((by_header.status.as_u16(), by_header.json()["error"].as_str()), (401, Some("invalid_client")));
    assert!(by_header.header("www-authenticate").starts_with("Basic "));
    let unknown = Answer::of(send(&[grant]).basic_auth("nobody", Some("wrong"))).await;
    assert_eq!((unknown.status, &unknown.body), (by_header.status, &by_header.body), "unknown and wrong look the same");
    let by_body = Answer::of(send(&[grant, ("client_id", "demo-service"), ("client_secret", "wrong")])).await;
    assert_eq!((by_body.status.as_u16(), by_body.header("www-authenticate")), (401, ""));
    let named_only = Answer::of(send(&[grant, ("client_id", "demo-service")])).await;
    assert_eq!(named_only.json()["error"], "invalid_client");
    let secret = server.seeded.service_secret.as_str();
    let both = Answer::of(
        send(&[grant, ("client_id", "demo-service"), ("client_secret", secret)])
            .basic_auth("demo-service", Some(secret)),
    )
    .await;
    assert_eq!(both.json()["error"], "invalid_request");
    for unreadable in ["Basic", "Basic !!!", "Bearer x", "Digest a=b"] {
        let answer = Answer::of(send(&[grant]).header("authorization", unreadable)).await;
        assert_eq!(answer.json()["error"], "invalid_client", "{unreadable}");
    }
    let twice = send(&[grant]).header("authorization", "Basic YTpi").header("authorization", "Basic YTpi");
    assert_eq!(Answer::of(twice).await.json()["error"], "invalid_request");
}

#[tokio::test]
async fn a_code_counts_once_for_its_client_and_its_verifier() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let code = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    let wrong = Client { verifier: "w".repeat(43), ..client.clone() };
    assert_eq!(wrong.try_redeem(&code).await.json()["error"], "invalid_grant");
    let other = server.web_app();
    assert_eq!(other.try_redeem(&code).await.json()["error"], "invalid_grant");
    let elsewhere = Client { redirect_uri: "http://127.0.0.1:1/callback".into(), ..client.clone() };
    assert_eq!(elsewhere.try_redeem(&code).await.json()["error"], "invalid_grant");
    let tokens = Tokens::of(&client.try_redeem(&code).await);
    assert!(server.api().accepts(&tokens.access).await, "what failed before has spent nothing");
    assert_eq!(client.try_redeem(&code).await.json()["error"], "invalid_grant");
    assert!(!server.api().accepts(&tokens.access).await, "a code that comes twice ends what it gave");

    let late = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    server.advance(Duration::from_secs(61));
    assert_eq!(client.try_redeem(&late).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_may_be_repeated_and_a_stale_copy_ends_it() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let first = client.connect(&browser).await;
    let second = client.refresh(&first).await;
    assert_eq!(client.refresh(&first).await, second, "the same pair, byte for byte");
    let wider = client
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", second.refresh.as_deref().unwrap()),
            ("scope", "issues:read openid"),
        ])
        .await;
    assert_eq!(wider.json()["error"], "invalid_scope");
    let elsewhere = [
        ("grant_type", "refresh_token"),
        ("refresh_token", second.refresh.as_deref().unwrap()),
        ("resource", "https://other.example/"),
    ];
    assert_eq!(client.token(&elsewhere).await.json()["error"], "invalid_target");
    server.advance(Duration::from_secs(40));
    let third = client.refresh(&second).await;
    assert_eq!(client.try_refresh(first.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
    assert_eq!(client.try_refresh(third.refresh.as_deref().unwrap()).await.json()["error"], "invalid_grant");
    assert!(!server.api().accepts(&third.access).await);
}

#[tokio::test]
async fn a_service_reads_the_project_that_an_operator_gave_it() {
    let server = TestServer::start().await;
    let service = server.service();
    let answer =
        service.token(&[("grant_type", "client_credentials"), ("scope", "issues:read"), ("resource", RESOURCE)]).await;
    let json = answer.json();
    assert_eq!(answer.status, 200, "{json}");
    assert!(json.get("refresh_token").is_none());
    let told = server.api().introspect(json["access_token"].as_str().unwrap()).await;
    assert_eq!(
        (told["project"].as_str(), told["access"].as_str()),
        (Some(server.seeded.apollo.as_str()), Some("read"))
    );
    let write =
        service.token(&[("grant_type", "client_credentials"), ("scope", "issues:write"), ("resource", RESOURCE)]).await;
    assert_eq!(write.json()["error"], "invalid_scope");
}
