//! V-04, V-05: what nobody may register.

use identity::admin::{Act, ClientAdd};
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, browser::http, seed};

async fn registered(server: &TestServer, body: &Value) -> Answer {
    Answer::of(
        http(server.address)
            .post(server.url("/register"))
            .header("content-type", "application/json")
            .body(body.to_string()),
    )
    .await
}

#[tokio::test]
async fn v04_no_pattern_can_be_registered() {
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", "100000/1m")]).await;
    for uri in [
        "https://*.example.com/callback",
        "https://app.example.com/*",
        "https://app.example.com:*/callback",
        "https://app.example.com/callback?*",
        "https://app.example.com/../callback",
        "https://app.example.com/%2e%2e/callback",
        "https://app.example.com/callback#x",
        "https://user@app.example.com/callback",
        "http://app.example.com/callback",
        "http://127.0.0.1:*/callback",
        "*",
        "",
    ] {
        for uris in [json!([uri]), json!(["https://app.example.com/callback", uri])] {
            let refused = registered(&server, &json!({ "redirect_uris": uris })).await;
            assert_eq!(refused.status, 400, "{uris}: {}", refused.body);
            assert_eq!(refused.json()["error"], "invalid_redirect_uri", "{uris}");
        }
    }
}

#[tokio::test]
async fn v05_nothing_that_a_browser_would_run_can_be_registered() {
    let server = TestServer::start_with(&[("REGISTRATION__PER_ADDRESS", "100000/1m")]).await;
    let good = "https://app.example.com/callback";
    let dangerous = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://app.example.com/%0aalert(1)",
        "\u{1}javascript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "blob:https://app.example.com/x",
        "view-source:https://app.example.com/",
    ];
    for uri in dangerous {
        for member in ["redirect_uris", "post_logout_redirect_uris"] {
            for uris in [json!([uri]), json!([good, uri])] {
                let mut body = json!({ "redirect_uris": [good] });
                body[member] = uris;
                let refused = registered(&server, &body).await;
                assert_eq!(refused.status, 400, "{body}: {}", refused.body);
            }
        }
        for member in ["client_uri", "logo_uri", "tos_uri", "policy_uri", "jwks_uri"] {
            let mut body = json!({ "redirect_uris": [good] });
            body[member] = json!(uri);
            let refused = registered(&server, &body).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.body);
            assert_eq!(refused.json()["error"], "invalid_client_metadata", "{body}");
        }
        let by_operator = seed::client(seed::plain("evil", &[uri]));
        assert!(server.authority.act(by_operator, server.authority.now()).await.is_err(), "{uri}");
        let home = ClientAdd { client_uri: Some(uri.to_owned()), ..seed::plain("evil", &[good]) };
        assert!(server.authority.act(Act::ClientAdd(Box::new(home)), server.authority.now()).await.is_err(), "{uri}");
    }
    assert_eq!(registered(&server, &json!({ "redirect_uris": [good] })).await.status, 201);
}
