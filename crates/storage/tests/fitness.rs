//! A database is looked at before it is used: what it lacks, and in words why it will not do.

use std::time::Duration;

use storage::{Store, Unfit, fitness};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::harness::{Fresh, database::Database};

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn migrations_wait_until_the_first_start() {
    let database = Database::fresh().await;
    let before = fitness(database.url(), PATIENCE).await.unwrap();
    assert!(before.is_new && before.pending.first().is_some_and(|name| name == "0001_first"));
    assert_eq!(fitness(database.url(), PATIENCE).await.unwrap(), before, "looking makes nothing");
    let store = Store::open(&database.options()).await.unwrap();
    let after = fitness(database.url(), PATIENCE).await.unwrap();
    assert_eq!((after.pending.len(), after.is_new), (0, false));
    store.close().await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let fresh = Fresh::new().await;
    fresh.statement("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").await.unwrap();
    assert!(fitness(fresh.url(), PATIENCE).await.unwrap_err().wrong.contains("newer Lanyard"));
}

#[tokio::test]
async fn a_user_who_may_make_no_tables_is_told() {
    let fresh = Fresh::new().await;
    if !fresh.is_postgres() {
        return; // A file has no users.
    }
    let user = format!("reader_{}", model::Secret::generate().expose().to_lowercase().replace(['-', '_'], ""));
    fresh.statement(&format!("CREATE ROLE {user} LOGIN PASSWORD 'hunter2'")).await.unwrap();
    let mut url = url_of(fresh.url());
    url.0 = format!("{user}:hunter2");
    let told = fitness(&url.join(), PATIENCE).await.unwrap_err();
    fresh.statement(&format!("DROP ROLE {user}")).await.unwrap();
    assert!(told.wrong.contains(&user) || told.wrong.contains("no schema"), "{told}");
    assert!(!told.to_string().contains("hunter2"));
}

/// Who signs in, and the rest of an address.
struct Address(String, String);

impl Address {
    fn join(&self) -> String {
        format!("postgres://{}@{}", self.0, self.1)
    }
}

fn url_of(url: &str) -> Address {
    let (_, rest) = url.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap();
    Address(user.to_owned(), rest.to_owned())
}

/// What is said of a server that ends every conversation with this error.
async fn told_of(code: &str) -> Unfit {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut fields: Vec<u8> = Vec::new();
    for (field, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', "no")] {
        fields.push(field);
        fields.extend_from_slice(text.as_bytes());
        fields.push(0);
    }
    fields.push(0);
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // SSLRequest, which is declined; then the start-up message (protocol 3.0).
        stream.read_exact(&mut [0; 8]).await.unwrap();
        stream.write_all(b"N").await.unwrap();
        let length = stream.read_u32().await.unwrap();
        stream.read_exact(&mut vec![0; length as usize - 4]).await.unwrap();
        stream.write_all(b"E").await.unwrap();
        stream.write_u32(u32::try_from(fields.len()).unwrap() + 4).await.unwrap();
        stream.write_all(&fields).await.unwrap();
        stream.flush().await.unwrap();
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest).await);
    });
    let told = fitness(&format!("postgres://ann:hunter2@127.0.0.1:{port}/books"), PATIENCE).await.unwrap_err();
    answering.abort();
    told
}

#[tokio::test]
async fn what_a_server_refuses_is_said_in_words_and_without_the_password() {
    for (code, says) in [
        ("28P01", "refused the password of the user \"ann\""),
        ("28000", "does not let the user \"ann\" in"),
        ("3D000", "has no database \"books\""),
        ("42501", "into the database \"books\""),
        ("53300", "no connection left"),
        ("57P03", "starting or stopping"),
        ("XX000", "cannot be used"),
    ] {
        let told = told_of(code).await;
        assert!(told.wrong.contains(says), "{code}: {told}");
        assert!(!format!("{told} {told:?}").contains("hunter2"), "{told}");
    }
}

#[tokio::test]
async fn nobody_there_and_nobody_answering_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("postgres://ann:hunter2@{address}/books");
    let silent = fitness(&url, Duration::from_millis(100)).await.unwrap_err();
    assert!(silent.wrong.contains("did not answer within 0.1 s"), "{silent}");
    drop(listener);
    let gone = fitness(&url, PATIENCE).await.unwrap_err();
    assert!(gone.wrong.contains(&format!("cannot be reached at {address}")), "{gone}");
    let strange = fitness("postgres://[broken", PATIENCE).await.unwrap_err();
    assert!(strange.wrong.contains("not the address"), "{strange}");
}
