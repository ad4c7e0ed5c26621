//! The examples, as processes of their own: each lets in whoever the server vouches for, and nobody else.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod stand;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use reqwest::StatusCode;
use stand::{Stand, until};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where Cargo puts an example: beside the folder of this test. Builds it, which costs nothing where that was done.
fn example(name: &str) -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--all-features", "--offline", "--example", name])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .status();
    assert!(built.unwrap().success(), "{name} does not compile");
    let tests = std::env::current_exe().unwrap();
    tests.parent().unwrap().parent().unwrap().join("examples").join(name)
}

async fn lets_in_only_whom_it_should(name: &str) {
    let stand = Stand::start().await;
    stand.active("good", "g");
    let mut foreign = stand.claims();
    foreign["active"] = true.into();
    foreign["token_type"] = "Bearer".into();
    foreign["aud"] = "https://elsewhere.example".into();
    stand.say("foreign", foreign);
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let command = Command::new(example(name))
        .env("ISSUER", &stand.url)
        .env("RESOURCE", stand::RESOURCE)
        .env("CLIENT_ID", "api")
        .env("CLIENT_SECRET", "secret")
        .env("LISTEN", address.to_string())
        .stdin(Stdio::null())
        .spawn();
    let _running = Running(command.unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let metadata = format!("http://{address}/.well-known/oauth-protected-resource/notes");
    until("the example listens", async || http.get(&metadata).send().await.is_ok()).await;
    let document: serde_json::Value = http.get(&metadata).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&document["resource"], &document["authorization_servers"][0]),
        (&stand::RESOURCE.into(), &stand.url.as_str().into())
    );

    let notes = format!("http://{address}/notes");
    let none = http.get(&notes).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::UNAUTHORIZED);
    assert!(none.headers()["www-authenticate"].to_str().unwrap().contains("resource_metadata="));
    for (token, expected) in [("good", 200), ("foreign", 401), ("unknown", 401)] {
        let answer = http.get(&notes).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{name}, {token}");
        assert_eq!(expected == 200, answer.text().await.unwrap().contains("apollo"));
    }
    let write = http.post(&notes).bearer_auth("good").send().await.unwrap();
    assert_eq!(write.status(), StatusCode::FORBIDDEN);
    stand.revoke("good");
    assert_eq!(http.get(&notes).bearer_auth("good").send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_actix_app() {
    lets_in_only_whom_it_should("actix_app").await;
}

#[tokio::test]
async fn the_axum_app() {
    lets_in_only_whom_it_should("axum_app").await;
}
