//! V-07 and V-14: a resource that repeats, and PKCE that is skipped, weakened or guessed.

use super::wire::{error, fields, form};
use crate::harness::{TestServer, browser::encode};

#[tokio::test]
async fn v07_the_resource_of_a_token_request_may_repeat_and_means_one() {
    let server = TestServer::start().await;
    let both = encode(&[
        ("grant_type", "client_credentials"),
        ("client_id", "demo-service"),
        ("resource", "https://a.example"),
        ("resource", "https://b.example"),
    ]);
    let header = super::wire::basic("demo-service", &server.seeded.service_secret);
    let answer = form(&server, "/token", &[("authorization", &header)], &both).await;
    assert_eq!(error(&answer), "invalid_target");
}

#[tokio::test]
async fn v14_pkce_is_never_skipped_or_weakened() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    for changes in [
        &[("code_challenge", ""), ("code_challenge_method", "")][..],
        &[("code_challenge_method", "plain")],
        &[("code_challenge_method", "")],
        &[("code_challenge_method", "s256")],
        &[("code_challenge", "short")],
    ] {
        let answer = browser.open(&client.authorize(changes)).await;
        assert!(!answer.body.contains("id=\"allow\""), "{changes:?}");
        assert!(answer.sent("code").is_none(), "{changes:?}");
    }
    let doubled = format!("{}&code_challenge={}", client.authorize(&[]), "a".repeat(43));
    assert!(!browser.open(&doubled).await.body.contains("id=\"allow\""));
}

#[tokio::test]
async fn v14_a_code_is_not_spent_by_a_missing_an_empty_a_wrong_or_an_odd_verifier() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let answer = client.approve(&browser, &server.seeded.apollo).await;
    let code = answer.sent("code").unwrap();
    for verifier in ["", &"a".repeat(42), &"a".repeat(43), &"a".repeat(129), &"ä".repeat(43)] {
        let request = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("code_verifier", verifier),
            ("client_id", "demo-cli"),
        ];
        let refused = fields(&server, "/token", &request).await;
        assert!(
            matches!(error(&refused).as_str(), "invalid_grant" | "invalid_request"),
            "{verifier}: {}",
            refused.body
        );
    }
    client.redeem(&answer).await;
}

#[tokio::test]
async fn v16_a_replayed_code_ends_what_it_gave_but_a_guess_does_not() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let answer = client.approve(&browser, &server.seeded.apollo).await;
    let code = answer.sent("code").unwrap();
    let tokens = client.redeem(&answer).await;
    let (head, _) = code.split_at(code.len() - 1);
    for guess in [format!("{head}{}", if code.ends_with('0') { '1' } else { '0' }), head.to_owned()] {
        assert_eq!(error(&client.try_redeem(&guess).await), "invalid_grant");
    }
    assert!(server.api().accepts(&tokens.access).await);
    assert_eq!(error(&client.try_redeem(&code).await), "invalid_grant");
    assert!(!server.api().accepts(&tokens.access).await);
}

#[tokio::test]
async fn a_resource_is_narrowed_never_widened_and_survives_spelling() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    for spelling in ["https://api.example.com/mcp/", "https://API.example.com:443/mcp"] {
        let address = client.authorize(&[("resource", spelling)]);
        let tokens = client.redeem(&client.approve_at(&browser, &address, Some(&server.seeded.apollo)).await).await;
        assert!(server.api().accepts(&tokens.access).await, "{spelling}");
        let refresh = tokens.refresh.clone().unwrap();
        let wider = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.as_str()),
            ("resource", "https://other.example/"),
        ];
        assert_eq!(error(&client.token(&wider).await), "invalid_target");
        let same = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str()), ("resource", spelling)];
        assert_eq!(client.token(&same).await.status, 200);
    }
    for unknown in ["https://unknown.example/", "not-a-uri", "https://api.example.com/mcp#fragment"] {
        let answer = browser.open(&client.authorize(&[("resource", unknown)])).await;
        assert!(!answer.body.contains("id=\"allow\""), "{unknown}");
    }
}
