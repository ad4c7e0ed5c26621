//! V-24 and V-29: a database that is locked or gone is answered 503 everywhere, and when it is back so is the server, without
//! a restart and without a loss.

use std::time::Duration;

use sqlx::{AnyConnection, Connection as _};

use crate::{
    browser::flow::begin,
    harness::{Answer, Client, TestServer, app::Tokens},
};

/// Holds the database so that nothing can be written, until it is dropped.
async fn locked(server: &TestServer) -> AnyConnection {
    let url = server.database_url();
    let (url, lock) = match url.strip_prefix("sqlite:") {
        Some(path) => (format!("sqlite://{path}"), "BEGIN IMMEDIATE".to_owned()),
        None => (
            url.to_owned(),
            "BEGIN; LOCK TABLE families, access_tokens, authorizations, clients, attempts, grants IN ACCESS EXCLUSIVE MODE".to_owned(),
        ),
    };
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut connection).await.unwrap();
    connection
}

/// 503, when to come again, and not a word about what was asked.
fn is_trouble(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 503, "{what}: {}", answer.body);
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{what}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    if answer.header("content-type").starts_with("application/json") {
        assert_eq!(answer.json()["error"], "temporarily_unavailable", "{what}");
    } else {
        assert!(answer.body.contains("<title>Error:"), "{what}: {}", answer.body);
    }
}

/// Writes that an unlucky moment hits, all at once.
async fn writes(client: &Client<'_>, tokens: &Tokens, waiting: &str) -> Vec<(&'static str, Answer)> {
    let server = client.server;
    let fresh = server.browser();
    let registration = server.http().post(server.url("/register")).header("content-type", "application/json");
    let registration = registration
        .body(r#"{"redirect_uris":["https://tool.example.com/callback"],"token_endpoint_auth_method":"none"}"#);
    let address = client.authorize(&[]);
    let (refreshed, redeemed, revoked, registered, begun) = tokio::join!(
        client.try_refresh(tokens.refresh.as_deref().unwrap()),
        client.try_redeem(waiting),
        client.revoke(&tokens.access),
        Answer::of(registration),
        fresh.get(&address),
    );
    vec![
        ("refresh", refreshed),
        ("redemption", redeemed),
        ("revocation", revoked),
        ("registration", registered),
        ("arrival", begun),
    ]
}

#[tokio::test]
async fn v24_a_locked_database_is_503_everywhere_and_nothing_is_lost() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let waiting = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    let page = begin(&browser, &client.authorize(&[])).await;

    let lock = locked(&server).await;
    for (what, answer) in writes(&client, &tokens, &waiting).await {
        is_trouble(&answer, what);
    }
    lock.close().await.unwrap();

    // As if nothing had happened: the token that could not be revoked lives, until it is revoked.
    assert!(server.api().accepts(&tokens.access).await, "a revocation that was not answered 200");
    assert_eq!(client.try_redeem(&waiting).await.status, 200, "a code that was not redeemed");
    let next = client.refresh(&tokens).await;
    assert!(crate::browser::flow::allow(&browser, &page, &server.seeded.apollo).await.sent("code").is_some());
    assert_eq!(client.revoke(&next.access).await.status, 200);
    assert!(!server.api().accepts(&next.access).await);
}

/// The tables that every flow needs, by another name, as if somebody had restored half of a backup.
async fn rename(server: &TestServer, back: bool) {
    let url = server.database_url();
    let url = url.strip_prefix("sqlite:").map_or_else(|| url.to_owned(), |path| format!("sqlite://{path}"));
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    for table in ["families", "access_tokens", "authorizations", "sessions", "attempts", "clients", "grants"] {
        let (from, to) = (table.to_owned(), format!("gone_{table}"));
        let (from, to) = if back { (to, from) } else { (from, to) };
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn v24_a_database_without_its_tables_is_503_everywhere_and_comes_back_without_a_restart() {
    let server = TestServer::start().await;
    let (browser, client) = (server.signed_in().await, server.cli());
    let tokens = client.connect(&browser).await;
    let waiting = client.approve(&browser, &server.seeded.apollo).await.sent("code").unwrap();
    let page = begin(&browser, &client.authorize(&[])).await;

    rename(&server, false).await;
    let mut answers = writes(&client, &tokens, &waiting).await;
    answers.push(("introspection", server.api().try_introspect(&server.seeded.api_secret, &tokens.access).await));
    answers.push(("userinfo", client.userinfo(&tokens.access).await));
    for path in ["/", "/connections", "/sign-in", &format!("/consent/{page}")] {
        answers.push(("a page", browser.get(path).await));
    }
    for (what, answer) in &answers {
        is_trouble(answer, what);
    }
    let health = server.http().get(server.url("/health/live")).send().await.unwrap();
    assert_eq!(health.status(), 200, "the process itself is well");
    rename(&server, true).await;

    assert!(server.api().accepts(&tokens.access).await);
    assert_eq!(client.try_redeem(&waiting).await.status, 200);
    client.refresh(&tokens).await;
    assert!(crate::browser::flow::allow(&browser, &page, &server.seeded.apollo).await.sent("code").is_some());
}

#[tokio::test]
async fn v24_connections_that_die_are_503_at_the_worst_and_are_replaced() {
    let server = TestServer::start().await;
    if !server.authority.store().is_shared() {
        // A file has no connection that somebody else could end.
        return;
    }
    let (browser, client) = (server.signed_in().await, server.cli());
    let mut tokens = client.connect(&browser).await;
    let mut operator = AnyConnection::connect(server.database_url()).await.unwrap();
    for _ in 0..5 {
        // Those of this test's schema, by the name that the test harness gives them.
        let ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        sqlx::raw_sql(ended).execute(&mut operator).await.unwrap();
        let mut refused = 0;
        loop {
            let answer = client.try_refresh(tokens.refresh.as_deref().unwrap()).await;
            if answer.status == 200 {
                tokens = Tokens::of(&answer);
                break;
            }
            is_trouble(&answer, "a refresh on a dead connection");
            refused += 1;
            assert!(refused < 50, "the connections are not replaced");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(server.api().accepts(&tokens.access).await);
}
