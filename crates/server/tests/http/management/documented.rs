//! The calls of docs/api.md are made as they stand there.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::TestServer;

/// The blocks for a shell.
fn blocks() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md")).unwrap();
    let mut blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    let first = blocks.next().unwrap();
    // The first sets the two variables, which the test does itself.
    let call: String =
        first.lines().filter(|line| !line.starts_with("export ")).map(|line| format!("{line}\n")).collect();
    std::iter::once(call).chain(blocks).collect()
}

#[tokio::test]
async fn the_calls_of_the_guide_do_what_it_says() {
    let server = TestServer::start().await;
    let token = server.program("owner@example.com", true).await.token;
    let answers: Vec<Value> = blocks()
        .iter()
        .map(|block| {
            let mut shell = Command::new("sh");
            shell.args(["-euc", block]).env("LANYARD", &server.issuer).env("TOKEN", &token).stdin(Stdio::null());
            let done = shell.output().unwrap();
            assert!(done.status.success(), "{block}\n{}", String::from_utf8_lossy(&done.stderr));
            serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{block}: {done:?}"))
        })
        .collect();
    let [me, organizations, made, changed] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!(me["email"], "owner@example.com");
    assert_eq!(organizations["items"][0]["slug"], "acme");
    assert_eq!((&made["slug"], &made["version"]), (&"mercury".into(), &1.into()));
    assert!(changed["disabled_at"].is_i64() && changed["version"] == 2, "{changed}");
}
