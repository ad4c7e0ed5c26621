//! The seed: complete, the same at every start, and repaired where a crash left it half-made.

use std::path::Path;

use clap::Parser;
use serde_json::Value;
use server::{command::Instance, config::Settings};

use super::{Development, directory::Directory, kept::Kept, seed::seed};

const MCP: &str = "http://localhost:18081/mcp";

/// One start, with hashing that costs next to nothing.
async fn start(data: &Path, fresh: bool) -> Value {
    let cheap = [("LANYARD__PASSWORD__MEMORY", "64"), ("LANYARD__PASSWORD__TIME", "1")];
    let env = cheap.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::development(18080, data, env).unwrap();
    let directory = Directory::open(data, &settings, fresh).unwrap();
    let instance = Instance::open(settings).await.unwrap();
    let mut kept = directory.kept().unwrap();
    let report = seed(instance.authority(), &mut kept, &directory, MCP).await;
    instance.close().await;
    serde_json::from_str(&report.unwrap().line().unwrap()).unwrap()
}

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(flatten)]
    development: Development,
}

#[test]
fn the_demo_app_needs_a_port_behind_the_servers() {
    let typed =
        |port: &str| CommandLine::try_parse_from(["dev", "--port", port, "--fresh"]).map(|line| line.development);
    assert_eq!(typed("9000").unwrap().port, 9000);
    assert!(typed("65535").is_err() && typed("0").is_err());
}

#[tokio::test]
async fn seeding_twice_is_seeding_once() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path(), false).await;
    assert_eq!(start(dir.path(), false).await, first);

    let list = |name: &str| first[name].as_array().unwrap().clone();
    let roles: Vec<Value> = list("people").iter().map(|person| person["role"].clone()).collect();
    assert_eq!(roles, ["owner", "admin", "member", "outsider"]);
    let projects: Vec<Value> = list("projects").iter().map(|project| project["slug"].clone()).collect();
    assert_eq!(projects, ["apollo", "gemini", "research"]);
    let clients = list("clients");
    assert!(clients[0]["client_secret"].is_null() && clients[0]["client_id"] == "demo-cli");
    assert!(clients[1]["client_secret"].is_null() && clients[1]["client_id"] == "demo-device");
    assert!(clients[2]["client_secret"].as_str().unwrap().starts_with("lyd_cs_"));
    assert_eq!(first["resource_servers"][0]["resource"], MCP);
    assert_eq!(first["issuer"], "http://localhost:18080");
}

#[tokio::test]
async fn a_secret_that_was_not_kept_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path(), false).await;
    let mut kept = Kept::load(dir.path()).unwrap();
    kept.secrets.clear();
    kept.save(dir.path()).unwrap();
    let second = start(dir.path(), false).await;
    assert_ne!(second["clients"][2]["client_secret"], first["clients"][2]["client_secret"]);
    assert!(second["resource_servers"][0]["client_secret"].is_string());
    assert_eq!(second["people"], first["people"]);
}

#[tokio::test]
async fn fresh_forgets_and_leaves_strangers_files_alone() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path(), false).await;
    std::fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let second = start(dir.path(), true).await;
    assert_ne!(second["projects"][0]["id"], first["projects"][0]["id"]);
    assert_ne!(second["people"], first["people"]);
    assert_eq!(std::fs::read_to_string(dir.path().join("notes.txt")).unwrap(), "mine");
}
