//! `/check`: what a proxy is told about a request, and what somebody outside of it cannot make it believe.

use identity::admin::{Act, KeyAdd};
use reqwest::RequestBuilder;

use crate::harness::{Answer, TestServer, app::Tokens, keys::reading, page, seed, seed::RESOURCE};

const METADATA: &str = "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/mcp\"";

/// A question of the proxy that stands for `demo-api`.
fn question(server: &TestServer, method: &str, carried: Option<&str>) -> RequestBuilder {
    let secret = &server.seeded.api_secret;
    let question = server.http().get(server.url("/check?scope=issues%3Aread")).basic_auth("demo-api", Some(secret));
    let question = question.header("lanyard-method", method);
    match carried {
        Some(carried) => question.header("lanyard-authorization", carried),
        None => question,
    }
}

async fn status(server: &TestServer, method: &str, token: &str) -> u16 {
    Answer::of(question(server, method, Some(&format!("Bearer {token}")))).await.status.as_u16()
}

#[tokio::test]
async fn a_good_token_passes_with_its_grant_in_headers() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    for form in ["opaque", "ES256"] {
        let act = Act::ResourceSetAccessTokens { resource: "demo-api".into(), form: form.into() };
        seed::act(&server.authority, act).await;
        let tokens = client.connect(&browser).await;
        let passed = Answer::of(question(&server, "GET", Some(&format!("Bearer {}", tokens.access)))).await;
        assert_eq!((passed.status.as_u16(), passed.body.as_str()), (204, ""));
        let grants = page::grants(&browser.get("/connections").await.body);
        for (name, value) in [
            ("lanyard-subject", server.seeded.member.as_str()),
            ("lanyard-client", "demo-cli"),
            ("lanyard-organization", server.seeded.acme.as_str()),
            ("lanyard-project", server.seeded.apollo.as_str()),
            ("lanyard-scope", "issues:read offline_access"),
            ("lanyard-access", "read"),
            ("lanyard-grant", grants[0].as_str()),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(passed.header(name), value, "{name}");
        }
        for (method, expected) in
            [("HEAD", 204), ("OPTIONS", 204), ("POST", 403), ("DELETE", 403), ("get", 403), ("", 403)]
        {
            assert_eq!(status(&server, method, &tokens.access).await, expected, "{method}");
        }
        assert_eq!(client.revoke(&tokens.access).await.status, 200);
        assert_eq!(status(&server, "GET", &tokens.access).await, 401);
    }
    let service = server.service().token(&[("grant_type", "client_credentials"), ("resource", RESOURCE)]).await;
    let alone = Answer::of(question(&server, "GET", Some(&format!("Bearer {}", Tokens::of(&service).access)))).await;
    assert_eq!((alone.status.as_u16(), alone.header("lanyard-client")), (204, "demo-service"));
    assert_eq!((alone.header("lanyard-subject"), alone.header("lanyard-grant")), ("", ""));
}

#[tokio::test]
async fn an_api_key_passes_as_what_it_is_and_waits_when_it_must() {
    let server = TestServer::start().await;
    let addresses = vec!["192.0.2.0/24".to_owned()];
    let key = server.key(KeyAdd { addresses, per_minute: Some(1), ..reading("ci") }).await;
    let asks = async |from: &str| {
        let question = question(&server, "GET", Some(&format!("Bearer {}", key.text)));
        Answer::of(question.header("lanyard-client-ip", from)).await
    };
    assert_eq!(status(&server, "GET", &key.text).await, 401, "from where?");
    assert_eq!(asks("198.51.100.7").await.status, 401);
    let passed = asks("192.0.2.7").await;
    assert_eq!((passed.status.as_u16(), passed.header("lanyard-key")), (204, key.id.as_str()));
    assert_eq!(
        (passed.header("lanyard-project"), passed.header("lanyard-access")),
        (server.seeded.apollo.as_str(), "read")
    );
    assert_eq!((passed.header("lanyard-subject"), passed.header("lanyard-client")), ("", ""));
    let wait = asks("192.0.2.7").await;
    assert_eq!((wait.status.as_u16(), wait.header("retry-after")), (429, "60"));
    let reader = server.key(reading("reader")).await;
    assert_eq!(status(&server, "POST", &reader.text).await, 403, "it only reads");
}

#[tokio::test]
async fn refusals_carry_the_challenge_of_the_resource() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let expected = |error: Option<&str>| {
        let error = error.map(|error| format!("error=\"{error}\", ")).unwrap_or_default();
        format!("Bearer {error}scope=\"issues:read\", {METADATA}")
    };
    for (carried, status, error) in [
        (None, 401, None),
        (Some("Basic YTpi"), 401, None),
        (Some(""), 401, None),
        (Some("Bearer"), 401, None),
        (Some("Bearer "), 401, Some("invalid_request")),
        (Some("Bearer a b"), 401, Some("invalid_request")),
        (Some("Bearer nonsense"), 401, Some("invalid_token")),
        (Some("Bearer lyd_at_nonsense"), 401, Some("invalid_token")),
    ] {
        let answer = Answer::of(question(&server, "GET", carried)).await;
        // A header's value ends where its spaces begin.
        let error = if carried == Some("Bearer ") { None } else { error };
        assert_eq!(
            (answer.status.as_u16(), answer.header("www-authenticate")),
            (status, expected(error).as_str()),
            "{carried:?}"
        );
        assert!(answer.header("lanyard-project").is_empty());
    }
    let good = format!("Bearer {}", tokens.access);
    let twice = question(&server, "GET", Some(&good)).header("lanyard-authorization", &good);
    assert_eq!(Answer::of(twice).await.header("www-authenticate"), expected(Some("invalid_request")));
    let writing = Answer::of(question(&server, "POST", Some(&good))).await;
    assert_eq!(
        (writing.status.as_u16(), writing.header("www-authenticate")),
        (403, expected(Some("insufficient_scope")).as_str())
    );
    for disguise in ["x-http-method-override", "x-http-method", "x-method-override", "x-method"] {
        let disguised = question(&server, "GET", Some(&good)).header(disguise, "DELETE");
        assert_eq!(Answer::of(disguised).await.status, 403, "{disguise}");
    }
    let secret = &server.seeded.api_secret;
    let more = server.http().get(server.url("/check?scope=issues%3Awrite")).basic_auth("demo-api", Some(secret));
    let more = Answer::of(more.header("lanyard-method", "GET").header("lanyard-authorization", &good)).await;
    assert_eq!(more.status, 403);
    assert!(more.header("www-authenticate").contains("scope=\"issues:write\""), "{more:?}");
}

#[tokio::test]
async fn v57_which_resource_is_meant_is_what_the_proxy_proves_and_nothing_else() {
    let server = TestServer::start().await;
    let second = Act::ResourceAdd {
        id: Some("second-api".into()),
        name: "Second API".into(),
        identifier: "https://second.example.com/api".into(),
        scopes: vec!["issues:read=read:read issues".into()],
    };
    let second_secret = seed::text(&seed::act(&server.authority, second).await, "client_secret");
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let good = format!("Bearer {}", tokens.access);
    let ask = |path: &str| {
        let question = server.http().get(server.url(path));
        question.header("lanyard-authorization", &good).header("lanyard-method", "GET")
    };
    let of_second = Answer::of(ask("/check").basic_auth("second-api", Some(&second_secret))).await;
    assert_eq!(of_second.status, 401, "a token of another resource");
    assert!(of_second.header("www-authenticate").contains("https://second.example.com/.well-known/"), "{of_second:?}");
    // Never 401 for a proxy that is set up badly: that would be sent on, and clients would throw their tokens away.
    let (wrong, nobody) = (ask("/check").basic_auth("demo-api", Some("wrong")), ask("/check"));
    let by_token = ask("/check").bearer_auth(&tokens.access);
    let in_address = ask(&format!("/check?client_id=demo-api&client_secret={}", server.seeded.api_secret));
    let client = ask("/check").basic_auth("demo-app", Some(&server.seeded.app_secret));
    for question in [wrong, nobody, by_token, in_address, client] {
        let answer = Answer::of(question).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (400, ""), "{answer:?}");
    }
    let posted = server.http().post(server.url("/check"));
    assert_eq!(Answer::of(posted).await.status, 405);
}
