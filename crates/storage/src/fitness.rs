//! Whether a database can be used, found out without making or changing anything in it.
//!
//! Owns what a PostgreSQL must be, and the words for one that is not. What a SQLite must be stands in `connect`.

use std::{fmt, path::Path, str::FromStr as _, time::Duration};

use sqlx::{AnyConnection, Connection as _, Row as _, postgres::PgConnectOptions};

use crate::{StorageError, connect, migrations};

/// The oldest PostgreSQL that is still mended, and the oldest that everything is tested on.
const LEAST_POSTGRES: i32 = 150_000;

/// What a usable database still lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fitness {
    /// Migrations that the next start applies, by name, in their order.
    pub pending: Vec<String>,
    /// Whether nothing stands in it yet.
    pub is_new: bool,
}

/// Why a database cannot be used. Says nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What is wrong, as the continuation of the database's name.
    pub wrong: String,
    /// What to do, as a sentence.
    pub remedy: String,
}

impl Unfit {
    fn new(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.wrong, self.remedy)
    }
}

/// Looks at the database as a start would find it: connects, signs in, asks for its kind and its migrations. `patience` is how
/// long all of that may take.
///
/// # Errors
/// What would stop the start.
pub async fn fitness(url: &str, patience: Duration) -> Result<Fitness, Unfit> {
    connect::install_drivers();
    let looked = match url.strip_prefix("sqlite:") {
        Some(path) => tokio::time::timeout(patience, of_sqlite(Path::new(path.trim_start_matches("//")))).await,
        None => tokio::time::timeout(patience, of_postgres(url)).await,
    };
    looked.unwrap_or_else(|_| {
        let seconds = patience.as_secs_f64();
        Err(Unfit::new(
            format!("did not answer within {seconds} s"),
            "See that nothing between here and there drops what is sent, and that the database is not overloaded.",
        ))
    })
}

/// A file that is not there yet is made by the start.
pub(crate) async fn of_sqlite(path: &Path) -> Result<Fitness, Unfit> {
    if !path.exists() {
        return pending(&[]);
    }
    of_file(&connect::existing(path)).await
}

/// Of a copy, in whose directory nothing is made.
pub(crate) async fn of_copy(path: &Path) -> Result<Fitness, Unfit> {
    of_file(&connect::untouched(path)).await
}

async fn of_file(url: &str) -> Result<Fitness, Unfit> {
    const TABLES: &str = "SELECT count(*) AS n FROM sqlite_master WHERE name = '_sqlx_migrations'";
    let unreadable = |error: &sqlx::Error| {
        Unfit::new(
            format!("cannot be read ({})", StorageError::shown(error)),
            "See that it is a SQLite database and that the server's user may read and write it and its directory.",
        )
    };
    let mut connection = AnyConnection::connect(url).await.map_err(|error| unreadable(&error))?;
    let applied = applied(&mut connection, TABLES).await.map_err(|error| unreadable(&error));
    drop(connection.close().await);
    pending(&applied?)
}

async fn of_postgres(url: &str) -> Result<Fitness, Unfit> {
    const TABLES: &str = "SELECT count(*) AS n FROM information_schema.tables \
         WHERE table_schema = current_schema() AND table_name = '_sqlx_migrations'";
    let named = PgConnectOptions::from_str(url).map_err(|_| {
        Unfit::new("is not the address of a PostgreSQL", "Write postgres://user:password@host:5432/database.")
    })?;
    let explained = |error: sqlx::Error| explain(&named, &error);
    let mut connection = AnyConnection::connect(url).await.map_err(explained)?;
    accept(&mut connection).await.map_err(explained)??;
    let applied = applied(&mut connection, TABLES).await.map_err(explained)?;
    let found = pending(&applied)?;
    if !found.pending.is_empty() {
        may_make_tables(&mut connection, named.get_username()).await.map_err(explained)??;
    }
    drop(connection.close().await);
    Ok(found)
}

/// Whether this is a PostgreSQL that will do; asked at every start too.
pub(crate) async fn accept(connection: &mut AnyConnection) -> Result<Result<(), Unfit>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding, \
         pg_is_in_recovery() AS standby",
    )
    .fetch_one(connection)
    .await?;
    let encoding: String = row.try_get("encoding")?;
    Ok(server_fits(row.try_get("version")?, &encoding, row.try_get("standby")?))
}

fn server_fits(version: i32, encoding: &str, standby: bool) -> Result<(), Unfit> {
    if version < LEAST_POSTGRES {
        return Err(Unfit::new(
            format!("is a PostgreSQL {}.{}", version / 10_000, version % 10_000),
            format!("Use PostgreSQL {} or newer.", LEAST_POSTGRES / 10_000),
        ));
    }
    if encoding != "UTF8" {
        return Err(Unfit::new(
            format!("keeps its texts in {encoding}, in which not every name can be written"),
            "Make a database for Lanyard: CREATE DATABASE lanyard ENCODING 'UTF8' TEMPLATE template0.",
        ));
    }
    if standby {
        return Err(Unfit::new("is a standby, which takes no writes", "Name the primary."));
    }
    Ok(())
}

async fn may_make_tables(connection: &mut AnyConnection, user: &str) -> Result<Result<(), Unfit>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT current_schema()::text AS name, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may",
    )
    .fetch_one(connection)
    .await?;
    let (schema, may): (Option<String>, bool) = (row.try_get("name")?, row.try_get("may")?);
    Ok(match schema {
        Some(_) if may => Ok(()),
        Some(schema) => Err(Unfit::new(
            format!("lets the user \"{user}\" make no tables in its schema \"{schema}\""),
            format!(
                "Let its owner say: GRANT CREATE ON SCHEMA \"{schema}\" TO \"{user}\"; or make \"{user}\" the database's owner."
            ),
        )),
        None => Err(Unfit::new(
            "has no schema that tables could be made in",
            "Make one (CREATE SCHEMA), or correct search_path in the address or for this user.",
        )),
    })
}

/// The versions of the migrations that were applied.
async fn applied(connection: &mut AnyConnection, tables: &'static str) -> Result<Vec<i64>, sqlx::Error> {
    let there: i64 = sqlx::query(tables).fetch_one(&mut *connection).await?.try_get("n")?;
    if there == 0 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query("SELECT version FROM _sqlx_migrations ORDER BY version").fetch_all(connection).await?;
    rows.iter().map(|row| row.try_get("version")).collect()
}

fn pending(applied: &[i64]) -> Result<Fitness, Unfit> {
    let known: Vec<i64> = migrations::names().map(|(version, _)| version).collect();
    if let Some(newer) = applied.iter().find(|version| !known.contains(version)) {
        return Err(Unfit::new(
            format!("was brought up to date by a newer Lanyard (migration {newer})"),
            "Use that version or a newer one.",
        ));
    }
    let missing = migrations::names().filter(|(version, _)| !applied.contains(version));
    Ok(Fitness { pending: missing.map(|(_, name)| name).collect(), is_new: applied.is_empty() })
}

/// Why a connection could not be made or used, in words.
fn explain(named: &PgConnectOptions, error: &sqlx::Error) -> Unfit {
    let place = match named.get_socket() {
        Some(socket) => format!("{} (port {})", socket.display(), named.get_port()),
        None => format!("{}:{}", named.get_host(), named.get_port()),
    };
    let said = StorageError::shown(error);
    match error {
        sqlx::Error::Database(database) => {
            let refused = database.code().and_then(|code| refused(&code, named, &said));
            refused.unwrap_or_else(|| Unfit::new(format!("cannot be used ({said})"), "Look into the database's log."))
        }
        sqlx::Error::Io(error) => Unfit::new(
            format!("cannot be reached at {place} ({error})"),
            "Correct host and port in the address, start the database, and see that it listens there.",
        ),
        sqlx::Error::Tls(error) => Unfit::new(
            format!("does not speak TLS as the address demands ({error})"),
            "Set up its certificate, or correct sslmode and sslrootcert in the address.",
        ),
        _ => Unfit::new(format!("cannot be used ({said})"), "See that it is a PostgreSQL that answers there."),
    }
}

/// What PostgreSQL refused; the codes are those of its appendix A.
fn refused(code: &str, named: &PgConnectOptions, said: &str) -> Option<Unfit> {
    let user = named.get_username();
    let database = named.get_database().unwrap_or(user);
    Some(match code {
        "28P01" => Unfit::new(
            format!("refused the password of the user \"{user}\""),
            format!("Correct the password in the address, or set it: ALTER ROLE \"{user}\" PASSWORD '…'."),
        ),
        "28000" => Unfit::new(
            format!("does not let the user \"{user}\" in ({said})"),
            "Correct the user in the address, make it (CREATE ROLE … LOGIN), or allow it in pg_hba.conf.",
        ),
        "3D000" => Unfit::new(
            format!("has no database \"{database}\""),
            format!(
                "Correct the name in the address, or make it: CREATE DATABASE \"{database}\" OWNER \"{user}\" \
                 ENCODING 'UTF8' TEMPLATE template0."
            ),
        ),
        "42501" => Unfit::new(
            format!("does not let the user \"{user}\" into the database \"{database}\" ({said})"),
            format!("Let its owner say: GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"."),
        ),
        "53300" => Unfit::new(
            "has no connection left",
            "Raise its max_connections, or lower database.connections of what else connects to it.",
        ),
        "57P03" => Unfit::new("is starting or stopping", "Try again in a moment."),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_or_not_made_for_it_is_refused() {
        assert!(server_fits(150_017, "UTF8", false).is_ok() && server_fits(180_001, "UTF8", false).is_ok());
        for (version, encoding, standby, says) in [
            (140_011, "UTF8", false, "is a PostgreSQL 14.11. Use PostgreSQL 15"),
            (160_001, "SQL_ASCII", false, "SQL_ASCII"),
            (160_001, "UTF8", true, "standby"),
        ] {
            let refused = server_fits(version, encoding, standby).unwrap_err().to_string();
            assert!(refused.contains(says), "{refused}");
        }
    }

    #[test]
    fn migrations_that_nobody_knows_are_newer_ones() {
        let all: Vec<i64> = migrations::names().map(|(version, _)| version).collect();
        assert_eq!(pending(&all), Ok(Fitness::default()));
        let fresh = pending(&[]).unwrap();
        assert_eq!((fresh.pending.len(), fresh.is_new), (all.len(), true));
        assert!(pending(&[1, 9999]).unwrap_err().wrong.contains("migration 9999"));
    }
}
