//! V-29 and V-30: nothing that a stranger sends makes the server fail, and work stays bounded.

use super::wire::form;
use crate::harness::{Answer, TestServer, browser::http};

#[tokio::test]
async fn v29_no_body_header_or_cookie_makes_the_server_fail() {
    let server = TestServer::start().await;
    let odd = [
        "%",
        "%zz",
        "a=%ff%fe",
        "=",
        "&&&",
        "client_id=%00",
        "grant_type=\u{202e}",
        "\u{0}",
        "grant_type",
        "a=b;c=d",
        "scope=%22%5c",
    ];
    for path in [
        "/token",
        "/revoke",
        "/introspect",
        "/register",
        "/sign-in",
        "/sign-up",
        "/authorize",
        "/theme",
        "/consent/x",
        "/connections/x/disconnect",
        "/userinfo",
    ] {
        for body in odd {
            let answer = form(&server, path, &[], body).await;
            assert!(!answer.status.is_server_error(), "{path} {body:?}: {}", answer.status);
        }
        for header in
            ["Basic", "Basic !!!", "Basic Og==", "Bearer", "Bearer \u{7f}", "DPoP x", "Negotiate", "Basic /////w=="]
        {
            let Ok(value) = reqwest::header::HeaderValue::from_bytes(header.as_bytes()) else { continue };
            let request = http(server.address).post(server.url(path)).header("authorization", value).body("x=y");
            let answer = Answer::of(request.header("content-type", "application/x-www-form-urlencoded")).await;
            assert!(!answer.status.is_server_error(), "{path} {header:?}: {}", answer.status);
        }
        for cookie in ["=", ";;;", "lanyard-session=", &format!("x={}", "y".repeat(3000))] {
            let answer = form(&server, path, &[("cookie", cookie)], "a=b").await;
            assert!(!answer.status.is_server_error(), "{path} {cookie:.20}: {}", answer.status);
        }
    }
    assert_eq!(http(server.address).get(server.url("/health/live")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn v30_nesting_length_and_number_are_bounded() {
    let server = TestServer::start().await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = Answer::of(
        http(server.address).post(server.url("/register")).header("content-type", "application/json").body(deep),
    )
    .await;
    assert!(nested.status.is_client_error(), "{}", nested.status);
    let many = format!("grant_type=client_credentials&client_id=demo-service&scope={}", "a+".repeat(100_000));
    assert!(form(&server, "/token", &[], &many).await.status.is_client_error());
    let resources: String = (0..100_000).map(|at| format!("&resource=https://{at}.example")).collect();
    assert!(
        form(&server, "/token", &[], &format!("grant_type=client_credentials{resources}"))
            .await
            .status
            .is_client_error()
    );
    let large = http(server.address)
        .post(server.url("/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("a".repeat(2 << 20))
        .send()
        .await;
    // Refused while it is still being sent, or answered.
    assert!(large.map_or(true, |answer| answer.status().is_client_error()));
    let header =
        http(server.address).get(server.url("/health/live")).header("x-large", "a".repeat(1 << 20)).send().await;
    assert!(header.map_or(true, |answer| answer.status().is_client_error()));
}

#[tokio::test]
async fn methods_and_media_types_that_an_endpoint_does_not_take_are_refused() {
    let server = TestServer::start().await;
    for path in ["/token", "/revoke", "/introspect", "/register"] {
        let answer = Answer::of(http(server.address).get(server.url(path))).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow").contains("POST")), (405, true), "{path}");
    }
    let json =
        http(server.address).post(server.url("/token")).json(&serde_json::json!({"grant_type": "client_credentials"}));
    assert!(Answer::of(json).await.status.is_client_error());
    let query = Answer::of(http(server.address).get(server.url("/userinfo?access_token=lyd_at_x"))).await;
    assert!(matches!(query.status.as_u16(), 400 | 401), "a token in the query is not read: {}", query.status);
}
