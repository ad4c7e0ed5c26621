//! private_key_jwt: V-25, V-55, JWT-01 … JWT-06, O21-16, OIDC-18.

use std::sync::Arc;

use identity::AuthenticatedClient;
use model::{Client, Profile, Timestamp};
use protocol::{ClientCredentials, ClientMetadata, Confidential, ErrorCode, OAuthError, Params, RedirectUri};
use serde_json::{Value, json};

use crate::{
    harness::{Pair, START, VERIFIER, World, caller, client},
    https_server::{Answer, HttpsServer},
    signer::Signer,
};

pub const ISSUER: &str = "https://issuer.example";

pub async fn put(world: &World, client: Client) {
    let client = Arc::new(client);
    let store = world.authority.store().clone();
    store
        .transaction(move |tx| {
            let client = Arc::clone(&client);
            Box::pin(async move { tx.insert_client(&client).await })
        })
        .await
        .unwrap();
}

/// A client that signs with these keys.
pub fn keyed(id: &str, keys: &Value) -> Client {
    let mut metadata = json!({
        "redirect_uris": ["https://app.example/cb"], "client_name": id, "token_endpoint_auth_method": "private_key_jwt",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    metadata.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    Client { metadata: ClientMetadata::from_value(metadata).unwrap(), ..client(id, Timestamp::from_seconds(START)) }
}

async fn present(world: &World, client_id: Option<&str>, assertion: &str) -> Result<AuthenticatedClient, OAuthError> {
    let credentials = ClientCredentials::Assertion {
        client_id: client_id.map(str::to_owned),
        assertion: Confidential::new(assertion),
    };
    world.authority.authenticate_client(credentials, world.authority.now()).await.map_err(identity::Error::into_oauth)
}

async fn refused(world: &World, what: &str, assertion: &str) {
    let error = present(world, None, assertion).await.expect_err(what);
    assert_eq!(error.code, ErrorCode::InvalidClient, "{what}");
    assert_eq!(error.description, "client authentication failed", "{what}: all refusals look alike");
    assert!(!error.detail.is_empty(), "{what}: the log learns why");
}

fn claims(jti: &str) -> Value {
    json!({ "iss": "app", "sub": "app", "aud": ISSUER, "exp": START + 60, "iat": START, "jti": jti })
}

fn with(jti: &str, member: &str, value: Value) -> String {
    let mut claims = claims(jti);
    claims[member] = value;
    claims.to_string()
}

#[tokio::test]
async fn each_offered_algorithm_authenticates_once() {
    let world = World::new().await;
    let signers = [
        ("ES256", Signer::p256("a")),
        ("EdDSA", Signer::ed25519("b")),
        ("RS256", Signer::rsa("c")),
        ("PS256", Signer::rsa("d")),
    ];
    let keys: Vec<Value> = signers.iter().map(|(_, signer)| signer.jwk()).collect();
    put(&world, keyed("app", &json!({ "jwks": { "keys": keys } }))).await;
    for (algorithm, signer) in &signers {
        let assertion = signer.sign(&signer.header(algorithm), &claims(algorithm).to_string());
        assert_eq!(present(&world, Some("app"), &assertion).await.unwrap().client().id.as_str(), "app");
        refused(&world, "a second time", &assertion).await;
        let nameless = signer
            .sign(&json!({ "alg": algorithm }).to_string(), &claims(&format!("{algorithm} nameless")).to_string());
        assert!(present(&world, None, &nameless).await.is_ok(), "neither kid, typ nor client_id is needed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ft12_another_clients_key_is_refused_and_the_family_lives() {
    let world = World::new().await;
    let (own, foreign) = (Signer::p256("a"), Signer::p256("b"));
    for (id, signer) in [("app", &own), ("other", &foreign)] {
        let mut client = keyed(id, &json!({ "jwks": { "keys": [signer.jwk()] } }));
        client.metadata.redirect_uris = vec![RedirectUri::register("http://127.0.0.1/callback").unwrap()];
        put(&world, client).await;
    }
    let ask = async |signer: &Signer, id: &str, jti: &str, body: String| {
        let claims = json!({ "iss": id, "sub": id, "aud": ISSUER, "exp": START + 60, "iat": START, "jti": jti });
        let assertion = Confidential::new(signer.sign(&signer.header("ES256"), &claims.to_string()));
        let credentials = ClientCredentials::Assertion { client_id: None, assertion };
        let answer = world.authority.exchange(credentials, Params::parse(&body).unwrap(), &caller()).await;
        answer.map(Pair::from).map_err(|error| error.into_oauth().code)
    };
    let code = world.code("app").await;
    let redemption = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
    let pair = ask(&own, "app", "1", redemption).await.unwrap();
    let refresh = format!("grant_type=refresh_token&refresh_token={}", pair.refresh);
    let stolen = ask(&foreign, "app", "2", refresh.clone()).await;
    assert_eq!(stolen.unwrap_err(), ErrorCode::InvalidClient, "signed with another client's key");
    let foreigner = ask(&foreign, "other", "3", refresh.clone()).await;
    assert_eq!(foreigner.unwrap_err(), ErrorCode::InvalidGrant, "another client with its own key");
    assert!(world.works(&pair.access).await);
    assert!(ask(&own, "app", "4", refresh).await.is_ok());
}

#[tokio::test]
async fn of_fifty_at_once_and_on_the_other_process_one_is_first() {
    let mut world = World::new().await;
    let signer = Signer::p256("a");
    put(&world, keyed("app", &json!({ "jwks": { "keys": [signer.jwk()] } }))).await;
    let assertion = signer.sign(&signer.header("ES256"), &claims("same").to_string());
    let other = world.second().await;
    let tasks: Vec<_> = (0..50)
        .map(|at| {
            let authority = if at % 2 == 0 { world.authority.clone() } else { other.clone() };
            let assertion = Confidential::new(assertion.clone());
            tokio::spawn(async move {
                let credentials = ClientCredentials::Assertion { client_id: None, assertion };
                authority.authenticate_client(credentials, authority.now()).await.is_ok()
            })
        })
        .collect();
    let mut good = 0;
    for task in tasks {
        good += u32::from(task.await.unwrap());
    }
    assert_eq!(good, 1);
    drop(other);
    world.restart().await;
    refused(&world, "after a restart", &assertion).await;
}

#[tokio::test]
async fn claims_that_do_not_fit_are_refused() {
    let world = World::new().await;
    let signer = Signer::p256("a");
    put(&world, keyed("app", &json!({ "jwks": { "keys": [signer.jwk()] } }))).await;
    put(&world, keyed("other", &json!({ "jwks": { "keys": [Signer::p256("a").jwk()] } }))).await;
    let cases = [
        ("another issuer", with("1", "iss", json!("other"))),
        ("another subject", with("2", "sub", json!("other"))),
        ("an unknown subject", with("3", "sub", json!("nobody"))),
        ("an audience of two", with("4", "aud", json!([ISSUER, "https://evil.example"]))),
        ("an audience in an array", with("5", "aud", json!([ISSUER]))),
        ("the token endpoint", with("6", "aud", json!(format!("{ISSUER}/token")))),
        ("another server", with("7", "aud", json!("https://evil.example"))),
        ("with a slash", with("8", "aud", json!(format!("{ISSUER}/")))),
        ("expired", with("9", "exp", json!(START))),
        ("too far ahead", with("10", "exp", json!(START + 611))),
        ("from the future", with("11", "iat", json!(START + 11))),
        ("not yet", with("12", "nbf", json!(START + 11))),
        ("no jti", with("", "iat", json!(START))),
        ("a jti of control characters", with("a\u{0}b", "iat", json!(START))),
        ("an endless jti", with(&"x".repeat(600), "iat", json!(START))),
        ("exp as text", with("13", "exp", json!((START + 60).to_string()))),
        ("exp as null", with("14", "exp", Value::Null)),
        ("exp in an array", with("15", "exp", json!([START + 60]))),
        ("exp below zero", with("16", "exp", json!(-1))),
        ("exp with a fraction", with("17", "exp", json!(1_800_000_060.5))),
        ("exp beyond numbers", format!(r#"{{"iss":"app","sub":"app","aud":"{ISSUER}","jti":"18","exp":1e400}}"#)),
        ("no exp", format!(r#"{{"iss":"app","sub":"app","aud":"{ISSUER}","jti":"19"}}"#)),
        ("nbf as text", with("20", "nbf", json!("0"))),
        ("a claim twice", claims("21").to_string().replacen('{', r#"{"sub":"app","#, 1)),
        ("an unknown claim twice", claims("22").to_string().replacen('{', r#"{"x":1,"x":2,"#, 1)),
        ("a nested claim twice", claims("23").to_string().replacen('{', r#"{"x":[{"y":1,"y":2}],"#, 1)),
        (
            "nested deeply",
            claims("24").to_string().replacen('{', &format!(r#"{{"x":{}{},"#, "[".repeat(2000), "]".repeat(2000)), 1),
        ),
        ("not an object", "[]".to_owned()),
    ];
    for (what, claims) in &cases {
        refused(&world, what, &signer.sign(&signer.header("ES256"), claims)).await;
    }
    let good = signer.sign(&signer.header("ES256"), &with("ok", "exp", json!(START + 600)));
    let mismatch = present(&world, Some("other"), &good).await.unwrap_err();
    assert_eq!(mismatch.code, ErrorCode::InvalidClient);
    assert!(present(&world, Some("app"), &good).await.is_ok(), "a refused try uses nothing up");
}

#[tokio::test]
async fn headers_and_forms_that_do_not_fit_are_refused() {
    let world = World::new().await;
    let (signer, rsa, stranger) = (Signer::p256("a"), Signer::rsa("r"), Signer::p256("a"));
    put(&world, keyed("app", &json!({ "jwks": { "keys": [signer.jwk(), rsa.jwk()] } }))).await;
    let good = |jti: &str| signer.sign(&signer.header("ES256"), &claims(jti).to_string());
    let signed = |header: Value, jti: &str| signer.sign(&header.to_string(), &claims(jti).to_string());
    let jwk = stranger.jwk();
    let cases = [
        ("none", signed(json!({ "alg": "none" }), "1")),
        ("nOnE", signed(json!({ "alg": "nOnE" }), "2")),
        ("HS256", signed(json!({ "alg": "HS256", "kid": "r" }), "3")),
        ("ES384", signed(json!({ "alg": "ES384", "kid": "a" }), "4")),
        ("RS256 by an EC key", signed(json!({ "alg": "RS256", "kid": "a" }), "5")),
        ("ES256 with an RSA key's name", signed(json!({ "alg": "ES256", "kid": "r" }), "6")),
        ("an unknown kid", signed(json!({ "alg": "ES256", "kid": "'; DROP TABLE clients; --" }), "7")),
        (
            "a key of its own",
            stranger.sign(&json!({ "alg": "ES256", "jwk": jwk }).to_string(), &claims("8").to_string()),
        ),
        ("a jku", signed(json!({ "alg": "ES256", "kid": "a", "jku": "https://evil.example/jwks" }), "9")),
        ("an x5u", signed(json!({ "alg": "ES256", "kid": "a", "x5u": "https://evil.example/cert" }), "10")),
        ("crit", signed(json!({ "alg": "ES256", "kid": "a", "crit": ["exp"] }), "11")),
        ("b64", signed(json!({ "alg": "ES256", "kid": "a", "b64": false }), "12")),
        ("an access token's type", signed(json!({ "alg": "ES256", "kid": "a", "typ": "at+jwt" }), "13")),
        ("a DPoP proof's type", signed(json!({ "alg": "ES256", "kid": "a", "typ": "dpop+jwt" }), "14")),
        ("alg twice", signer.sign(r#"{"alg":"none","alg":"ES256","kid":"a"}"#, &claims("15").to_string())),
        ("a stranger's key", stranger.sign(&stranger.header("ES256"), &claims("16").to_string())),
        ("padding", format!("{}=", good("17"))),
        ("a line break", format!("{}\n", good("18"))),
        ("four segments", format!("{}.x", good("19"))),
        ("two segments", good("20").rsplit_once('.').unwrap().0.to_owned()),
        ("no signature", format!("{}.", good("21").rsplit_once('.').unwrap().0)),
        ("too long", signer.sign(&signer.header("ES256"), &with("22", "x", json!("x".repeat(20_000))))),
        ("nothing", String::new()),
    ];
    for (what, assertion) in &cases {
        refused(&world, what, assertion).await;
    }
    let typed = signed(json!({ "alg": "ES256", "kid": "a", "typ": "client-authentication+jwt" }), "ok");
    assert!(present(&world, None, &typed).await.is_ok());
}

#[tokio::test]
async fn only_the_registered_kind_and_algorithm() {
    let world = World::new().await;
    let signer = Signer::rsa("r");
    let keys = json!({ "jwks": { "keys": [signer.jwk()] }, "token_endpoint_auth_signing_alg": "PS256" });
    put(&world, keyed("app", &keys)).await;
    refused(&world, "another algorithm", &signer.sign(&signer.header("RS256"), &claims("1").to_string())).await;
    assert!(present(&world, None, &signer.sign(&signer.header("PS256"), &claims("2").to_string())).await.is_ok());
    let public = with("3", "sub", json!("demo-cli")).replace(r#""iss":"app""#, r#""iss":"demo-cli""#);
    refused(&world, "a public client", &signer.sign(&signer.header("PS256"), &public)).await;
    for credentials in [
        ClientCredentials::None { client_id: "app".to_owned() },
        ClientCredentials::Post { client_id: "app".to_owned(), secret: Confidential::new("x") },
    ] {
        let error =
            world.authority.authenticate_client(credentials, world.authority.now()).await.unwrap_err().into_oauth();
        assert_eq!(error.code, ErrorCode::InvalidClient);
    }
}

#[tokio::test]
async fn a_weak_or_foreign_key_verifies_nothing() {
    let world = World::new().await;
    let signer = Signer::rsa("r");
    let jwk = |change: &dyn Fn(&mut Value)| {
        let mut jwk = signer.jwk();
        change(&mut jwk);
        jwk
    };
    let short = "A".repeat(171);
    for (at, key) in [
        jwk(&|jwk| jwk["use"] = json!("enc")),
        jwk(&|jwk| jwk["alg"] = json!("PS256")),
        jwk(&|jwk| jwk["key_ops"] = json!(["sign"])),
        jwk(&|jwk| jwk["n"] = json!(short)),
        jwk(&|jwk| jwk["kty"] = json!("EC")),
        jwk(&|jwk| jwk["e"] = json!("")),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("app{at}");
        put(&world, keyed(&id, &json!({ "jwks": { "keys": [key] } }))).await;
        let claims = json!({ "iss": id, "sub": id, "aud": ISSUER, "exp": START + 60, "jti": "1" }).to_string();
        refused(&world, &id, &signer.sign(&signer.header("RS256"), &claims)).await;
    }
}

#[tokio::test]
async fn the_oidc_profile_may_name_the_token_endpoint() {
    let world = World::new().await;
    let signer = Signer::p256("a");
    put(&world, Client { profile: Profile::Oidc, ..keyed("app", &json!({ "jwks": { "keys": [signer.jwk()] } })) })
        .await;
    for (jti, audience) in [("1", json!(ISSUER)), ("2", json!([ISSUER])), ("3", json!(format!("{ISSUER}/token")))] {
        let assertion = signer.sign(&signer.header("ES256"), &with(jti, "aud", audience));
        assert!(present(&world, None, &assertion).await.is_ok(), "{jti}");
    }
    let both = json!([ISSUER, format!("{ISSUER}/token")]);
    refused(&world, "both", &signer.sign(&signer.header("ES256"), &with("4", "aud", both))).await;
}

#[tokio::test]
async fn keys_by_reference_are_fetched_and_rotate() {
    let (old, new) = (Signer::p256("old"), Signer::p256("new"));
    let server = HttpsServer::start(Answer::json(&json!({ "keys": [old.jwk()] }), "")).await;
    let ca = server.ca.clone();
    let world = World::with(|settings| settings.documents.development_ca = Some(ca.into_bytes())).await;
    put(&world, keyed("app", &json!({ "jwks_uri": server.url("/jwks") }))).await;
    let signed =
        |signer: &Signer, jti: &str, exp: i64| signer.sign(&signer.header("ES256"), &with(jti, "exp", json!(exp)));

    assert!(present(&world, None, &signed(&old, "1", START + 60)).await.is_ok());
    assert!(present(&world, None, &signed(&old, "2", START + 60)).await.is_ok());
    assert_eq!(server.connections(), 1, "kept");
    server.answer(Answer::json(&json!({ "keys": [new.jwk()] }), ""));
    refused(&world, "too soon to look again", &signed(&new, "3", START + 60)).await;
    assert_eq!(server.connections(), 1);
    world.advance(31);
    assert!(
        present(&world, None, &signed(&new, "4", START + 90)).await.is_ok(),
        "an unknown key is looked for once more"
    );
    refused(&world, "a key that was withdrawn", &signed(&old, "5", START + 90)).await;
    assert_eq!(server.connections(), 2);
    world.advance(601);
    server.answer(Answer::text("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n"));
    let trouble = present(&world, None, &signed(&new, "6", START + 700)).await.unwrap_err();
    assert_eq!(trouble.code, ErrorCode::TemporarilyUnavailable, "their trouble is no verdict on the client");
}

#[tokio::test]
async fn a_client_that_is_gone_or_disabled_is_unknown() {
    let world = World::new().await;
    let signer = Signer::p256("a");
    put(
        &world,
        Client {
            disabled_at: Some(world.authority.now()),
            ..keyed("app", &json!({ "jwks": { "keys": [signer.jwk()] } }))
        },
    )
    .await;
    refused(&world, "disabled", &signer.sign(&signer.header("ES256"), &claims("1").to_string())).await;
}
