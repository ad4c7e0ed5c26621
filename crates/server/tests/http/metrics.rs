//! What is measured: that counters move as they should, that nothing of anybody's stands in them, and where they can be read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use crate::harness::{Answer, PASSWORD, TestServer, page};

/// Everything that is measured, by name and labels as they are written.
fn read(server: &TestServer) -> BTreeMap<String, f64> {
    let text = server.metrics.text().unwrap();
    let samples = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    samples.map(|line| line.rsplit_once(' ').map(|(name, n)| (name.to_owned(), n.parse().unwrap())).unwrap()).collect()
}

/// By how much each of `names` has grown while `work` was done; what does not stand there counts as 0.
async fn grown<const N: usize>(server: &TestServer, names: [&str; N], work: impl Future<Output = ()>) -> [f64; N] {
    let before = read(server);
    work.await;
    let after = read(server);
    let at = |all: &BTreeMap<String, f64>, name| all.get(name).copied().unwrap_or(0.0);
    names.map(|name| at(&after, name) - at(&before, name))
}

/// Label by label, every value that stands in the text.
fn labels(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut labels = BTreeMap::<_, BTreeSet<String>>::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((_, inside)) = line.rsplit_once(' ').map(|(name, _)| name).and_then(|name| name.split_once('{'))
        else {
            continue;
        };
        for pair in inside.trim_end_matches('}').split("\",") {
            let (label, value) = pair.split_once("=\"").unwrap();
            labels.entry(label.to_owned()).or_default().insert(value.trim_end_matches('"').to_owned());
        }
    }
    labels
}

#[tokio::test]
async fn an_answer_counts_by_its_route_its_status_and_its_code() {
    let server = TestServer::start().await;
    let client = server.cli();
    let names = [
        r#"lanyard_http_requests_total{route="/token",status="4xx",error="invalid_grant"}"#,
        r#"lanyard_http_requests_total{route="/token",status="4xx",error="invalid_request"}"#,
        r#"lanyard_http_requests_total{route="/jwks",status="2xx",error="none"}"#,
        r#"lanyard_http_requests_total{route="/consent/{id}",status="4xx",error="invalid_request"}"#,
        r#"lanyard_http_requests_total{route="none",status="4xx",error="invalid_request"}"#,
        r#"lanyard_http_request_seconds_count{route="/token"}"#,
        r#"lanyard_http_request_seconds_bucket{route="/token",le="+Inf"}"#,
    ];
    let grown = grown(&server, names, async {
        for _ in 0..3 {
            client.token(&[("grant_type", "refresh_token"), ("refresh_token", "lyd_rt_nonsense")]).await;
        }
        client.token(&[]).await;
        server.browser().get("/jwks").await;
        server.signed_in().await.get("/consent/0123456789abcdefghijkl").await;
        Answer::of(server.http().get(server.url("/secret-path?x=hunter2")).header("accept", "application/json")).await;
    })
    .await;
    assert_eq!(grown, [3.0, 1.0, 1.0, 1.0, 1.0, 4.0, 4.0], "{:#?}", read(&server));
}

#[tokio::test]
async fn the_issuers_path_is_no_part_of_a_route() {
    let server = TestServer::start_at("/auth", &[]).await;
    let names = [
        r#"lanyard_http_requests_total{route="/jwks",status="2xx",error="none"}"#,
        r#"lanyard_http_requests_total{route="/sign-in",status="2xx",error="none"}"#,
    ];
    let grown = grown(&server, names, async {
        server.browser().get("/jwks").await;
        server.browser().get("/sign-in").await;
    })
    .await;
    assert_eq!(grown, [1.0, 1.0], "{:#?}", read(&server));
}

#[tokio::test]
async fn what_a_limit_refuses_counts_under_its_class() {
    let server = TestServer::start_with(&[
        ("RATE_LIMITS__EXEMPT", "203.0.113.1"),
        ("RATE_LIMITS__TOKEN", "2/1h"),
        ("RATE_LIMITS__SIGN_IN", "1/1h"),
    ])
    .await;
    let names = ["token", "sign_in", "page", "registration"]
        .map(|class| format!(r#"lanyard_rate_limited_requests_total{{class="{class}"}}"#));
    let busy = r#"lanyard_http_requests_total{route="/jwks",status="4xx",error="temporarily_unavailable"}"#;
    let [token, sign_in, page, registration] = names.each_ref().map(String::as_str);
    let grown = grown(&server, [token, sign_in, page, registration, busy], async {
        for _ in 0..5 {
            server.browser().get("/jwks").await;
        }
        let browser = server.browser();
        for _ in 0..2 {
            browser.try_sign_in("member@example.com", "wrong").await;
        }
    })
    .await;
    assert_eq!(grown, [3.0, 1.0, 0.0, 0.0, 3.0], "{:#?}", read(&server));
}

#[tokio::test]
async fn what_becomes_of_codes_and_refresh_tokens_is_counted() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let codes = ["redeemed", "replayed", "refused"].map(|name| format!(r#"lanyard_codes_total{{outcome="{name}"}}"#));
    let refreshes = ["rotated", "answered_again", "retried", "recovered", "reused", "withdrawn", "refused"]
        .map(|name| format!(r#"lanyard_refreshes_total{{outcome="{name}"}}"#));
    let [redeemed, replayed, not_redeemed] = codes.each_ref().map(String::as_str);
    let [rotated, again, retried, recovered, reused, withdrawn, refused] = refreshes.each_ref().map(String::as_str);
    let project = server.seeded.gemini.clone();

    let first = client.connect(&browser).await;
    let second = client.refresh(&first).await;
    assert_eq!(
        grown(&server, [rotated, retried], async { assert_eq!(client.refresh(&first).await, second) }).await,
        [0.0, 1.0],
        "the predecessor within the window"
    );
    assert_eq!(
        grown(&server, [rotated, again], async { assert_eq!(client.refresh(&second).await.refresh, second.refresh) })
            .await,
        [0.0, 1.0],
        "the head within the window"
    );

    let first = client.redeem(&client.approve(&browser, &project).await).await;
    client.refresh(&first).await;
    server.advance(Duration::from_secs(40));
    assert_eq!(
        grown(&server, [rotated, recovered], async { drop(client.refresh(&first).await) }).await,
        [0.0, 1.0],
        "the predecessor later, and nobody has seen the successor"
    );
    let stale = first.refresh.as_deref().unwrap();
    let third = client.refresh(&first).await;
    server.advance(Duration::from_secs(40));
    assert!(server.api().accepts(&third.access).await);
    assert_eq!(
        grown(&server, [reused, refused], async {
            client.try_refresh(stale).await;
            client.try_refresh(stale).await;
            client.try_refresh("lyd_rt_nonsense").await;
        })
        .await,
        [1.0, 2.0],
        "a stale copy ends the family, which is dead then"
    );

    let code = client.approve(&browser, &project).await.sent("code").unwrap();
    let names = [redeemed, replayed, not_redeemed, withdrawn];
    let grown = grown(&server, names, async {
        assert_eq!(client.try_redeem("lyd_ac_nonsense").await.status, 400);
        assert_eq!(client.try_redeem(&code).await.status, 200);
        assert_eq!(client.try_redeem(&code).await.status, 400);
    })
    .await;
    assert_eq!(grown, [1.0, 1.0, 1.0, 0.0]);
}

#[tokio::test]
async fn what_ends_a_connection_is_counted() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let names = [
        r#"lanyard_connections_ended_total{outcome="by_client"}"#,
        r#"lanyard_connections_ended_total{outcome="by_person"}"#,
    ];
    let revoked = grown(&server, names, async {
        client.revoke(&tokens.access).await;
        client.revoke(&tokens.access).await;
        client.revoke("lyd_at_nonsense").await;
    })
    .await;
    assert_eq!(revoked, [1.0, 0.0]);

    client.connect(&browser).await;
    let shown = browser.get("/connections").await;
    let [grant] = page::grants(&shown.body).try_into().unwrap();
    let disconnected = grown(&server, names, async {
        for _ in 0..2 {
            browser.submit(&shown, &format!("/connections/{grant}/disconnect"), &[]).await;
        }
    })
    .await;
    assert_eq!(disconnected, [0.0, 1.0], "once more ends nothing");
}

#[tokio::test]
async fn answers_to_resource_servers_are_counted() {
    let server = TestServer::start().await;
    let tokens = server.cli().connect(&server.signed_in().await).await;
    let names = ["active", "inactive"].map(|name| format!(r#"lanyard_introspections_total{{outcome="{name}"}}"#));
    let grown = grown(&server, names.each_ref().map(String::as_str), async {
        assert!(server.api().accepts(&tokens.access).await);
        assert!(!server.api().accepts("lyd_at_nonsense").await);
        server.api().try_introspect("wrong", &tokens.access).await;
    })
    .await;
    assert_eq!(grown, [1.0, 1.0], "whoever may not ask is not told");
    assert!(server.api().accepts(&tokens.access).await, "the first sight of a token writes, and memory forgets it");
    let names =
        ["remembered", "looked_up"].map(|name| format!(r#"lanyard_access_token_reads_total{{outcome="{name}"}}"#));
    let grown = self::grown(&server, names.each_ref().map(String::as_str), async {
        assert!(server.api().accepts(&tokens.access).await);
    })
    .await;
    assert_eq!(grown, if server.authority.store().is_shared() { [0.0, 1.0] } else { [1.0, 0.0] });
}

#[tokio::test]
async fn the_work_behind_an_answer_is_measured() {
    let server = TestServer::start().await;
    let names = [
        "lanyard_password_hash_wait_seconds_count",
        "lanyard_password_hash_seconds_count",
        "lanyard_password_hashes_running",
        "lanyard_password_hashes_waiting",
        r#"lanyard_janitor_rounds_total{outcome="done"}"#,
        r#"lanyard_janitor_removed_rows_total{table="sessions"}"#,
    ];
    let work = async {
        server.signed_in().await;
        server.advance(Duration::from_secs(365 * 24 * 3600));
        server.authority.run_janitor_once(server.authority.now()).await.unwrap();
    };
    assert_eq!(grown(&server, names, work).await, [1.0, 1.0, 0.0, 0.0, 1.0, 1.0], "{:#?}", read(&server));

    let pool = read(&server);
    assert!(pool["lanyard_database_connections_max"] >= 1.0);
    assert!(pool[r#"lanyard_database_connections{state="idle"}"#] >= 1.0);
    if server.authority.store().is_shared() {
        assert!(pool.keys().all(|name| !name.starts_with("lanyard_sqlite_")), "{pool:#?}");
        return;
    }
    let names =
        ["lanyard_sqlite_commit_seconds_count", "lanyard_sqlite_batch_jobs_sum", "lanyard_sqlite_batch_failures_total"];
    let [commits, jobs, failures] = grown(&server, names, async { drop(server.signed_in().await) }).await;
    assert!(commits >= 1.0 && jobs >= commits, "{commits} {jobs}");
    assert_eq!(failures, 0.0);
    assert!(read(&server)["lanyard_sqlite_wal_bytes"] >= 0.0);
}

/// Name, type and help of each measure, as docs/metrics.md has them.
fn rows(text: &str) -> Vec<String> {
    let mut help = "";
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            help = rest.split_once(' ').unwrap().1;
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            rows.push(format!("| `{name}` | {kind} | {} |\n", help.trim_end_matches('.')));
        }
    }
    rows.sort_by_key(|row| row.split('`').nth(1).unwrap().to_owned());
    rows
}

/// docs/metrics.md is generated: `UPDATE=1 cargo test -p lanyard-server --test http metrics`, on SQLite, writes it.
#[tokio::test]
async fn the_documentation_lists_every_measure() {
    const HEAD: &str = "# Metrics\n\nThis page is generated from the declarations in `crates/server/src/metrics.rs`, \
        `crates/server/src/metrics/`,\n`crates/identity/src/metrics.rs` and `crates/storage/src/metrics.rs`. What to watch \
        is in\n[operating.md](operating.md#metrics).\n\n| Measure | Type | Meaning |\n|---|---|---|\n";
    let server = TestServer::start().await;
    server.authority.run_janitor_once(server.authority.now()).await.unwrap();
    let rows = rows(&server.metrics.text().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    if server.authority.store().is_shared() {
        // Those of SQLite's writer are missing here, and no other.
        let page = fs::read_to_string(&path).unwrap();
        assert!(rows.iter().all(|row| page.contains(row)), "{rows:#?}");
        return;
    }
    let page = HEAD.to_owned() + &rows.concat();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "run with UPDATE=1 to write it anew");
}

#[tokio::test]
async fn nothing_of_anybodys_stands_in_a_label() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.refresh(&client.connect(&browser).await).await;
    server.api().introspect(&tokens.access).await;
    server.api().introspect("lyd_at_nonsense").await;
    browser.get("/connections").await;
    client.revoke(&tokens.access).await;
    let odd = server.http().request("BREW".parse().unwrap(), server.url("/token?client_id=demo-cli"));
    Answer::of(odd.header("user-agent", "hunter2").header("x-forwarded-for", "198.51.100.77")).await;
    server.browser().get("/hunter2/%22%7D%20evil").await;

    let text = server.metrics.text().unwrap();
    let mine = [
        tokens.access.as_str(),
        tokens.refresh.as_deref().unwrap(),
        &server.seeded.apollo,
        &server.seeded.api_secret,
        "demo-cli",
        "demo-api",
        "member@example.com",
        PASSWORD,
        "hunter2",
        "evil",
        "BREW",
        "127.0.0.1",
        "198.51.100.77",
        "lyd_",
    ];
    for secret in mine {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let labels = labels(&text);
    let allowed = ["route", "status", "error", "class", "le", "version", "database", "outcome", "table", "state"];
    for (label, values) in &labels {
        assert!(allowed.contains(&label.as_str()), "{label}: {values:?}");
    }
    for route in &labels["route"] {
        assert!(ROUTES.contains(&route.as_str()), "{route}");
    }
    let plain = |value: &String| value.chars().all(|c| c.is_ascii_lowercase() || "_0123456789x".contains(c));
    for label in ["status", "error", "class"] {
        assert!(labels[label].iter().all(plain), "{label}: {:?}", labels[label]);
    }
}

/// The patterns that the flows above meet.
const ROUTES: [&str; 10] = [
    "/authorize",
    "/connections",
    "/consent/{id}",
    "/introspect",
    "/revoke",
    "/sign-in",
    "/token",
    "/assets/{name}",
    "/",
    "none",
];

/// A listener for Prometheus beside this server.
fn listening(server: &TestServer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(server::metrics::serve(vec![listener], Arc::clone(&server.metrics), std::future::pending()));
    address
}

#[tokio::test]
async fn prometheus_reads_them_and_nobody_does_anything_else_there() {
    let server = TestServer::start().await;
    let address = listening(&server);
    let http = reqwest::Client::new();
    let ask = async |method: &str, path: &str| {
        Answer::of(http.request(method.parse().unwrap(), format!("http://{address}{path}"))).await
    };
    let answer = ask("GET", "/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert!(answer.body.contains("# TYPE lanyard_http_requests_total counter\n"), "{}", answer.body);
    assert!(answer.body.contains("\nprocess_resident_memory_bytes "), "{}", answer.body);
    for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let refused = ask(method, "/metrics").await;
        assert_eq!((refused.status.as_u16(), refused.header("allow")), (405, "GET"), "{method}");
        assert_eq!(refused.body, "");
    }
    for path in ["/", "/metrics/", "/token", "/sign-in", "/health/live", "/.well-known/openid-configuration", "/jwks"] {
        let refused = ask("GET", path).await;
        assert_eq!((refused.status.as_u16(), refused.body.as_str()), (404, ""), "{path}");
    }
}

#[tokio::test]
async fn the_public_listener_does_not_know_them() {
    let server = TestServer::start_at("/auth", &[]).await;
    for url in [server.url("/metrics"), format!("{}/metrics", server.origin())] {
        let answer = Answer::of(server.http().get(&url)).await;
        assert_eq!(answer.status, 404, "{url}");
        assert!(!answer.body.contains("lanyard_http_requests"), "{}", answer.body);
    }
}
