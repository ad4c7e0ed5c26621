//! Wrong, missing, foreign and expired: codes, verifiers, tokens, clients and sessions, each with the answer that it gets, and
//! that what is right stays right.

use std::time::Duration;

use identity::admin::Act;

use crate::{
    browser::flow::{begin, is_sign_in, stays_here},
    clients::wire::{error, fields},
    harness::{
        Answer, TestServer,
        seed::{act, client, plain},
    },
};

/// A text of ours with one character changed, cut, or in another's clothes.
fn wrong(text: &str) -> Vec<String> {
    let other = if text.ends_with('0') { '1' } else { '0' };
    let (head, _) = text.split_at(text.len() - 1);
    let (prefix, rest) = text.rsplit_once('_').unwrap();
    vec![
        format!("{head}{other}"),
        head.to_owned(),
        format!("{text}{other}"),
        format!("{prefix}_"),
        rest.to_owned(),
        format!("lyd_zz_{rest}"),
        text.to_uppercase(),
        format!(" {text}"),
        format!("{text}\n"),
        rest.chars().rev().collect(),
        "x".repeat(10_000),
        "🦀".to_owned(),
    ]
}

#[tokio::test]
async fn v15_codes_that_are_wrong_missing_foreign_or_expired_are_refused() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let answer = cli.approve(&browser, &server.seeded.apollo).await;
    let code = answer.sent("code").unwrap();
    for code in wrong(&code) {
        assert_eq!(error(&cli.try_redeem(&code).await), "invalid_grant", "{code:.80}");
    }
    let missing = cli.token(&[("grant_type", "authorization_code"), ("code_verifier", &cli.verifier)]).await;
    assert_eq!(error(&missing), "invalid_request");
    assert_eq!(error(&cli.try_redeem("").await), "invalid_request");
    assert_eq!(error(&server.web_app().try_redeem(&code).await), "invalid_grant", "another client's");
    server.advance(Duration::from_secs(60));
    assert_eq!(error(&cli.try_redeem(&code).await), "invalid_grant", "expired");
    let again = cli.approve(&browser, &server.seeded.apollo).await;
    server.advance(Duration::from_secs(59));
    cli.redeem(&again).await;
}

#[tokio::test]
async fn v14_verifiers_that_are_wrong_missing_or_of_another_request_are_refused() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let answer = cli.approve(&browser, &server.seeded.apollo).await;
    let code = answer.sent("code").unwrap();
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let challenge = protocol::CodeVerifier::parse(&cli.verifier).unwrap().challenge();
    for verifier in [
        None,
        Some(""),
        Some(short.as_str()),
        Some(&long),
        Some(challenge.as_str()),
        Some("a b"),
        Some(&cli.verifier.to_lowercase()),
    ] {
        let mut request = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
        request.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let refused = error(&cli.token(&request).await);
        assert!(matches!(refused.as_str(), "invalid_grant" | "invalid_request"), "{verifier:?}: {refused}");
    }
    cli.redeem(&answer).await;
}

#[tokio::test]
async fn v14_a_verifier_for_a_request_without_a_challenge_is_refused() {
    let server = TestServer::start().await;
    let nonced = identity::admin::ClientAdd {
        kind: identity::admin::ClientKind::Confidential {},
        profile: Some(model::Profile::Oidc),
        nonce_instead_of_pkce: true,
        ..plain("nonced", &["https://nonced.example/callback"])
    };
    let secret = crate::harness::seed::text(&act(&server.authority, client(nonced)).await, "client_secret");
    let app = crate::harness::Client::confidential(&server, "nonced", &secret, "https://nonced.example/callback");
    let browser = server.signed_in().await;
    let ask =
        app.authorize_identity("openid", &[("code_challenge", ""), ("code_challenge_method", ""), ("nonce", "n-1")]);
    let answer = app.approve_at(&browser, &ask, None).await;
    let code = answer.sent("code").unwrap();
    let refused = error(&app.try_redeem(&code).await);
    assert!(matches!(refused.as_str(), "invalid_grant" | "invalid_request"), "{refused}");
    let redeemed =
        app.token(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &app.redirect_uri)]).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    // And nobody else may leave the challenge out.
    let left_out = browser
        .open(&server.web_app().authorize(&[("code_challenge", ""), ("code_challenge_method", ""), ("nonce", "n")]))
        .await;
    assert_eq!(left_out.sent("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn v15_tokens_that_are_wrong_missing_foreign_or_expired_are_refused() {
    let server = TestServer::start().await;
    let (browser, cli, app) = (server.signed_in().await, server.cli(), server.web_app());
    let tokens = cli.connect(&browser).await;
    let refresh = tokens.refresh.clone().unwrap();
    for refresh in wrong(&refresh).into_iter().chain([tokens.access.clone()]) {
        assert_eq!(error(&cli.try_refresh(&refresh).await), "invalid_grant", "{refresh:.80}");
    }
    for access in wrong(&tokens.access).into_iter().chain([refresh.clone()]) {
        assert!(!server.api().accepts(&access).await, "{access:.80}");
        assert_eq!(cli.revoke(&access).await.status, 200, "nothing is said of it");
        if let Ok(header) = reqwest::header::HeaderValue::try_from(format!("Bearer {access}"))
            && access.trim() == access
        {
            let request = server.http().get(server.url("/userinfo")).header("authorization", header);
            assert_eq!(Answer::of(request).await.status, 401, "{access:.80}");
        }
        // The refresh token was among them: its family has ended with it.
        if access == refresh {
            assert!(!server.api().accepts(&tokens.access).await);
        }
    }
    let tokens = cli.connect(&browser).await;
    let refresh = tokens.refresh.clone().unwrap();
    assert_eq!(error(&app.try_refresh(&refresh).await), "invalid_grant", "another client's");
    assert_eq!(error(&cli.token(&[("grant_type", "refresh_token")]).await), "invalid_request", "missing");
    for path in ["/introspect", "/revoke"] {
        let credentials = [("client_id", "demo-cli")];
        let refused = fields(&server, path, &credentials).await;
        assert!(refused.status.is_client_error(), "{path}: {}", refused.status);
    }
    server.advance(Duration::from_secs(15 * 60));
    assert!(!server.api().accepts(&tokens.access).await, "expired to the second");
    let next = cli.refresh(&tokens).await;
    server.advance(Duration::from_secs(30 * 24 * 3600 + 1));
    assert_eq!(
        error(&cli.try_refresh(next.refresh.as_deref().unwrap()).await),
        "invalid_grant",
        "not used for too long"
    );
}

#[tokio::test]
async fn v17_clients_that_are_unknown_gone_or_disabled_are_refused() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let tokens = cli.connect(&browser).await;
    let long = "x".repeat(3000);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh.as_deref().unwrap())];
    for id in
        ["", "nobody", "DEMO-CLI", "demo-cli ", "demo-cli\u{0}", "ä", long.as_str(), "https://nowhere.invalid/client"]
    {
        let refused = fields(&server, "/token", &[&refresh[..], &[("client_id", id)]].concat()).await;
        assert!(matches!(error(&refused).as_str(), "invalid_client" | "invalid_request"), "{id:.20}: {}", refused.body);
        let shown = browser.get(&cli.authorize(&[("client_id", if id.is_empty() { "nobody" } else { id })])).await;
        assert!(shown.location().is_none_or(|location| location.starts_with("/consent/")), "{id:.20}");
        if shown.location().is_none() {
            stays_here(&shown, id);
        }
    }
    let id = begin(&browser, &cli.authorize(&[])).await;
    for end in [
        Act::ClientSetDisabled { client: "demo-cli".into(), disabled: true },
        Act::ClientRemove { client: "demo-cli".into() },
    ] {
        act(&server.authority, end).await;
        for refused in [cli.token(&refresh).await, cli.try_redeem("lyd_ac_x").await, cli.revoke(&tokens.access).await] {
            assert_eq!(error(&refused), "invalid_client");
        }
        stays_here(&browser.get(&cli.authorize(&[])).await, "a new request");
        stays_here(&browser.get(&format!("/consent/{id}")).await, "a request that waits");
    }
}

#[tokio::test]
async fn v09_sessions_and_requests_that_have_expired_lead_to_the_sign_in_or_to_a_page() {
    let server = TestServer::start().await;
    let (browser, cli) = (server.signed_in().await, server.cli());
    let id = begin(&browser, &cli.authorize(&[])).await;
    server.advance(Duration::from_secs(3600));
    stays_here(&browser.get(&format!("/consent/{id}")).await, "a request after its hour");
    stays_here(&crate::browser::flow::allow(&browser, &id, &server.seeded.apollo).await, "said yes after its hour");
    assert_eq!(browser.get("/connections").await.status, 200);
    server.advance(Duration::from_secs(14 * 24 * 3600));
    assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"), "a session after its time");
    assert!(is_sign_in(&browser.open(&cli.authorize(&[])).await));
}
