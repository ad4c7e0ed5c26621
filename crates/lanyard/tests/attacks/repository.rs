//! V-56, V-60: what we are built of, and what stands in the repository.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Names and versions of everything that some build of ours uses. The lock file holds more: what a feature could bring that
/// nobody asks for.
fn used() -> Vec<(String, [u64; 3])> {
    let asked = ["tree", "--locked", "--workspace", "--all-features", "--prefix", "none", "--format", "{p}"];
    let told = Command::new(env!("CARGO")).args(asked).current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8(told.stdout).unwrap();
    let packages: Vec<(String, [u64; 3])> = text
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            Some((name.to_owned(), version(rest.split(' ').next()?)))
        })
        .collect();
    assert!(packages.len() > 200, "what is used cannot be read any more: {text}");
    packages
}

fn version(text: &str) -> [u64; 3] {
    let plain = text.split(['-', '+']).next().unwrap();
    let mut parts = plain.split('.').map(|part| part.parse().unwrap());
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

/// The first version without the hole, by advisory.
const LEAST: [(&str, [u64; 3], &str); 8] = [
    ("sqlx", [0, 8, 1], "RUSTSEC-2024-0363"),
    ("sqlx-core", [0, 8, 1], "RUSTSEC-2024-0363"),
    ("h2", [0, 4, 16], "RUSTSEC-2026-0258; the series 0.3 has no mended version"),
    ("idna", [1, 0, 0], "RUSTSEC-2024-0421"),
    ("jsonwebtoken", [10, 3, 0], "CVE-2026-25537"),
    ("libsqlite3-sys", [0, 37, 0], "older ones bundle a SQLite that can corrupt a WAL database"),
    ("rustls", [0, 23, 0], "older ones are no longer mended"),
    ("time", [0, 3, 47], "RUSTSEC-2026-0009"),
];

#[test]
fn v56_nothing_of_a_version_with_a_hole_that_we_know_of_is_used() {
    let used = used();
    for (name, least, why) in LEAST {
        for (_, version) in used.iter().filter(|(used, _)| used == name) {
            assert!(*version >= least, "{name} {version:?}: {why}");
        }
    }
}

#[test]
fn v56_what_is_banned_is_not_used_and_stays_banned() {
    let (used, deny) = (used(), fs::read_to_string(root().join("deny.toml")).unwrap());
    for name in ["rsa", "openssl", "openssl-sys", "native-tls", "ring", "sqlx-mysql", "actix-governor", "h2@<0.4.16"] {
        let ban = deny.lines().find(|line| line.contains(&format!("{{ crate = \"{name}\"")));
        let ban = ban.unwrap_or_else(|| panic!("deny.toml no longer bans {name}"));
        let is_used = used.iter().any(|(used, _)| used == name);
        assert!(!is_used || ban.contains("wrappers"), "{name} is used, though deny.toml bans it");
    }
}

/// Every text file that belongs to the project.
fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // The fuzzer's corpus has tokens under a secret that everybody knows.
            if !matches!(name.as_str(), "target" | "node_modules" | ".git" | ".lanyard-dev" | "corpus") {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

#[test]
fn v60_no_key_and_no_secret_stands_in_the_repository() {
    let mut all = Vec::new();
    files(&root(), &mut all);
    assert!(all.len() > 300, "the repository is not where it was");
    // Put together here, so that this file is not one of them.
    let armour = ["-----BEGIN ", "PRIVATE KEY-----\nM"];
    let prefixes = ["at", "rt", "ac", "key"].map(|kind| format!("lyd_{kind}_"));
    for path in all {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let key = text
            .split(armour[0])
            .skip(1)
            .any(|rest| rest.split_once(armour[1]).is_some_and(|(kind, _)| kind.len() < 20));
        assert!(!key, "{} holds a private key", path.display());
        for prefix in &prefixes {
            let whole = text
                .split(prefix.as_str())
                .skip(1)
                .find(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).count() >= 43);
            assert!(whole.is_none(), "{} holds a whole {prefix}… token", path.display());
        }
        assert!(
            path.extension()
                .is_none_or(|extension| !["pem", "key", "p12", "db"].contains(&&*extension.to_string_lossy())),
            "{}",
            path.display()
        );
    }
}
