//! The files: the settings' own, those that they name, what `init` writes, and the documentation.

use super::*;

#[test]
fn what_init_writes_loads() {
    let own = Template {
        public_url: "https://auth.example.com",
        database_url: "postgres://u:p\"w@db/lanyard",
        key_file: "/etc/lanyard/keys.toml",
        trusted_proxies: &[],
    };
    let settings = load(&template(&own), &[]).unwrap();
    assert!(matches!(settings.transport, Transport::Tls { .. }));
    let proxied = Template { trusted_proxies: &["10.0.0.5", "fd00::/8"], ..own };
    assert_eq!(load(&template(&proxied), &[]).unwrap().trusted_proxies.len(), 2);

    // Every commented line is one that may be written.
    let commented: String = template(&proxied)
        .lines()
        .filter(|line| !line.starts_with("# ") || line.starts_with("# [") || line.contains(" = "))
        .map(|line| line.strip_prefix("# ").unwrap_or(line).to_owned() + "\n")
        .collect();
    let wrong = named(load(&commented, &[]));
    let clash =
        ["tls.behind_proxy", "providers.google.client_secret", "providers.google.tenant", "documents.development_ca"];
    assert_eq!(wrong, clash, "{commented}");
}

#[test]
fn files_that_the_settings_name_are_looked_at() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings::development(8080, directory.path(), []).unwrap();
    let names = |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.setting).collect::<Vec<_>>();
    assert_eq!(names(settings.check_files()), ["keys.file"]);
    KeyFile::generate(model::Timestamp::from_micros(0)).create(&settings.key_file).unwrap();
    assert!(settings.check_files().is_empty());
    assert_eq!(
        names(load(GOOD, &[("LANYARD__DATABASE__URL", "sqlite:/nonexistent/a.db")]).unwrap().check_files()),
        ["keys.file", "tls.certificate", "database.url"]
    );
}

/// docs/configuration.md is generated: `UPDATE=1 cargo test -p lanyard-server reference` writes it.
#[test]
fn the_documentation_is_the_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, reference()).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), reference(), "run with UPDATE=1 to write it anew");
}

/// C-36.
#[test]
fn a_file_with_a_secret_in_it_that_others_can_read_is_refused_and_the_secret_not_quoted() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lanyard.toml");
    let provider = "[providers.acme]\nbase_url = \"https://id.acme.example\"\nclient_id = \"a\"";
    let inline = format!("{GOOD}\n{provider}\nclient_secret = \"hunter2\"");
    let database = GOOD.replace("sqlite:/var/lib/lanyard/lanyard.db", "postgres://lanyard:hunter2@db.example/lanyard");
    let mail = format!(
        "{GOOD}\n[mail]\nserver = \"mail.example\"\nfrom = \"a@example.com\"\nusername = \"u\"\npassword = \"hunter2\""
    );
    let with = |text: &str, mode: u32| {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Settings::load(Some(&path), [])
    };
    for (text, held) in [
        (&inline, "providers.acme.client_secret"),
        (&database, "the password of database.url"),
        (&mail, "mail.password"),
    ] {
        for mode in [0o644, 0o640, 0o604, 0o660] {
            let problems = with(text, mode).unwrap_err();
            let [problem] = problems.as_slice() else { panic!("{held}, {mode:o}: {problems:?}") };
            assert!(problem.wrong.contains(held) && problem.remedy.contains("chmod 600"), "{problem}");
            assert!(!problem.to_string().contains("hunter2"), "{problem}");
        }
        with(text, 0o600).unwrap();
        with(text, 0o400).unwrap();
    }
    // What holds none may be read by anybody.
    with(GOOD, 0o644).unwrap();
    with(&format!("{GOOD}\n{provider}"), 0o644).unwrap();

    // And a file of its own may not.
    let secret = directory.path().join("acme.secret");
    fs::write(&secret, "hunter2\n").unwrap();
    let named = format!("{GOOD}\n{provider}\nclient_secret_file = \"{}\"", secret.display());
    for mode in [0o644, 0o640, 0o604] {
        fs::set_permissions(&secret, fs::Permissions::from_mode(mode)).unwrap();
        let problems = with(&named, 0o644).unwrap_err();
        let [problem] = problems.as_slice() else { panic!("{mode:o}: {problems:?}") };
        assert_eq!(problem.setting, "providers.acme.client_secret_file");
        assert!(problem.remedy.contains("chmod 600") && !problem.to_string().contains("hunter2"), "{problem}");
    }
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let settings = with(&named, 0o644).unwrap();
    assert_eq!(settings.providers[0].client_secret.as_ref().unwrap().expose(), "hunter2");
}
