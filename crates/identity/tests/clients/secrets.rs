//! Secrets of clients and resource servers: V-15, V-17, O21-06, O21-22.

use model::{Client, SecretHash, Timestamp};
use protocol::{ClientCredentials, ClientMetadata, Confidential, ErrorCode, OAuthError};
use serde_json::json;

use crate::{
    assertions::put,
    harness::{START, World, client},
};

fn with_secret(id: &str, method: &str) -> Client {
    let metadata = json!({ "redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": method });
    Client {
        metadata: ClientMetadata::from_value(metadata).unwrap(),
        secret_hash: Some(SecretHash::of(format!("secret of {id}").as_bytes())),
        ..client(id, Timestamp::from_seconds(START))
    }
}

fn none(id: &str) -> ClientCredentials {
    ClientCredentials::None { client_id: id.to_owned() }
}

fn basic(id: &str, secret: &str) -> ClientCredentials {
    ClientCredentials::Basic { client_id: id.to_owned(), secret: Confidential::new(secret) }
}

fn post(id: &str, secret: &str) -> ClientCredentials {
    ClientCredentials::Post { client_id: id.to_owned(), secret: Confidential::new(secret) }
}

async fn present(world: &World, credentials: ClientCredentials) -> Result<String, OAuthError> {
    let client = world.authority.authenticate_client(credentials, world.authority.now()).await;
    client.map(|client| client.client().id.to_string()).map_err(identity::Error::into_oauth)
}

#[tokio::test]
async fn basic_and_post_are_one_kind() {
    let world = World::new().await;
    for (id, method) in [("a", "client_secret_basic"), ("b", "client_secret_post")] {
        put(&world, with_secret(id, method)).await;
        let secret = format!("secret of {id}");
        assert_eq!(present(&world, basic(id, &secret)).await.unwrap(), id);
        assert_eq!(present(&world, post(id, &secret)).await.unwrap(), id);
    }
    assert_eq!(present(&world, none("demo-cli")).await.unwrap(), "demo-cli");
}

#[tokio::test]
async fn every_other_credential_gets_the_same_refusal() {
    let world = World::new().await;
    put(&world, with_secret("a", "client_secret_basic")).await;
    put(&world, with_secret("b", "client_secret_basic")).await;
    put(&world, Client { disabled_at: Some(world.authority.now()), ..with_secret("gone", "client_secret_basic") })
        .await;
    let attempts = [
        none("a"),
        none("nobody"),
        none(""),
        basic("a", "secret of b"),
        basic("a", "secret of a "),
        basic("a", ""),
        post("a", "wrong"),
        basic("nobody", "secret of a"),
        basic("demo-cli", "anything"),
        post("demo-cli", "anything"),
        basic("gone", "secret of gone"),
        // What is stored is no credential.
        basic("a", SecretHash::of(b"secret of a").as_str()),
    ];
    for credentials in attempts {
        let used_header = credentials.used_header();
        let shown = format!("{credentials:?}");
        let error = present(&world, credentials).await.expect_err(&shown);
        assert_eq!(
            (error.code, &*error.description),
            (ErrorCode::InvalidClient, "client authentication failed"),
            "{shown}"
        );
        assert_eq!(error.basic_challenge, used_header, "{shown}");
        assert!(!error.detail.contains("secret of"), "{shown}");
    }
    assert_eq!(present(&world, basic("a", "secret of a")).await.unwrap(), "a", "others' failures do not lock it out");
}

#[tokio::test]
async fn a_resource_server_authenticates_with_its_own_secret_only() {
    let world = World::new().await;
    put(&world, with_secret("a", "client_secret_basic")).await;
    let now = world.authority.now();
    for good in [basic("demo-api", "secret"), post("demo-api", "secret")] {
        let resource = world.authority.authenticate_resource(good, now).await.unwrap();
        assert_eq!(resource.id.as_str(), "demo-api");
    }
    let assertion = ClientCredentials::Assertion { client_id: None, assertion: Confidential::new("a.b.c") };
    for bad in
        [none("demo-api"), basic("demo-api", "wrong"), basic("a", "secret of a"), post("nobody", "secret"), assertion]
    {
        let used_header = bad.used_header();
        let error = world.authority.authenticate_resource(bad, now).await.unwrap_err().into_oauth();
        assert_eq!((error.code, error.basic_challenge), (ErrorCode::InvalidClient, used_header));
    }
    // A resource server is no client.
    assert!(present(&world, basic("demo-api", "secret")).await.is_err());
}
