//! The keys that sign: first keys, rotation, JWKS, hints, and a server secret that changes its version.

use std::collections::BTreeSet;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::{Actor, Authority, Settings};
use model::ServerSecrets;
use protocol::ErrorCode;
use serde_json::{Value, json};
use storage::Store;

use crate::{harness::World, signer::Signer};

async fn jwks(authority: &Authority) -> Vec<Value> {
    authority.jwks(authority.now()).await.unwrap()["keys"].as_array().unwrap().clone()
}

fn kids(keys: &[Value]) -> BTreeSet<String> {
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// An ID token from a whole sign-in.
async fn id_token(world: &World) -> String {
    world.redeem("demo-cli", &world.code("demo-cli").await).await.unwrap().id_token.unwrap()
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

fn kid(token: &str) -> String {
    header(token)["kid"].as_str().unwrap().to_owned()
}

/// Verified with the published key alone, as a relying party would.
fn verifies(token: &str, keys: &[Value]) -> bool {
    let Some(key) = keys.iter().find(|key| key["kid"] == kid(token).as_str()) else { return false };
    let number = |member: &str| URL_SAFE_NO_PAD.decode(key[member].as_str().unwrap()).unwrap();
    let point = [vec![4], number("x"), number("y")].concat();
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn the_first_keys_are_public_parts_only() {
    let world = World::new().await;
    let keys = jwks(&world.authority).await;
    let algorithms: BTreeSet<_> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, BTreeSet::from(["ES256", "EdDSA", "RS256"]));
    assert_eq!(kids(&keys).len(), 3);
    for key in &keys {
        let members: BTreeSet<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(
            members.is_subset(&BTreeSet::from(["kty", "crv", "x", "y", "n", "e", "kid", "use", "alg"])),
            "{members:?}"
        );
        assert_eq!(key["use"], "sig");
    }
    let rsa = keys.iter().find(|key| key["kty"] == "RSA").unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(rsa["n"].as_str().unwrap()).unwrap().len(), 256);
    let token = id_token(&world).await;
    assert_eq!((header(&token)["alg"].as_str(), header(&token)["typ"].as_str()), (Some("ES256"), Some("JWT")));
    assert!(verifies(&token, &keys));
}

#[tokio::test]
async fn rotation_publishes_then_signs_then_retires_and_signs_nobody_out() {
    let world = World::new().await;
    let pair = world.connect("demo-cli").await;
    let old = id_token(&world).await;
    let before = kids(&jwks(&world.authority).await);
    let made: BTreeSet<_> = world
        .authority
        .rotate_signing_keys(&Actor::operator(), world.authority.now())
        .await
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(made.len(), 3);
    let published = jwks(&world.authority).await;
    assert_eq!(kids(&published), before.union(&made).cloned().collect());
    assert_eq!(kid(&id_token(&world).await), kid(&old), "a new key does not sign before others could learn of it");
    world.advance(300);
    let new = id_token(&world).await;
    assert!(made.contains(&kid(&new)));
    assert!(verifies(&new, &jwks(&world.authority).await) && verifies(&old, &jwks(&world.authority).await));
    assert!(world.refresh("demo-cli", &pair.refresh).await.is_ok());
    // The last token under the old key lives for an hour; then the key goes from the JWKS.
    world.advance(3600);
    assert!(verifies(&old, &jwks(&world.authority).await));
    world.advance(301);
    assert_eq!(kids(&jwks(&world.authority).await), made);
    assert!(verifies(&id_token(&world).await, &jwks(&world.authority).await));
}

#[tokio::test]
async fn a_key_goes_when_nothing_that_it_signed_can_come_back() {
    let world = World::new().await;
    let old = id_token(&world).await;
    let stored = async || {
        let keys = world.authority.store().read().await.unwrap().signing_keys().await.unwrap();
        keys.into_iter().map(|key| key.id).collect::<BTreeSet<_>>()
    };
    let first = stored().await;
    let made: BTreeSet<_> = world
        .authority
        .rotate_signing_keys(&Actor::operator(), world.authority.now())
        .await
        .unwrap()
        .into_iter()
        .collect();
    let clean = async || world.authority.run_janitor_once(world.authority.now()).await.unwrap();
    let is_hint = async || world.authority.verify_id_token_hint(&old, world.authority.now()).await.is_ok();
    // They retire after five minutes, are published for 65 more, and serve hints for a session's 14 days after that.
    world.advance(70 * 60 + 14 * 86400 - 1);
    clean().await;
    assert_eq!(stored().await, first.union(&made).cloned().collect());
    assert!(is_hint().await);
    world.advance(1);
    clean().await;
    assert_eq!(stored().await, made);
    assert!(!is_hint().await, "out of memory too");
    assert_eq!(kids(&jwks(&world.authority).await), made, "what signs stays");
    world.advance(365 * 86400);
    clean().await;
    assert_eq!(stored().await, made, "and what was never succeeded stays for ever");
}

#[tokio::test]
async fn every_process_changes_over_at_the_same_moment() {
    let world = World::new().await;
    let other = world.second().await;
    let made = world.authority.rotate_signing_keys(&Actor::operator(), world.authority.now()).await.unwrap();
    world.advance(61);
    let there = kids(&jwks(&other).await);
    assert!(made.iter().all(|kid| there.contains(kid)), "noticed well before they sign");
}

#[tokio::test]
async fn processes_that_start_together_end_with_one_key_each() {
    let world = World::new().await;
    if !world.authority.store().is_shared() {
        return; // One process owns an SQLite database.
    }
    let database = crate::harness::database::Database::fresh().await;
    let starts = (0..4).map(|_| async {
        let store = Store::open(&database.options()).await.unwrap();
        Authority::new(store, crate::harness::secrets(), world.clock.clone(), Settings::new("https://issuer.example"))
            .await
            .unwrap()
    });
    let authorities = futures_util::future::join_all(starts).await;
    let mut all = BTreeSet::new();
    for authority in &authorities {
        all.extend(kids(&jwks(authority).await));
    }
    assert_eq!(all.len(), 3);
}

#[tokio::test]
async fn keys_outlive_a_restart_and_move_to_a_new_server_secret() {
    let mut world = World::new().await;
    let before = kids(&jwks(&world.authority).await);
    world.restart().await;
    assert_eq!(kids(&jwks(&world.authority).await), before);

    let settings = world.authority.settings().clone();
    let open = async |versions: &[(u16, [u8; 32])]| {
        let store = Store::open(&world.database.options()).await.unwrap();
        let secrets = ServerSecrets::new(versions.iter().copied()).unwrap();
        Authority::new(store, secrets, world.clock.clone(), settings.clone()).await
    };
    world.authority.store().close().await;
    let both = open(&[(1, [7; 32]), (2, [8; 32])]).await.unwrap();
    assert_eq!(kids(&jwks(&both).await), before);
    both.store().close().await;
    // Sealed anew under version 2, so version 1 may go.
    let new = open(&[(2, [8; 32])]).await.unwrap();
    assert_eq!(kids(&jwks(&new).await), before);
    new.store().close().await;
    let lost = open(&[(3, [9; 32])]).await.err().unwrap().into_oauth();
    assert_eq!(lost.code, ErrorCode::ServerError);
    assert!(lost.detail.contains("version 2"), "it says what is missing: {}", lost.detail);
}

#[tokio::test]
async fn a_hint_is_an_id_token_of_ours_expired_or_not() {
    let world = World::new().await;
    let hint = id_token(&world).await;
    let read = async |token: &str| {
        let claims = world.authority.verify_id_token_hint(token, world.authority.now()).await;
        claims.map_err(identity::Error::into_oauth)
    };
    assert_eq!(read(&hint).await.unwrap().sub, world.person.user.id.to_string());
    world.authority.rotate_signing_keys(&Actor::operator(), world.authority.now()).await.unwrap();
    world.advance(30 * 86400);
    assert!(read(&hint).await.is_ok(), "expired, and its key retired");

    let (input, signature) = hint.rsplit_once('.').unwrap();
    let (head, claims) = input.split_once('.').unwrap();
    let forger = Signer::p256(&kid(&hint));
    let text = |segment: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(segment).unwrap()).unwrap();
    let other_claims = URL_SAFE_NO_PAD.encode(text(claims).replace("issuer.example", "issuer.evil"));
    let unsigned = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": kid(&hint) }).to_string());
    let bad = [
        forger.sign(&text(head), &text(claims)),
        format!("{head}.{other_claims}.{signature}"),
        format!("{unsigned}.{claims}."),
        format!("{hint}="),
        String::new(),
    ];
    for token in &bad {
        assert_eq!(read(token).await.unwrap_err().code, ErrorCode::InvalidRequest, "{token}");
    }
}
