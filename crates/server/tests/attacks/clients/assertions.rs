//! V-17, V-25, V-55: clients with keys. The whole list of odd assertions stands in `identity`; here are the sequences.

use futures_util::future::join_all;
use identity::admin::{Act, ClientAdd, ClientKind};
use serde_json::{Value, json};

use super::{
    codes::token_at,
    wire::{basic, error, fields, form},
};
use crate::harness::{
    START, TestServer,
    browser::encode,
    seed::{act, client, plain, text},
};
use signer::Signer;

#[path = "../../../../identity/tests/clients/signer.rs"]
mod signer;

const BY_JWT: (&str, &str) = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

/// The client `keyed`, which reads Apollo by itself.
async fn keyed(server: &TestServer) -> Signer {
    let signer = Signer::p256("a");
    let add = ClientAdd {
        kind: ClientKind::PrivateKeyJwt { jwks: Some(json!({ "keys": [signer.jwk()] })), jwks_uri: None },
        grant_types: vec!["client_credentials".into()],
        home: Some(identity::admin::ClientHome { organization: "acme".into(), project: "apollo".into() }),
        ..plain("keyed", &[])
    };
    act(&server.authority, client(add)).await;
    signer
}

fn claims(server: &TestServer, jti: &str) -> Value {
    let now = START.as_seconds();
    json!({ "iss": "keyed", "sub": "keyed", "aud": server.issuer, "jti": jti, "iat": now, "exp": now + 60 })
}

fn request(assertion: &str) -> [(&str, &str); 3] {
    [("grant_type", "client_credentials"), BY_JWT, ("client_assertion", assertion)]
}

#[tokio::test]
async fn v25_an_assertion_is_good_once_in_a_row_at_once_and_at_the_other_process() {
    let server = TestServer::start().await;
    let processes = [server.address, server.second().await];
    let signer = keyed(&server).await;
    let assertion = signer.sign(&signer.header("ES256"), &claims(&server, "in a row").to_string());
    assert_eq!(token_at(processes[0], &request(&assertion)).await.status, 200);
    for address in processes {
        assert_eq!(error(&token_at(address, &request(&assertion)).await), "invalid_client");
    }
    let assertion = signer.sign(&signer.header("ES256"), &claims(&server, "at once").to_string());
    let request = request(&assertion);
    let answers = join_all((0..50).map(|at| token_at(processes[at % 2], &request))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| error(answer) == "invalid_client"));
}

#[tokio::test]
async fn v55_signed_assertions_whose_times_are_of_the_wrong_type_are_refused() {
    let server = TestServer::start().await;
    let signer = keyed(&server).await;
    let signed = |claims: &str| signer.sign(&signer.header("ES256"), claims);
    for (name, value) in [
        ("exp", "\"9999999999\""),
        ("exp", "null"),
        ("exp", "[9999999999]"),
        ("exp", "{}"),
        ("exp", "1e400"),
        ("exp", "-1"),
        ("exp", "true"),
        ("nbf", "\"0\""),
        ("nbf", "[]"),
        ("iat", "\"0\""),
    ] {
        let mut odd = claims(&server, &format!("{name} {value}"));
        odd.as_object_mut().unwrap().remove(name);
        let odd = odd.to_string().replacen('{', &format!("{{\"{name}\":{value},"), 1);
        let refused = fields(&server, "/token", &request(&signed(&odd))).await;
        assert_eq!((refused.status.as_u16(), error(&refused).as_str()), (401, "invalid_client"), "{name}: {value}");
    }
    let mut timeless = claims(&server, "timeless");
    timeless.as_object_mut().unwrap().remove("exp");
    assert_eq!(fields(&server, "/token", &request(&signed(&timeless.to_string()))).await.status, 401, "no exp");
    let good = signed(&claims(&server, "good").to_string());
    assert_eq!(fields(&server, "/token", &request(&good)).await.status, 200);
}

#[tokio::test]
async fn v17_no_client_authenticates_in_another_way_than_it_registered() {
    let server = TestServer::start().await;
    let signer = keyed(&server).await;
    let secret = server.seeded.service_secret.clone();
    let named = |id: &str| {
        let (mut claims, now) = (claims(&server, id), START.as_seconds());
        (claims["iss"], claims["sub"], claims["exp"]) = (json!(id), json!(id), json!(now + 60));
        signer.sign(&signer.header("ES256"), &claims.to_string())
    };
    let (of_service, of_cli, of_app) = (named("demo-service"), named("demo-cli"), named("demo-app"));
    let grant = ("grant_type", "client_credentials");
    for (what, request) in [
        ("keys, nothing shown", vec![grant, ("client_id", "keyed")]),
        ("keys, a secret shown", vec![grant, ("client_id", "keyed"), ("client_secret", &secret)]),
        ("a secret, nothing shown", vec![grant, ("client_id", "demo-service")]),
        ("a secret, another's key shown", vec![grant, BY_JWT, ("client_assertion", &of_service)]),
        ("nothing, a key shown", vec![grant, BY_JWT, ("client_assertion", &of_cli)]),
        ("nothing, a secret shown", vec![grant, ("client_id", "demo-cli"), ("client_secret", &secret)]),
        ("another client's key", vec![grant, BY_JWT, ("client_assertion", &of_app)]),
    ] {
        let refused = fields(&server, "/token", &request).await;
        assert_eq!((refused.status.as_u16(), error(&refused).as_str()), (401, "invalid_client"), "{what}");
    }
    for (id, secret) in [("keyed", secret.as_str()), ("demo-cli", secret.as_str()), ("keyed", "x")] {
        let header = basic(id, secret);
        let refused = form(&server, "/token", &[("authorization", &header)], &encode(&[grant])).await;
        assert_eq!((refused.status.as_u16(), error(&refused).as_str()), (401, "invalid_client"), "{id}");
    }
}

#[tokio::test]
async fn v17_a_secret_that_was_replaced_is_wrong_at_once() {
    let server = TestServer::start().await;
    let old = basic("demo-service", &server.seeded.service_secret);
    let grant = encode(&[("grant_type", "client_credentials")]);
    assert_eq!(form(&server, "/token", &[("authorization", &old)], &grant).await.status, 200);
    let new =
        text(&act(&server.authority, Act::ClientNewSecret { client: "demo-service".into() }).await, "client_secret");
    assert_eq!(error(&form(&server, "/token", &[("authorization", &old)], &grant).await), "invalid_client");
    let new = basic("demo-service", &new);
    assert_eq!(form(&server, "/token", &[("authorization", &new)], &grant).await.status, 200);
}
