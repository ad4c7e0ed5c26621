//! The command line as an operator types it, beside a server and without one.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

use crate::harness::{Process, World};

/// Where commands are typed: a configuration, and the database that it names or another one.
pub struct Desk {
    pub config: PathBuf,
    pub database_url: Option<String>,
}

impl Desk {
    pub fn of(world: &World) -> Self {
        Self { config: world.directory.path().join("lanyard.toml"), database_url: None }
    }

    /// Runs it to its end, whatever that is; a server in this process goes on meanwhile.
    pub async fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lanyard"));
        command.args(words).arg("--config").arg(&self.config);
        if let Some(url) = &self.database_url {
            command.env("LANYARD__DATABASE__URL", url);
        }
        tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
    }

    /// What a command says that must succeed.
    pub async fn says(&self, words: &[&str]) -> String {
        let done = self.run(words).await;
        assert!(done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    /// What a command complains of that must fail.
    pub async fn complains(&self, words: &[&str]) -> String {
        let done = self.run(words).await;
        assert!(!done.status.success(), "{words:?}: {}", String::from_utf8_lossy(&done.stdout));
        assert!(done.stdout.is_empty(), "{words:?}: {}", String::from_utf8_lossy(&done.stdout));
        String::from_utf8(done.stderr).unwrap()
    }

    /// The answer of a command in JSON.
    pub async fn answers(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.says(&words).await).unwrap()
    }
}

fn written(world: &World, name: &str, text: &str) -> String {
    let path = world.directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    shown(&path)
}

/// A path as it is typed.
pub fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

const FIRST: &str = r#"
[[organization]]
slug = "north"
name = "North"
[[organization.project]]
slug = "apollo"
name = "Apollo"
[[organization.project]]
slug = "gemini"
name = "Gemini"
[[client]]
id = "north-app"
name = "North App"
kind = "confidential"
redirect_uris = ["https://app.example.com/callback"]
"#;

/// Without Gemini, and with another name.
const SECOND: &str = r#"
[[organization]]
slug = "north"
name = "North"
[[organization.project]]
slug = "apollo"
name = "Apollo II"
[[client]]
id = "north-app"
name = "North App"
kind = "confidential"
redirect_uris = ["https://app.example.com/callback"]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_applied_beside_a_running_server_once_and_prunes_only_what_a_file_made() {
    let (world, _) = World::new(0).await;
    let (process, desk) = (Process::start(&world).await, Desk::of(&world));
    let (first, second) = (written(&world, "first.toml", FIRST), written(&world, "second.toml", SECOND));
    let would = desk.says(&["apply", &first, "--dry-run"]).await;
    for line in ["+ organization north", "+ project north/gemini", "+ client north-app", "Nothing was changed."] {
        assert!(would.contains(line), "{would}");
    }
    assert!(!desk.says(&["organization", "list"]).await.contains("north"), "a dry run makes nothing");
    let made = desk.says(&["apply", &first]).await;
    assert!(made.contains("The secret of client north-app, shown this once: lyd_cs_"), "{made}");
    assert_eq!(desk.says(&["apply", &first]).await.trim(), "Everything is as the file says.");

    desk.says(&["project", "add", "north", "by-hand"]).await;
    let without = desk.says(&["apply", &second, "--dry-run"]).await;
    assert!(without.contains("~ project north/apollo: name") && !without.contains("- project"), "{without}");
    let would = desk.says(&["apply", &second, "--dry-run", "--prune"]).await;
    assert!(would.contains("- project north/gemini") && !would.contains("by-hand"), "{would}");
    assert!(desk.says(&["project", "list", "north"]).await.contains("gemini"));
    desk.says(&["apply", &second, "--prune"]).await;
    let projects = desk.says(&["project", "list", "north"]).await;
    assert!(
        projects.contains("Apollo II") && projects.contains("by-hand") && !projects.contains("gemini"),
        "{projects}"
    );

    let again = desk.complains(&["apply", &first]).await;
    assert!(again.contains("slugs are never given again"), "{again}");
    let odd = desk.complains(&["apply", &written(&world, "odd.toml", "nonsense = 1")]).await;
    assert!(odd.contains("nonsense") && odd.contains("organization"), "{odd}");
    assert!(desk.complains(&["apply", "missing.toml"]).await.contains("missing.toml cannot be read"));
    assert!(process.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn c41_the_command_line_verifies_the_trail_and_names_the_entry_that_was_changed() {
    let (world, _) = World::new(1).await;
    let desk = Desk::of(&world);
    let unsealed = desk.says(&["audit", "verify"]).await;
    assert!(unsealed.contains("stand under no seal yet"), "{unsealed}");
    let process = Process::start(&world).await;
    let mut found = desk.answers(&["audit", "verify"]).await;
    for _ in 0..100 {
        if found["waiting"] == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        found = desk.answers(&["audit", "verify"]).await;
    }
    assert_eq!((found["sound"].as_bool(), found["waiting"].as_u64()), (Some(true), Some(0)), "{found}");
    assert!(process.stop().await);
    let before = desk.says(&["audit", "export"]).await;
    let entry: Value =
        before.lines().find(|line| line.contains("organization.added")).map(serde_json::from_str).unwrap().unwrap();
    let id = entry["id"].as_str().unwrap().split('.').next().unwrap().to_owned();
    world.statements(&format!("UPDATE audit_events SET action = 'organization.renamed' WHERE id = '{id}'")).await;
    let complaint = desk.complains(&["audit", "verify"]).await;
    assert!(complaint.contains(&id) && complaint.contains("changed"), "{complaint}");
    // What is there can be read and taken away all the same.
    let after = desk.says(&["audit", "export"]).await;
    assert_eq!(after.lines().count(), before.lines().count());
    assert!(after.contains("organization.renamed"));
    world.statements(&format!("DELETE FROM audit_events WHERE id = '{id}'")).await;
    assert!(desk.complains(&["audit", "verify"]).await.contains("removed"));
}
