//! API keys, as docs/api-keys.md shows them: its commands in their order, its app, and what both say.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt as _, process::Command};

use serde_json::Value;

use crate::house::{House, ended};

const PAGE: &str = include_str!("../../../../docs/api-keys.md");

/// What stands in the page's blocks of this kind.
fn blocks(kind: &str) -> Vec<&'static str> {
    PAGE.split(&format!("```{kind}\n")).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The page's addresses are this house's.
fn here(text: &str, house: &House, app: u16) -> String {
    text.replace("https://auth.example.com", &format!("http://localhost:{}", house.port))
        .replace("8090", &app.to_string())
}

#[test]
fn the_page_about_api_keys_ends_with_an_app_that_works() {
    let mut house = House::new();
    house.serve();
    let app = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let command =
        format!("#!/bin/sh\nexec '{}' \"$@\" --config '{}'\n", env!("CARGO_BIN_EXE_lanyard"), house.config().display());
    let (lanyard, place) = (house.path().join("lanyard"), house.path().display().to_string());
    fs::write(&lanyard, command).unwrap();
    fs::set_permissions(&lanyard, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(house.path().join("ingest.py"), here(blocks("python")[0], &house, app)).unwrap();
    let script = here(&blocks("sh").join("\n"), &house, app);

    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", &script]).current_dir(house.path()).env_clear();
    let done = ended(shell.env("PATH", format!("{place}:/usr/local/bin:/usr/bin:/bin")));
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    let codes: Vec<&str> = said.lines().filter(|line| line.len() == 3 && line.parse::<u16>().is_ok()).collect();
    assert_eq!(codes, ["202", "202", "429", "401", "401"], "{said}");

    // The first answer has the members that the page shows, and no other.
    let first =
        said.lines().find_map(|line| serde_json::Deserializer::from_str(line).into_iter::<Value>().next()?.ok());
    let first = first.filter(Value::is_object).expect("an answer");
    let shown: Value = serde_json::from_str(blocks("json")[0]).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&first), names(&shown));
    assert_eq!((&first["scope"], &first["limits"]), (&shown["scope"], &shown["limits"]));
    let batch = r#"{"results":[{"active":false},{"active":false}]}"#;
    assert!(said.contains(batch), "{said}");
    let events = fs::read_to_string(house.path().join("events.log")).unwrap();
    assert_eq!(events.matches("bytes for project").count(), 2, "{events}");
    let keys = house.act(&["key", "list", "acme"]);
    assert_eq!(
        (&keys["keys"][0]["name"], &keys["keys"][0]["revoked_reason"]),
        (&"Event shipper".into(), &"revoked_by_operator".into())
    );
}
