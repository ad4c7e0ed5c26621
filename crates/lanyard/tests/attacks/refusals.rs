//! V-60: a configuration that is not whole or not right ends the process, with words and an exit code, before anything answers.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Output};

use crate::house::{House, ended, lanyard};

/// It ended by itself, badly, and names what is wrong; nobody was told that it is ready.
fn is_refused(end: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&end.stderr);
    assert!(matches!(end.status.code(), Some(1 | 2)), "{words:?}: {end:?}");
    assert!(end.stdout.is_empty(), "{end:?}");
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
}

#[test]
fn v60_without_any_of_what_is_required_nothing_starts() {
    for (setting, named) in [
        ("public_url = ", "public_url"),
        ("url = ", "database.url"),
        ("file = ", "keys.file"),
        ("behind_proxy = ", "tls"),
        ("trusted_proxies = ", "trusted_proxies"),
    ] {
        let house = House::new();
        house.rewrite(|text| text.lines().filter(|line| !line.starts_with(setting)).collect::<Vec<_>>().join("\n"));
        is_refused(&house.refused(&[]), &[named]);
    }
    let house = House::new();
    house.rewrite(|_| String::new());
    is_refused(&house.refused(&[]), &["public_url", "database.url", "keys.file", "tls"]);
    fs::remove_file(house.config()).unwrap();
    is_refused(&house.refused(&[]), &["There is no configuration"]);
}

#[test]
fn v60_what_fails_open_elsewhere_is_refused_here() {
    let house = House::new();
    for (variable, value) in [
        ("LANYARD__TRUSTED_PROXIES", "0.0.0.0/0"),
        ("LANYARD__TRUSTED_PROXIES", "::/0"),
        ("LANYARD__TRUSTED_PROXIES", "*"),
        ("LANYARD__TRUSTED_PROXIES", ""),
        ("LANYARD__PUBLIC_URL", "http://localhost:8443"),
        ("LANYARD__PUBLIC_URL", ""),
        ("LANYARD__TLS__BEHIND_PROXY", "false"),
        ("LANYARD__TLS__BEHIND_PROXY", "perhaps"),
        ("LANYARD__PASSWORD__MIN_LENGTH", "1"),
        ("LANYARD__PASSWORD__MEMORY", "8"),
        ("LANYARD__DOCUMENTS__DEVELOPMENT_CA", "/etc/ssl/cert.pem"),
        ("LANYARD__CORS__APP_ORIGINS", "*"),
        ("LANYARD__RATE_LIMITS__TOKEN", "0/1m"),
        ("LANYARD__TOKENS__CODE_LIFETIME", "1d"),
        ("LANYARD__TOKENS__NONSENSE", "1"),
        ("LANYARD__DATABASE__URL", "mysql://x/y"),
        ("LANYARD__DATABASE__URL", "sqlite:/nowhere/at/all/lanyard.db"),
    ] {
        is_refused(&house.refused(&[(variable, value)]), &[]);
    }
}

#[test]
fn v60_a_key_file_that_is_gone_open_weak_or_anothers_is_refused_and_never_quoted() {
    let house = House::new();
    let keys = house.path().join("keys.toml");
    let good = fs::read_to_string(&keys).unwrap();
    let secret =
        good.lines().find_map(|line| line.strip_prefix("value = \"")).unwrap().trim_end_matches('"').to_owned();
    for (what, text) in [
        ("empty", String::new()),
        ("without a secret", good.replace("value", "other")),
        ("a short secret", good.replace(&secret, &secret[..42])),
        ("a weak secret", good.replace(&secret, &"0".repeat(43))),
        ("no digits", good.replace(&secret, &"-".repeat(43))),
        ("not TOML", format!("{good}[[")),
    ] {
        fs::write(&keys, &text).unwrap();
        let end = house.refused(&[]);
        is_refused(&end, &["keys.file"]);
        assert!(!String::from_utf8_lossy(&end.stderr).contains(&secret[..42]), "{what}: the secret is quoted");
    }
    fs::write(&keys, &good).unwrap();
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    is_refused(&house.refused(&[]), &["keys.file", "open to others"]);
    fs::remove_file(&keys).unwrap();
    is_refused(&house.refused(&[]), &["keys.file"]);
}

#[test]
fn v60_a_command_without_its_configuration_does_nothing() {
    let empty = tempfile::tempdir().unwrap();
    for words in [&["serve"][..], &["check"], &["migrate"], &["client", "list"], &["user", "list"]] {
        is_refused(&ended(lanyard().args(words).current_dir(empty.path())), &["There is no configuration"]);
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "nothing was made");
}
