//! JWT access tokens judged by the guard itself (RFC 9068 §4, RFC 8725).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod stand;

use http::Method;
use serde_json::{Value, json};
use stand::{Stand, now, status, status_of};

#[tokio::test]
async fn a_good_token_is_let_in_without_asking_about_it() {
    let stand = Stand::start().await;
    let guard = stand.guard().jwt_access_tokens().build().unwrap();
    let token = stand.sign("first", &stand.claims());
    let grant = guard.verify(&token).await.unwrap();
    assert_eq!((grant.subject.as_deref(), grant.client.as_deref()), (Some("person"), Some("client")));
    assert_eq!((grant.project.as_deref(), grant.grant.as_deref()), (Some("apollo"), Some("g")));
    for _ in 0..10 {
        assert_eq!(status(&guard, &token).await, 200);
    }
    assert_eq!(status_of(&guard, &Method::POST, &token).await, 403, "it may only read");
    assert_eq!((stand.asked(), stand.fetched()), (0, 1));
    assert_eq!(status(&guard, "lyd_at_opaque").await, 401, "nobody can be asked about it");
    let own = json!({"sub": "client"});
    assert_eq!(guard.verify(&stand.sign("first", &changed(&stand, &own))).await.unwrap().subject, None);
}

fn changed(stand: &Stand, changes: &Value) -> Value {
    let mut claims = stand.claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

#[tokio::test]
async fn jat06_only_an_access_token_of_this_issuer_for_this_resource_counts() {
    let stand = Stand::start().await;
    let guard = stand.guard().jwt_access_tokens().build().unwrap();
    let good = stand.claims();
    for typ in [json!("JWT"), json!("at"), json!("logout+jwt"), json!(""), json!(null)] {
        let header = json!({"alg": "ES256", "kid": "first", "typ": typ});
        let token = stand.sign_with(&header, "first", good.to_string().as_bytes());
        assert_eq!(status(&guard, &token).await, 401, "{typ}");
    }
    let header = json!({"alg": "ES256", "kid": "first", "typ": "application/at+JWT"});
    assert_eq!(status(&guard, &stand.sign_with(&header, "first", good.to_string().as_bytes())).await, 200);
    for changes in [
        json!({"iss": "https://elsewhere.example"}),
        json!({"aud": "https://api.example.com/other"}),
        json!({"aud": [], "jti": "j"}),
        json!({"exp": now() - 6}),
        json!({"nbf": now() + 60}),
    ] {
        assert_eq!(status(&guard, &stand.sign("first", &changed(&stand, &changes))).await, 401, "{changes}");
    }
    for (changes, expected) in [
        (json!({"exp": now() - 1}), 200),
        (json!({"aud": ["https://other.example", stand::RESOURCE]}), 200),
        (json!({"project": null}), 403),
        (json!({"scope": "other:read"}), 403),
    ] {
        assert_eq!(status(&guard, &stand.sign("first", &changed(&stand, &changes))).await, expected, "{changes}");
    }
    for member in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"] {
        let without = changed(&stand, &json!({member: null}));
        assert_eq!(status(&guard, &stand.sign("first", &without)).await, 401, "without {member}");
    }
}

#[tokio::test]
async fn v55_times_of_the_wrong_type_and_doubled_members_are_refused() {
    let stand = Stand::start().await;
    let guard = stand.guard().jwt_access_tokens().build().unwrap();
    let header = json!({"alg": "ES256", "kid": "first", "typ": "at+jwt"});
    let good = stand.claims().to_string();
    let exp = format!("\"exp\":{}", now() + 600);
    assert!(good.contains(&exp));
    for instead in ["\"exp\":\"9999999999\"", "\"exp\":[9999999999]", "\"exp\":1e400", "\"exp\":-1", "\"exp\":null"] {
        let token = stand.sign_with(&header, "first", good.replace(&exp, instead).as_bytes());
        assert_eq!(status(&guard, &token).await, 401, "{instead}");
    }
    for more in ["\"nbf\":\"0\"", "\"nbf\":null", "\"exp\":9999999999", "\"iss\":\"https://elsewhere.example\""] {
        let token = stand.sign_with(&header, "first", good.replacen('{', &format!("{{{more},"), 1).as_bytes());
        assert_eq!(status(&guard, &token).await, 401, "{more}");
    }
}

#[tokio::test]
async fn v55_a_token_does_not_choose_its_key_or_its_algorithm() {
    let stand = Stand::start().await;
    let guard = stand.guard().jwt_access_tokens().build().unwrap();
    let claims = stand.claims().to_string();
    for header in [
        json!({"alg": "none", "kid": "first", "typ": "at+jwt"}),
        json!({"alg": "HS256", "kid": "first", "typ": "at+jwt"}),
        json!({"alg": "RS256", "kid": "first", "typ": "at+jwt"}),
        json!({"alg": "es256", "kid": "first", "typ": "at+jwt"}),
        json!({"alg": "ES256", "typ": "at+jwt"}),
        json!({"alg": "ES256", "kid": "first", "typ": "at+jwt", "jku": "https://evil.example/jwks"}),
        json!({"alg": "ES256", "kid": "first", "typ": "at+jwt", "jwk": {}}),
        json!({"alg": "ES256", "kid": "first", "typ": "at+jwt", "crit": ["exp"]}),
    ] {
        let token = stand.sign_with(&header, "first", claims.as_bytes());
        assert_eq!(status(&guard, &token).await, 401, "{header}");
    }
    let token = stand.sign("first", &stand.claims());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let other = stand.sign("first", &changed(&stand, &json!({"project": "gemini"})));
    let (_, signature) = other.rsplit_once('.').unwrap();
    assert_eq!(status(&guard, &format!("{signed}.{signature}")).await, 401, "another token's signature");
    for broken in [format!("{signed}."), format!("{token}.x"), format!("{token}="), "ey..".to_owned()] {
        assert_eq!(status(&guard, &broken).await, 401, "{broken}");
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_made_up_names_cause_no_fetches() {
    let stand = Stand::start().await;
    let guard = stand.guard().jwt_access_tokens().build().unwrap();
    assert_eq!(status(&guard, &stand.sign("first", &stand.claims())).await, 200);
    assert_eq!(stand.fetched(), 1);
    stand.add_key("second");
    let with_new_key = stand.sign("second", &stand.claims());
    // The set was fetched a moment ago: a name that is not in it is a made-up one until a while has passed.
    for number in 0..50 {
        let header = json!({"alg": "ES256", "kid": format!("made-up-{number}"), "typ": "at+jwt"});
        let token = stand.sign_with(&header, "first", stand.claims().to_string().as_bytes());
        assert_eq!(status(&guard, &token).await, 401);
    }
    assert_eq!(stand.fetched(), 1);
    // A guard that has fetched nothing lately fetches once, however many ask at the same time.
    let fresh = stand.guard().jwt_access_tokens().build().unwrap();
    let all = futures_util::future::join_all((0..20).map(|_| status(&fresh, &with_new_key))).await;
    assert!(all.iter().all(|status| *status == 200), "{all:?}");
    assert_eq!(stand.fetched(), 2);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_asked_for_keys_is_not_the_clients_fault() {
    let stand = Stand::start().await;
    stand.set_broken(true);
    let guard = stand.guard().jwt_access_tokens().build().unwrap();
    let token = stand.sign("first", &stand.claims());
    let reply = guard.verify(&token).await.unwrap_err();
    assert_eq!(reply.status, 503);
    assert!(reply.headers.iter().any(|(name, _)| name == "retry-after"));
    assert!(reply.headers.iter().all(|(name, _)| name != "www-authenticate"));
    stand.set_broken(false);
    assert_eq!(status(&guard, &token).await, 200);
    stand.set_broken(true);
    assert_eq!(status(&guard, &token).await, 200, "what is known is known");
}

#[tokio::test]
async fn opaque_tokens_and_keys_are_asked_about_beside_jwts() {
    let stand = Stand::start().await;
    stand.active("lyd_at_1", "g");
    let key = json!({
        "active": true, "token_type": "api_key", "key_id": "k1", "scope": "notes:read", "sub": "k1", "organization": "acme",
        "project": "apollo", "exp": now() + 60, "access": "read", "remaining": {"minute": 5, "month": 10},
    });
    stand.say("lyd_key_1", key.clone());
    let mut half = key.clone();
    half.as_object_mut().unwrap().remove("key_id");
    stand.say("lyd_key_2", half);
    let guard = stand.asking().jwt_access_tokens().build().unwrap();
    assert_eq!(status(&guard, &stand.sign("first", &stand.claims())).await, 200);
    assert_eq!(stand.asked(), 0);
    assert_eq!(status(&guard, "lyd_at_1").await, 200);
    assert_eq!(status(&guard, "lyd_key_1").await, 401, "keys were not asked for");
    let guard = stand.asking().api_keys().build().unwrap();
    let grant = guard.verify("lyd_key_1").await.unwrap();
    assert_eq!((grant.key.as_deref(), grant.client.as_deref(), grant.subject.as_deref()), (Some("k1"), None, None));
    assert_eq!(
        (grant.project.as_deref(), guard.verify("lyd_key_2").await.unwrap_err().status.as_u16()),
        (Some("apollo"), 503)
    );
    // A key that is bound to an address: the stand-in says so of what is asked from there alone.
    let behind = stand.asking().api_keys().client_ip_header("x-real-ip".parse().unwrap()).build().unwrap();
    stand.say("lyd_key_4&client_ip=192.0.2.7", key.clone());
    let from = async |address: &str| {
        let mut headers = http::HeaderMap::new();
        headers.insert("authorization", "Bearer lyd_key_4".parse().unwrap());
        headers.insert("x-real-ip", address.parse().unwrap());
        behind.admit(&Method::GET, &headers).await.map_or_else(|reply| reply.status.as_u16(), |_| 200)
    };
    assert_eq!((from("192.0.2.7").await, from("192.0.2.8").await, from("nonsense").await), (200, 401, 401));
    assert_eq!(behind.verify("lyd_key_4").await.unwrap_err().status, 401);
    assert_eq!(
        behind.verify_from("lyd_key_4", Some("192.0.2.7".parse().unwrap())).await.unwrap().key.as_deref(),
        Some("k1")
    );
    let ended = json!({"exp": now() - 1});
    for (name, value) in ended.as_object().unwrap() {
        let mut over = key.clone();
        over[name] = value.clone();
        stand.say("lyd_key_3", over);
    }
    assert_eq!(status(&guard, "lyd_key_3").await, 401);
}
