//! Dynamic registration: DCR-01 … DCR-06, and what clients.md says of real clients.

use std::time::Duration;

use identity::Settings;
use model::{Client, ClientId};
use protocol::{ClientCredentials, ClientMetadata, Confidential, ErrorCode, RegistrationResponse};
use serde_json::{Value, json};

use crate::harness::World;

const ADDRESS: &str = "198.51.100.1";

fn metadata(changes: &Value) -> ClientMetadata {
    let mut metadata = json!({
        "client_name": "Stranger", "redirect_uris": ["http://127.0.0.1:4000/callback"], "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"],
    });
    metadata.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    ClientMetadata::from_value(metadata).unwrap()
}

async fn register(world: &World, changes: &Value) -> RegistrationResponse {
    let answer = world.authority.register(metadata(changes), ADDRESS, world.authority.now()).await;
    answer.unwrap().expect("not too many")
}

async fn stored(world: &World, id: &str) -> Client {
    world.authority.store().read().await.unwrap().client(&ClientId::new(id)).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_answer_says_what_took_effect() {
    let world = World::new().await;
    let answer = register(&world, &json!({})).await;
    let shown = serde_json::to_value(&answer).unwrap();
    assert_eq!(shown["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert_eq!(shown["scope"], "email issues:read offline_access openid profile");
    assert_eq!(shown["redirect_uris"], json!(["http://127.0.0.1:4000/callback"]));
    assert_eq!(shown["id_token_signed_response_alg"], "RS256");
    assert_eq!(shown["client_id_issued_at"], crate::harness::START);
    assert!(shown.as_object().unwrap().values().all(|value| !value.is_null()));
    assert!(shown.get("client_secret").is_none() && shown.get("client_secret_expires_at").is_none());
    let client = stored(&world, &answer.client_id).await;
    assert!(!client.first_party && client.home.is_none() && !client.is_proven());
    assert_eq!(client.metadata.scope, None, "scopes that come later are its too");
}

#[tokio::test]
async fn scopes_that_write_and_unknown_ones_are_left_out() {
    let world = World::new().await;
    let answer = register(&world, &json!({ "scope": "issues:write issues:read admin openid" })).await;
    assert_eq!(serde_json::to_value(&answer).unwrap()["scope"], "issues:read openid");
    assert_eq!(stored(&world, &answer.client_id).await.metadata.scope.unwrap().to_string(), "issues:read openid");
}

#[tokio::test]
async fn a_secret_is_given_once_and_works() {
    let world = World::new().await;
    for method in ["client_secret_basic", "client_secret_post"] {
        let answer = register(&world, &json!({ "token_endpoint_auth_method": method })).await;
        let again = register(&world, &json!({ "token_endpoint_auth_method": method })).await;
        assert_ne!(answer.client_id, again.client_id, "a secret belongs to one registration");
        let secret = answer.client_secret.unwrap();
        assert!(secret.starts_with("lyd_cs_") && answer.client_secret_expires_at == Some(0));
        let credentials =
            ClientCredentials::Basic { client_id: answer.client_id.clone(), secret: Confidential::new(&*secret) };
        assert!(world.authority.authenticate_client(credentials, world.authority.now()).await.is_ok());
        let kept = format!("{:?}", stored(&world, &answer.client_id).await);
        assert!(!kept.contains(&secret));
    }
}

#[tokio::test]
async fn identical_public_registrations_are_one_client() {
    let world = World::new().await;
    let first = register(&world, &json!({})).await;
    world.advance(60);
    let port = register(&world, &json!({ "redirect_uris": ["http://127.0.0.1:4001/callback"] })).await;
    assert_eq!((&port.client_id, port.client_id_issued_at), (&first.client_id, first.client_id_issued_at));
    assert_eq!(port.metadata.redirect_uris[0].as_str(), "http://127.0.0.1:4001/callback", "its own URI is echoed");
    assert_eq!(stored(&world, &first.client_id).await.used_at, Some(world.authority.now()), "its expiry begins anew");
    for changes in [
        json!({ "client_name": "Another" }),
        json!({ "redirect_uris": ["http://127.0.0.1:4000/callback2"] }),
        json!({ "redirect_uris": ["http://[::1]:4000/callback"] }),
        json!({ "redirect_uris": ["http://127.0.0.1:4000/callback", "https://app.example/cb"] }),
        json!({ "redirect_uris": ["http://localhost:4000/callback"] }),
        json!({ "redirect_uris": ["http://localhost:4001/callback"] }),
        json!({ "scope": "openid" }),
        json!({ "application_type": "native" }),
    ] {
        let shown = changes.to_string();
        let one = register(&world, &changes).await;
        assert_ne!(one.client_id, first.client_id, "{shown}");
        assert_eq!(register(&world, &changes).await.client_id, one.client_id, "{shown}");
    }
}

#[tokio::test]
async fn a_disabled_client_is_not_handed_out_again() {
    let world = World::new().await;
    let first = register(&world, &json!({})).await;
    let (id, now) = (ClientId::new(&*first.client_id), world.authority.now());
    let store = world.authority.store().clone();
    store
        .transaction(move |tx| {
            let id = id.clone();
            Box::pin(async move { tx.set_client_disabled(&id, Some(now)).await })
        })
        .await
        .unwrap();
    assert_ne!(register(&world, &json!({})).await.client_id, first.client_id);
}

#[tokio::test]
async fn an_address_registers_so_many_an_hour_and_others_go_on() {
    let world = World::with(|settings| settings.registration.per_address_hourly = 3).await;
    let other = world.second().await;
    let name = |at: u32| metadata(&json!({ "client_name": format!("n{at}") }));
    let now = world.authority.now();
    for at in 0..3 {
        let authority = if at % 2 == 0 { &world.authority } else { &other };
        assert!(authority.register(name(at), "2001:db8::1", now).await.unwrap().is_ok());
    }
    let refused = other.register(name(4), "2001:db8::2", now).await.unwrap();
    assert!(refused.is_err_and(|refused| refused.retry_after <= Duration::from_secs(3600)), "one /64 is one household");
    assert!(world.authority.register(name(5), "2001:db8:0:1::1", now).await.unwrap().is_ok());
    world.advance(3601);
    assert!(world.authority.register(name(6), "2001:db8::1", world.authority.now()).await.unwrap().is_ok());
}

#[tokio::test]
async fn what_is_switched_off_or_cannot_be_had_is_refused() {
    let off = |settings: &mut Settings| settings.registration.dynamic = false;
    let world = World::with(off).await;
    let refused = world.authority.register(metadata(&json!({})), ADDRESS, world.authority.now()).await;
    assert_eq!(refused.err().unwrap().into_oauth().code, ErrorCode::RegistrationNotSupported);
    assert_eq!(world.authority.server_metadata().await.unwrap().registration_endpoint, None);

    let world = World::new().await;
    let odd = metadata(&json!({ "id_token_signed_response_alg": "PS256" }));
    let refused = world.authority.register(odd, ADDRESS, world.authority.now()).await;
    assert_eq!(refused.err().unwrap().into_oauth().code, ErrorCode::InvalidClientMetadata);
}
