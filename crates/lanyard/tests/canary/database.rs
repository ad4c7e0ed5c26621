//! All that a copy of the database would hold: the files of SQLite, with those beside them; every row of PostgreSQL, and where
//! its files can be read, its write-ahead log and its own log.

use std::{fs, path::Path};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

use super::binary::Site;

/// Enters the whole database. Whether PostgreSQL's own files could be read, which are on another machine or another user's
/// where a test is not given a cluster of its own.
pub async fn enter(site: &Site, when: &str) -> bool {
    // SQLite's files lie in the directory, and are entered with everything that lies there.
    site.enter_files(when);
    if !site.is_sqlite() {
        let mut connection = PgConnection::connect(&site.database_url).await.unwrap();
        site.ledger.saw(format!("the rows of the database, {when}"), rows(&mut connection).await);
        return enter_cluster(site, &mut connection, when).await;
    }
    false
}

async fn rows(connection: &mut PgConnection) -> String {
    let tables = "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()";
    let mut all = String::new();
    for table in sqlx::raw_sql(tables).fetch_all(&mut *connection).await.unwrap() {
        let name: String = table.get("name");
        let text = format!("SELECT coalesce(string_agg(t::text, ' '), '') AS rows FROM \"{name}\" t");
        let row = sqlx::raw_sql(AssertSqlSafe(text)).fetch_one(&mut *connection).await.unwrap();
        all.push_str(&row.get::<String, _>("rows"));
    }
    all
}

async fn enter_cluster(site: &Site, connection: &mut PgConnection, when: &str) -> bool {
    let row = sqlx::raw_sql("SELECT current_setting('data_directory') AS place").fetch_one(connection).await;
    let Ok(place) = row.map(|row| row.get::<String, _>("place")) else { return false };
    let read = enter_segments(site, &Path::new(&place).join("pg_wal"), when);
    if let Ok(log) = fs::read(Path::new(&place).join("server.log")) {
        site.ledger.saw(format!("the log of PostgreSQL, {when}"), log);
    }
    read
}

/// Those that were written to since the site was made; what is older is of other tests.
fn enter_segments(site: &Site, directory: &Path, when: &str) -> bool {
    let began = fs::metadata(site.path("certificate.pem")).unwrap().modified().unwrap();
    let mut read = false;
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        if !written.is_ok_and(|written| written >= began) {
            continue;
        }
        if let Ok(bytes) = fs::read(entry.path()) {
            // Segments are made whole, and are empty behind what was written.
            let written = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            site.ledger.saw(format!("pg_wal, {}, {when}", entry.file_name().display()), &bytes[..written]);
            read = true;
        }
    }
    read
}

/// The sealed private keys, by their ids.
pub async fn sealed_keys(site: &Site) -> Vec<(String, String)> {
    const KEYS: &str = "SELECT id, sealed_private_key FROM signing_keys";
    let rows: Vec<(String, String)> = match site.database_url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = SqliteConnection::connect(path).await.unwrap();
            sqlx::query_as(KEYS).fetch_all(&mut connection).await.unwrap()
        }
        None => {
            let mut connection = PgConnection::connect(&site.database_url).await.unwrap();
            sqlx::query_as(KEYS).fetch_all(&mut connection).await.unwrap()
        }
    };
    rows
}

/// Lets nobody write (and on PostgreSQL nobody read) for as long as this is kept.
pub enum Blockade {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Blockade {
    pub async fn of(site: &Site) -> Self {
        match site.database_url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut connection = SqliteConnection::connect(path).await.unwrap();
                sqlx::raw_sql("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
                Self::Sqlite(connection)
            }
            None => {
                let mut connection = PgConnection::connect(&site.database_url).await.unwrap();
                let lock = "BEGIN; LOCK TABLE users, sessions, families, access_tokens, authorizations, attempts, clients, versions";
                sqlx::raw_sql(lock).execute(&mut connection).await.unwrap();
                Self::Postgres(connection)
            }
        }
    }

    pub async fn end(self) {
        match self {
            Self::Sqlite(mut connection) => {
                sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(mut connection) => {
                sqlx::raw_sql("ROLLBACK").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}
