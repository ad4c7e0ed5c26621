//! A fresh database for each test: a temporary SQLite file, or a schema of its own where `TEST_DATABASE_URL` names a
//! PostgreSQL. Shared by the tests of storage, identity and server.

use storage::Options;

/// A database that goes when it is dropped.
pub struct Database {
    options: Options,
    kind: Kind,
}

enum Kind {
    Sqlite { _directory: tempfile::TempDir },
    Postgres { base: String, schema: String },
}

impl Database {
    pub async fn fresh() -> Self {
        match std::env::var("TEST_DATABASE_URL") {
            Ok(base) if base.starts_with("postgres") => Self::schema(base).await,
            _ => Self::file(),
        }
    }

    /// Where it is.
    pub fn options(&self) -> Options {
        self.options.clone()
    }

    /// Its address, as a configuration writes it.
    pub fn url(&self) -> &str {
        &self.options.url
    }

    fn file() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = Options::new(format!("sqlite:{}", directory.path().join("lanyard.db").display()));
        Self { options, kind: Kind::Sqlite { _directory: directory } }
    }

    async fn schema(base: String) -> Self {
        let schema =
            format!("test_{}", model::Secret::generate().expose().to_lowercase().chars().take(24).collect::<String>());
        statement(&base, format!("CREATE SCHEMA {schema}")).await;
        let separator = if base.contains('?') { '&' } else { '?' };
        let mut options =
            Options::new(format!("{base}{separator}options[search_path]={schema}&application_name={schema}"));
        options.connections = 6;
        Self { options, kind: Kind::Postgres { base, schema } }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Kind::Postgres { base, schema } = &self.kind else { return };
        let (base, sql) = (base.clone(), format!("DROP SCHEMA {schema} CASCADE"));
        // Dropping is no async place: a thread with a runtime of its own does it.
        let done = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(statement(&base, sql));
        });
        drop(done.join());
    }
}

async fn statement(base: &str, sql: String) {
    use sqlx::{AssertSqlSafe, Connection as _};
    let mut connection = sqlx::PgConnection::connect(base).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}
