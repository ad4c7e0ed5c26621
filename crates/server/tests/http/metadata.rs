//! The well-known forms and the key set.

use serde_json::Value;

use crate::harness::{Answer, TestServer};

#[tokio::test]
async fn one_document_stands_at_every_form() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let first = browser.get("/.well-known/oauth-authorization-server").await;
    let second = browser.get("/.well-known/openid-configuration").await;
    assert_eq!((first.status.as_u16(), first.header("content-type")), (200, "application/json"));
    assert_eq!(first.body, second.body);
    let json = first.json();
    assert_eq!(json["issuer"], server.issuer.as_str());
    assert_eq!(json["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(json["authorization_response_iss_parameter_supported"], true);
    assert_eq!(json["client_id_metadata_document_supported"], true);
    let listed = |name: &str, word: &str| json[name].as_array().unwrap().contains(&Value::from(word));
    assert!(listed("token_endpoint_auth_methods_supported", "none") && listed("scopes_supported", "offline_access"));
    assert!(listed("scopes_supported", "issues:read"));
    for elsewhere in
        ["/.well-known/oauth-authorization-server/t1", "/t1/.well-known/openid-configuration", "/.well-known/webfinger"]
    {
        assert_eq!(browser.get(elsewhere).await.status, 404, "{elsewhere}");
    }
}

#[tokio::test]
async fn whatever_host_is_named_the_issuer_is_ours() {
    let server = TestServer::start().await;
    let plain = server.browser().get("/.well-known/oauth-authorization-server").await;
    for lie in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-forwarded-proto", "https"),
    ] {
        let answer = server.browser().get_with("/.well-known/oauth-authorization-server", &[lie]).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &plain.body), "{lie:?}");
    }
    assert_eq!(server.browser().get_with("/sign-in", &[("host", "evil.example")]).await.status, 421);
    assert_eq!(server.browser().get_with("/authorize", &[("host", "evil.example")]).await.status, 421);
    assert_eq!(server.browser().get_with("/health/live", &[("host", "evil.example")]).await.status, 200);
}

#[tokio::test]
async fn every_address_that_is_listed_answers() {
    let server = TestServer::start().await;
    let json = server.browser().get("/.well-known/openid-configuration").await.json();
    for (name, method) in [
        ("authorization_endpoint", "GET"),
        ("token_endpoint", "POST"),
        ("device_authorization_endpoint", "POST"),
        ("jwks_uri", "GET"),
        ("registration_endpoint", "POST"),
        ("revocation_endpoint", "POST"),
        ("introspection_endpoint", "POST"),
        ("userinfo_endpoint", "GET"),
    ] {
        let address = json[name].as_str().unwrap_or_else(|| panic!("no {name}"));
        let answer = Answer::of(server.http().request(method.parse().unwrap(), address)).await;
        assert!(
            answer.status != 404 && answer.status != 405 && answer.status.as_u16() < 500,
            "{name}: {}",
            answer.status
        );
    }
    let endpoints =
        json.as_object().unwrap().keys().filter(|name| name.ends_with("_endpoint") || name.ends_with("_uri")).count();
    assert_eq!(endpoints, 8, "an address that this test does not know is listed");
}

#[tokio::test]
async fn the_key_set_has_public_halves_only() {
    let server = TestServer::start().await;
    let keys = server.browser().get("/jwks").await;
    assert_eq!(keys.status, 200);
    let json = keys.json();
    let keys = json["keys"].as_array().unwrap();
    assert!(keys.iter().any(|key| key["alg"] == "ES256") && keys.iter().any(|key| key["alg"] == "RS256"));
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
        assert!(key["kid"].is_string() && key["use"] == "sig");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let server = TestServer::start().await;
    for path in ["/.well-known/oauth-authorization-server", "/jwks", "/", "/health/live"] {
        let answer = Answer::of(server.http().head(server.url(path))).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""), "{path}");
    }
}

#[tokio::test]
async fn the_shorter_way_to_a_document_gives_what_the_route_gives() {
    let server =
        TestServer::start_with(&[("RATE_LIMITS__EXEMPT", "203.0.113.1"), ("RATE_LIMITS__TOKEN", "8/1h")]).await;
    let browser = server.browser();
    let own = ["x-request-id", "date", "access-control-expose-headers"];
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/jwks"] {
        let short = browser.get(path).await;
        // A script of another site is answered by the route.
        let by_route = browser.get_with(path, &[("origin", "https://app.example.com")]).await;
        assert_eq!((short.status.as_u16(), &short.body), (200, &by_route.body), "{path}");
        for name in own {
            assert!(by_route.headers.contains_key(name), "{path}: {name}");
        }
        let said = |answer: &Answer| {
            let mut said: Vec<String> = answer
                .headers
                .iter()
                .filter(|(name, _)| !own.contains(&name.as_str()))
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            said.sort();
            said
        };
        assert_eq!(said(&short), said(&by_route), "{path}");
    }
    // Both ways are counted together.
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(browser.get("/jwks").await.status.as_u16());
        statuses.push(browser.get_with("/jwks", &[("origin", "https://app.example.com")]).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 429, 429, 429, 429, 429]);
}
