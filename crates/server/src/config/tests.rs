use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::*;

mod files;

const GOOD: &str = r#"
    public_url = "https://auth.example.com"
    [tls]
    certificate = "/etc/lanyard/certificate.pem"
    key = "/etc/lanyard/certificate-key.pem"
    [database]
    url = "sqlite:/var/lib/lanyard/lanyard.db"
    [keys]
    file = "/etc/lanyard/keys.toml"
"#;

fn load(text: &str, env: &[(&str, &str)]) -> Result<Settings, Vec<Problem>> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("lanyard.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    Settings::load(Some(&path), pairs(env))
}

fn pairs(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The settings that problems name, in order.
fn named(outcome: Result<Settings, Vec<Problem>>) -> Vec<String> {
    outcome.err().unwrap_or_default().into_iter().map(|problem| problem.setting).collect()
}

#[test]
fn a_good_file_loads_with_the_defaults_of_the_documentation() {
    let settings = load(GOOD, &[]).unwrap();
    assert_eq!(settings.public_url.as_str(), "https://auth.example.com");
    assert_eq!(settings.tokens.access_lifetime, HumanDuration::minutes(15));
    assert_eq!(settings.tokens.retry_window, HumanDuration::seconds(30));
    assert_eq!(settings.tokens.repeat_limit, 0);
    assert_eq!(settings.listen, ["127.0.0.1:8443".parse().unwrap()]);
    assert!(matches!(settings.transport, Transport::Tls { .. }));
    assert!(!settings.development);
}

#[test]
fn the_environment_overrides_every_kind_of_value() {
    let settings = load(
        GOOD,
        &[
            ("LANYARD__PUBLIC_URL", "https://other.example.com"),
            ("LANYARD__LISTEN", "127.0.0.1:1, [::1]:2"),
            ("LANYARD__TOKENS__RETRY_WINDOW", "2s"),
            ("LANYARD__TOKENS__REPEAT_LIMIT", "3"),
            ("LANYARD__SIGN_UP__ENABLED", "false"),
            ("LANYARD__BRAND__NAME", "2024"),
            ("LANYARD__CORS__APP_ORIGINS", r#"["https://app.example.com"]"#),
            ("LANYARD__RATE_LIMITS__PAGE", "5/1m"),
            ("LANYARD_PAGES_DIR", "not ours"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(settings.public_url.as_str(), "https://other.example.com");
    assert_eq!(settings.listen.len(), 2);
    assert_eq!(settings.tokens.retry_window, HumanDuration::seconds(2));
    assert_eq!(settings.tokens.repeat_limit, 3);
    assert!(!settings.sign_up.enabled);
    assert_eq!(settings.brand.name, "2024");
    assert_eq!(settings.cors.app_origins.len(), 1);
    assert_eq!(settings.rate_limits.page, Rate::new(5, HumanDuration::minutes(1)));
}

#[test]
fn an_empty_file_names_everything_that_is_required_at_once() {
    assert_eq!(named(load("", &[])), ["public_url", "database.url", "keys.file", "tls"]);
    assert_eq!(named(Settings::load(None, [])), ["public_url", "database.url", "keys.file", "tls"]);
    for problem in load("", &[]).unwrap_err() {
        assert!(problem.remedy.starts_with("Write "), "{problem}");
    }
}

#[test]
fn every_setting_that_is_empty_names_itself() {
    for (section, _, keys) in sections::all() {
        for key in keys.iter().filter(|key| key.shape == kind::Shape::Text) {
            let line = format!("{} = \"\"\n", key.name);
            let text = if section.is_empty() { line } else { format!("[{section}]\n{line}") };
            assert_eq!(named(load(&text, &[])).iter().filter(|name| **name == key.path()).count(), 1, "{text}");
        }
        for key in keys {
            let variable = key.variable();
            assert!(named(load(GOOD, &[(&variable, " ")])).contains(&variable), "{variable}");
        }
    }
}

#[test]
fn every_setting_of_a_wrong_kind_names_itself_and_its_example() {
    for (section, _, keys) in sections::all() {
        for key in keys {
            let line = format!("{} = [{{ a = 1 }}]\n", key.name);
            let text = if section.is_empty() { line } else { format!("[{section}]\n{line}") };
            let problems = load(&text, &[]).unwrap_err();
            let problem = problems.iter().find(|problem| problem.setting == key.path());
            let problem = problem.unwrap_or_else(|| panic!("{text} gave {problems:?}"));
            assert!(problem.remedy.contains(key.example), "{problem}");
        }
    }
}

#[test]
fn unknown_settings_are_refused_with_the_one_that_was_meant() {
    let text = format!("{GOOD}\n[tokens]\nacces_lifetime = \"15m\"\n[tokns]\nx = 1\n");
    let problems = load(&text, &[("LANYARD__TOKENS__RETRY_WINDO", "2s"), ("LANYARD__X", "1")]).unwrap_err();
    let names: Vec<&str> = problems.iter().map(|problem| problem.setting.as_str()).collect();
    assert_eq!(names, ["LANYARD__TOKENS__RETRY_WINDO", "LANYARD__X", "tokens.acces_lifetime", "tokns"]);
    assert!(problems[0].remedy.contains("tokens.retry_window"), "{}", problems[0]);
    assert!(problems[2].remedy.contains("tokens.access_lifetime"), "{}", problems[2]);
}

#[test]
fn all_problems_come_at_once() {
    let text = r#"
        public_url = "http://auth.example.com"
        trusted_proxies = ["0.0.0.0/0"]
        listen = []
        brand = "x"
        [tls]
        certificate = "a.pem"
        [database]
        url = "mysql://u:hunter2@db/x"
        readers = 0
        [tokens]
        access_lifetime = "30"
        idle_lifetime = "1d"
        code_lifetime = "11m"
        [password]
        min_length = 8
        memory = 1024
        [documents]
        development_ca = "ca.pem"
    "#;
    let problems = load(text, &[]).unwrap_err();
    let mut names: Vec<&str> = problems.iter().map(|problem| problem.setting.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "brand",
            "database.readers",
            "database.url",
            "documents.development_ca",
            "keys.file",
            "listen",
            "password.memory",
            "password.min_length",
            "public_url",
            "tls.key",
            "tokens.access_lifetime",
            "tokens.code_lifetime",
            "tokens.recovery_window",
            "trusted_proxies",
        ]
    );
    assert!(!format!("{problems:?}").contains("hunter2"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let cases = [
        ("[tokens]\naccess_lifetime = \"59s\"", "tokens.access_lifetime"),
        ("[tokens]\nretry_window = \"8m\"", "tokens.access_lifetime"),
        ("[tokens]\naccess_lifetime = \"1h\"\nretry_window = \"6m\"", "tokens.retry_window"),
        ("[tokens]\naccess_lifetime = \"2d\"", "tokens.access_lifetime"),
        ("[tokens]\naccess_lifetime = \"0s\"\nretry_window = \"0s\"", "tokens.access_lifetime"),
        ("[tokens]\nrecovery_window = \"31d\"", "tokens.recovery_window"),
        ("[tokens]\nabsolute_lifetime = \"29d\"", "tokens.idle_lifetime"),
        ("[tokens]\ncode_lifetime = \"0s\"", "tokens.code_lifetime"),
        ("[sessions]\nlifetime = \"0s\"", "sessions.lifetime"),
        ("[password]\nmin_length = 11", "password.min_length"),
        ("[password]\ntime = 1", "password.memory"),
        ("[password]\nmin_score = 2", "password.min_score"),
        ("[password]\nbreaches = \"http://ranges.example/\"", "password.breaches"),
        ("[password]\nbreaches = \"https://ranges.example/range\"", "password.breaches"),
        ("[password]\nimported_delay = \"10ms\"", "password.imported_delay"),
        ("[password]\nconcurrency = 0", "password.concurrency"),
        ("[registration]\nunused_expiry = \"1m\"", "registration.unused_expiry"),
        ("[brand]\naccent = \"red\"", "brand.accent"),
        ("[metrics]\nlisten = [\"127.0.0.1:9464\", \"10.0.0.5:9464\"]", "metrics.listen"),
        ("[metrics]\nlisten = [\"[::]:9464\"]", "metrics.listen"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[log]\nlevel = \"info,=\"", "log.level"),
        ("[cors]\napp_origins = [\"*\"]", "cors.app_origins"),
        ("[mail]\nserver = \"smtp.example.com\"", "mail.from"),
        ("[mail]\nserver = \"a b\"\nfrom = \"a@example.com\"", "mail.server"),
        ("[mail]\nserver = \"smtp.example.com\"\nfrom = \"a@example.com\"\nport = 0", "mail.port"),
        ("[mail]\nserver = \"smtp.example.com\"\nfrom = \"a@example.com\"\nencryption = \"none\"", "mail.encryption"),
        ("[mail]\nserver = \"smtp.example.com\"\nfrom = \"a@example.com\"\nusername = \"u\"", "mail.password"),
        ("[mail]\nserver = \"smtp.example.com\"\nfrom = \"a, b@example.com\"", "mail.from"),
        ("[mail]\npassword = \"without a server\"", "mail.password"),
        ("[mail]\ndevelopment_inbox = true", "mail.development_inbox"),
    ];
    for (text, setting) in cases {
        assert_eq!(named(load(&format!("{GOOD}\n{text}\n"), &[])), [setting], "{text}");
    }
    let exactly_twice = format!("{GOOD}\n[tokens]\naccess_lifetime = \"60s\"\n");
    assert!(load(&exactly_twice, &[]).is_ok());
    let strict = format!("{GOOD}\n[tokens]\nretry_window = \"0s\"\n");
    assert!(load(&strict, &[]).is_ok());
}

#[test]
fn mail_goes_to_a_server_to_the_inbox_or_nowhere_and_its_password_never_prints() {
    assert!(matches!(load(GOOD, &[]).unwrap().mail, Mail::None));
    let text = format!(
        "{GOOD}\n[mail]\nserver = \"smtp.example.com\"\nencryption = \"starttls\"\nusername = \"lanyard\"\nfrom = \"No-Reply@Example.com\"\n"
    );
    let settings = load(&text, &[("LANYARD__MAIL__PASSWORD", "hunter2 hunter2")]).unwrap();
    let Mail::Smtp(server) = &settings.mail else { panic!("{:?}", settings.mail) };
    assert_eq!((server.port, server.from.to_string().as_str()), (587, "no-reply@example.com"));
    assert_eq!(server.login.as_ref().unwrap().1.expose(), "hunter2 hunter2");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let here = format!("{GOOD}\n[mail]\nserver = \"127.0.0.1\"\nencryption = \"none\"\nfrom = \"a@example.com\"\n");
    assert!(matches!(load(&here, &[]).unwrap().mail, Mail::Smtp(Smtp { port: 25, .. })));
    let development = |env: &[(&str, &str)]| Settings::development(8080, Path::new("unused"), pairs(env)).unwrap().mail;
    assert!(matches!(development(&[]), Mail::Inbox));
    assert!(matches!(development(&[("LANYARD__MAIL__DEVELOPMENT_INBOX", "false")]), Mail::None));
    let named = [("LANYARD__MAIL__SERVER", "localhost"), ("LANYARD__MAIL__FROM", "a@example.com")];
    assert!(matches!(development(&named), Mail::Smtp(_)));
}

#[test]
fn providers_are_tables_of_their_own_and_their_secrets_never_print() {
    use identity::ProviderKind;

    assert!(load(GOOD, &[]).unwrap().providers.is_empty());
    let text = format!(
        "{GOOD}\n[providers.google]\nclient_id = \"g\"\n[providers.work]\nkind = \"microsoft\"\ntenant = \"acme.example\"\n\
         client_id = \"m\"\nclient_secret = \"hunter2 m\"\n[providers.acme]\nbase_url = \"https://id.acme.example/realms/x/\"\n\
         client_id = \"a\"\norigins = [\"https://keys.acme.example\"]\n[providers.off]\nbase_url = \"https://off.example\"\n\
         client_id = \"o\"\nenabled = false\n"
    );
    let env = [("LANYARD__PROVIDERS__GOOGLE__CLIENT_SECRET", "hunter2 g"), ("LANYARD__PROVIDERS__WORK__NAME", "Work")];
    let settings = load(&text, &env).unwrap();
    let [acme, google, work] = settings.providers.as_slice() else { panic!("{:?}", settings.providers) };
    assert_eq!((acme.kind.clone(), acme.name.as_str()), (ProviderKind::OpenId, "acme"));
    assert_eq!(acme.base_url, "https://id.acme.example/realms/x");
    assert_eq!(acme.origins, ["https://id.acme.example", "https://keys.acme.example"]);
    assert!(acme.client_secret.is_none(), "a public client");
    assert_eq!((google.kind.clone(), google.name.as_str()), (ProviderKind::Google, "Google"));
    assert_eq!(google.client_secret.as_ref().unwrap().expose(), "hunter2 g");
    assert!(google.origins.iter().any(|origin| origin == "https://oauth2.googleapis.com"));
    assert_eq!(
        (work.kind.clone(), work.name.as_str()),
        (ProviderKind::Microsoft { tenant: "acme.example".into() }, "Work")
    );
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_provider_that_cannot_work_is_named() {
    let cases = [
        ("[providers]\ngoogle = 1", "providers.google"),
        (
            "[providers.Google]\nkind = \"openid\"\nbase_url = \"https://a.example\"\nclient_id = \"x\"",
            "providers.Google",
        ),
        ("[providers.google]\nclient_secret = \"x\"", "providers.google.client_id"),
        ("[providers.google]\nclient_id = \"x\"", "providers.google.client_secret"),
        (
            "[providers.github]\nclient_id = \"x\"\nclient_secret_file = \"/nonexistent/s\"",
            "providers.github.client_secret_file",
        ),
        ("[providers.acme]\nclient_id = \"x\"", "providers.acme.base_url"),
        ("[providers.acme]\nclient_id = \"x\"\nbase_url = \"http://id.example\"", "providers.acme.base_url"),
        ("[providers.acme]\nclient_id = \"x\"\nbase_url = \"http://127.0.0.1:9\"", "providers.acme.base_url"),
        ("[providers.acme]\nclient_id = \"x\"\nbase_url = \"https://id.example/?a\"", "providers.acme.base_url"),
        (
            "[providers.acme]\nclient_id = \"x\"\nbase_url = \"https://id.example\"\ntenant = \"t\"",
            "providers.acme.tenant",
        ),
        (
            "[providers.acme]\nclient_id = \"x\"\nbase_url = \"https://id.example\"\nclient_ident = \"t\"",
            "providers.acme.client_ident",
        ),
        (
            "[providers.acme]\nkind = \"saml\"\nclient_id = \"x\"\nbase_url = \"https://id.example\"",
            "providers.acme.kind",
        ),
    ];
    for (text, setting) in cases {
        assert_eq!(named(load(&format!("{GOOD}\n{text}\n"), &[])), [setting], "{text}");
    }
    let twins = "[providers.a]\nclient_id = \"x\"\nbase_url = \"https://id.example\"\n[providers.b]\nclient_id = \"y\"\nbase_url = \"https://id.example\"";
    assert_eq!(named(load(&format!("{GOOD}\n{twins}\n"), &[])), ["providers.b"]);
    assert_eq!(
        named(load(GOOD, &[("LANYARD__PROVIDERS__ACME__CLIENT_IDD", "x")])),
        ["LANYARD__PROVIDERS__ACME__CLIENT_IDD"]
    );
    let here =
        [("LANYARD__PROVIDERS__ACME__BASE_URL", "http://127.0.0.1:9"), ("LANYARD__PROVIDERS__ACME__CLIENT_ID", "x")];
    assert_eq!(Settings::development(8080, Path::new("unused"), pairs(&here)).unwrap().providers.len(), 1);
}

#[test]
fn metrics_stay_on_this_machine_unless_an_operator_says_otherwise() {
    assert_eq!(load(GOOD, &[]).unwrap().metrics.listen, ["127.0.0.1:9464".parse().unwrap()]);
    let off = format!("{GOOD}\n[metrics]\nlisten = []\n");
    assert!(load(&off, &[]).unwrap().metrics.listen.is_empty());
    assert!(load(GOOD, &[("LANYARD__METRICS__LISTEN", "[]")]).unwrap().metrics.listen.is_empty());
    let open = format!("{GOOD}\n[metrics]\nlisten = [\"10.0.0.5:9464\"]\nbeyond_loopback = true\n");
    assert_eq!(load(&open, &[]).unwrap().metrics.listen.len(), 1);
}

#[test]
fn tls_is_ours_or_a_named_proxys() {
    let proxied = "public_url = \"https://a.example\"\ntrusted_proxies = [\"10.0.0.5\"]\n[tls]\nbehind_proxy = true\n\
        [database]\nurl = \"postgres://db/lanyard\"\n[keys]\nfile = \"k\"\n";
    assert_eq!(load(proxied, &[]).unwrap().transport, Transport::BehindProxy);
    assert_eq!(named(load(&proxied.replace("\"10.0.0.5\"", ""), &[])), ["trusted_proxies"]);
    assert_eq!(named(load(&proxied.replace("10.0.0.5", "::/0"), &[])), ["trusted_proxies"]);
    assert_eq!(named(load(GOOD, &[("LANYARD__TLS__BEHIND_PROXY", "true")])), ["tls.behind_proxy"]);
}

#[test]
fn a_file_that_is_not_toml_is_named_with_its_line_and_never_quoted() {
    let problems =
        load("public_url = \"https://a.example\"\n[database]\nurl = \"postgres://u:hunter2@db\n", &[]).unwrap_err();
    assert!(problems[0].setting.ends_with("lanyard.toml") && problems[0].wrong.contains("line 3"), "{}", problems[0]);
    assert!(!format!("{problems:?}").contains("hunter2"));
    let missing = Settings::load(Some(Path::new("/nonexistent/lanyard.toml")), []).unwrap_err();
    assert_eq!(missing[0].setting, "/nonexistent/lanyard.toml");
}

#[test]
fn development_stays_on_this_machine_and_obeys_the_environment() {
    let data = Path::new("/tmp/data");
    let settings = Settings::development(8080, data, pairs(&[("LANYARD__TOKENS__RETRY_WINDOW", "2s")])).unwrap();
    assert_eq!(settings.public_url.as_str(), "http://localhost:8080");
    assert_eq!(settings.listen, ["127.0.0.1:8080".parse().unwrap(), "[::1]:8080".parse().unwrap()]);
    assert_eq!(settings.database.url.sqlite_path(), Some(Path::new("/tmp/data/lanyard.db")));
    assert_eq!(settings.connect.mcp_url.unwrap().as_str(), "http://localhost:8081/mcp");
    assert_eq!(settings.tokens.retry_window, HumanDuration::seconds(2));
    assert_eq!(settings.transport, Transport::Loopback);
    assert!(settings.development);

    let refused = |variable, value| named(Settings::development(8080, data, pairs(&[(variable, value)])));
    assert_eq!(refused("LANYARD__LISTEN", "0.0.0.0:8080"), ["listen"]);
    assert_eq!(refused("LANYARD__PUBLIC_URL", "https://auth.example.com"), ["public_url"]);
    assert_eq!(refused("LANYARD__TOKENS__ACCESS_LIFETIME", "1s"), ["tokens.access_lifetime"]);
    assert!(refused("LANYARD__DOCUMENTS__DEVELOPMENT_CA", "/tmp/ca.pem").is_empty());
    assert!(refused("LANYARD__DATABASE__URL", "postgres://localhost/lanyard").is_empty());
    assert!(refused("LANYARD__PASSWORD__MEMORY", "64").is_empty());
}

#[test]
fn a_provider_in_a_private_network_says_so_itself() {
    let acme = "[providers.acme]\nclient_id = \"a\"\nprivate_network = true";
    let other = "[providers.other]\nclient_id = \"o\"\nbase_url = \"https://id.example\"";
    let settings = load(&format!("{GOOD}\n{acme}\nbase_url = \"https://10.0.0.5\"\n{other}"), &[]).unwrap();
    let private: Vec<bool> = settings.providers.iter().map(|provider| provider.private_network).collect();
    assert_eq!(private, [true, false]);
    // This computer is none.
    let here = load(&format!("{GOOD}\n{acme}\nbase_url = \"https://127.0.0.1\""), &[]);
    assert_eq!(named(here), ["providers.acme.base_url"]);
}
