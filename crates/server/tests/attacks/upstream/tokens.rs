//! V-38: ID tokens that are not good, each refused.

use serde_json::{Map, Value, json};

use crate::harness::{
    Browser, START, TestServer,
    upstream::{
        CLIENT, Manner, OID, OTHER_TENANT, SECRET, Signs, Speaks, TENANT, Upstream, account, me, offering, person,
        through,
    },
};

fn members(object: Value) -> Map<String, Value> {
    let Value::Object(members) = object else { panic!("no object: {object}") };
    members
}

fn with(claims: Value) -> Manner {
    Manner { claims: members(claims), ..Manner::default() }
}

fn headed(header: Value) -> Manner {
    Manner { header: members(header), ..Manner::default() }
}

fn signed(signs: Signs) -> Manner {
    Manner { signs, ..Manner::default() }
}

fn payload(text: String) -> Manner {
    Manner { payload: Some(text), ..Manner::default() }
}

/// Nobody is signed in, and no account is made.
async fn nobody(server: &TestServer, browser: &Browser, upstream: &Upstream, what: &str) {
    let answer = through(browser, upstream).await;
    assert_eq!(answer.status, 502, "{what}: {} {:?}", answer.body, answer.location());
    assert!(answer.body.contains("an answer that we cannot trust"), "{what}: {}", answer.body);
    assert_eq!(me(browser).await, None, "{what}");
    assert!(account(server, "nia@example.com").await.is_none(), "{what}");
}

#[tokio::test]
async fn v38_an_id_token_that_is_not_good_opens_nothing() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let browser = server.browser();
    acme.person(person("1", "nia@example.com"));
    let now = START.as_micros() / 1_000_000;
    let honest = format!(
        "\"iss\":\"{}\",\"aud\":\"{CLIENT}\",\"sub\":\"1\",\"iat\":{now},\"exp\":{},\"email\":\"nia@example.com\"",
        acme.base,
        now + 60
    );
    let cases: Vec<(&str, Manner)> = vec![
        ("another issuer", with(json!({ "iss": "https://evil.example.com" }))),
        ("the issuer with a slash", with(json!({ "iss": format!("{}/", acme.base) }))),
        ("no issuer", with(json!({ "iss": null }))),
        ("another audience", with(json!({ "aud": "another-app" }))),
        ("no audience", with(json!({ "aud": null }))),
        ("an empty audience", with(json!({ "aud": [] }))),
        ("several audiences without azp", with(json!({ "aud": [CLIENT, "another-app"] }))),
        ("several audiences with azp", with(json!({ "aud": [CLIENT, "another-app"], "azp": CLIENT }))),
        ("another authorized party", with(json!({ "azp": "another-app" }))),
        ("no nonce", with(json!({ "nonce": null }))),
        ("another nonce", with(json!({ "nonce": "of another login" }))),
        ("expired", with(json!({ "exp": now }))),
        ("no expiry", with(json!({ "exp": null }))),
        ("an expiry that is text", with(json!({ "exp": "9999999999" }))),
        ("an expiry below zero", with(json!({ "exp": -1 }))),
        ("an expiry that is a list", with(json!({ "exp": [now + 60] }))),
        ("of the future", with(json!({ "iat": now + 3600 }))),
        ("no time of issue", with(json!({ "iat": null }))),
        ("not before later", with(json!({ "nbf": now + 3600 }))),
        ("a not-before that is text", with(json!({ "nbf": "0" }))),
        ("no subject", with(json!({ "sub": null }))),
        ("an empty subject", with(json!({ "sub": "" }))),
        ("a long subject", with(json!({ "sub": "x".repeat(256) }))),
        ("a subject with a control", with(json!({ "sub": "1\u{0}" }))),
        ("a subject that is a number", with(json!({ "sub": 1 }))),
        ("unsigned", signed(Signs::Not)),
        ("signed by another key", signed(Signs::WithAnotherKey)),
        ("HMAC with the client's secret", signed(Signs::ByHmac(SECRET.into()))),
        ("HMAC with the public key", signed(Signs::ByHmac(acme.public_key_bytes()))),
        ("an unknown key", headed(json!({ "kid": "unknown" }))),
        ("its own key by address", headed(json!({ "jku": "https://evil.example.com/jwks" }))),
        ("its own key inside", headed(json!({ "jwk": { "kty": "EC" } }))),
        ("its own certificate", headed(json!({ "x5u": "https://evil.example.com/x" }))),
        ("a critical header", headed(json!({ "crit": ["exp"] }))),
        ("another algorithm's name", headed(json!({ "alg": "RS256" }))),
        ("another type", headed(json!({ "typ": "at+jwt" }))),
        ("a claim that stands twice", payload(format!("{{{honest},\"sub\":\"2\"}}"))),
        ("no object", payload("[]".to_owned())),
        ("an endless number", payload(format!("{{{honest},\"nbf\":1e400}}"))),
    ];
    for (what, manner) in cases {
        acme.manner(manner);
        nobody(&server, &browser, &acme, what).await;
    }
    acme.manner(Manner::default());
    assert_eq!(through(&browser, &acme).await.status, 303, "an honest one is let in");
}

#[tokio::test]
async fn v38_a_new_key_is_looked_for_and_not_more_often_than_is_honest() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let browser = server.browser();
    acme.person(person("1", "nia@example.com"));
    assert_eq!(through(&browser, &acme).await.status, 303);
    let fetched = || acme.asked().iter().filter(|asked| asked.ends_with("/jwks")).count();
    assert_eq!(fetched(), 1);
    acme.rename_key("second");
    for _ in 0..3 {
        assert_eq!(through(&browser, &acme).await.status, 502, "so soon after the last one");
    }
    assert_eq!(fetched(), 1);
    server.advance(std::time::Duration::from_secs(31));
    acme.clock(&server);
    let again = through(&browser, &acme).await;
    assert_eq!((again.status.as_u16(), fetched()), (303, 2), "{}", again.body);
}

#[tokio::test]
async fn v38_a_tenant_of_microsofts_speaks_for_itself_alone() {
    let microsoft = Upstream::start(Speaks::Microsoft).await;
    let server = offering(&microsoft, "microsoft", &[]).await;
    let browser = server.browser();
    let mia = json!({ "sub": "x", "tid": TENANT, "oid": OID, "email": "mia@example.com", "xms_edov": true });
    microsoft.person(mia.clone());
    let other = format!("{}/{OTHER_TENANT}/v2.0", microsoft.base);
    let cases: Vec<(&str, Value)> = vec![
        ("another tenant in tid", json!({ "tid": OTHER_TENANT })),
        ("another tenant in iss", json!({ "iss": other })),
        // Consistent in itself, but the key is bound to the first tenant.
        ("another tenant in both", json!({ "iss": other, "tid": OTHER_TENANT })),
        ("no tenant", json!({ "tid": null })),
        ("a tenant that is none", json!({ "tid": "../common", "iss": format!("{}/../common/v2.0", microsoft.base) })),
        ("the placeholder", json!({ "tid": "{tenantid}", "iss": format!("{}/{{tenantid}}/v2.0", microsoft.base) })),
        ("no oid", json!({ "oid": null })),
        ("an oid that is none", json!({ "oid": "victim" })),
    ];
    for (what, claims) in cases {
        microsoft.manner(with(claims));
        let answer = through(&browser, &microsoft).await;
        assert_eq!(answer.status, 502, "{what}: {:?} {}", answer.location(), answer.body);
        assert!(account(&server, "mia@example.com").await.is_none(), "{what}");
    }
    microsoft.manner(with(Value::Object(Map::new())));
    assert_eq!(through(&browser, &microsoft).await.status, 303);
    assert_eq!(me(&browser).await.as_deref(), Some("mia@example.com"));
}
