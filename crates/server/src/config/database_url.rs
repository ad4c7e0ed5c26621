//! Which database: a SQLite file or a PostgreSQL server. Its password never prints.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use url::Url;

use super::Problem;

/// `sqlite:PATH`, `postgres://…` or `postgresql://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Sqlite(PathBuf),
    Postgres(Url),
}

impl DatabaseUrl {
    /// The SQLite file at `path`.
    #[must_use]
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Sqlite(path.into()))
    }

    /// The SQLite file, if it is one.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Sqlite(path) => Some(path),
            Kind::Postgres(_) => None,
        }
    }

    /// The whole address with its password, for the one who connects.
    #[must_use]
    pub fn expose(&self) -> String {
        match &self.0 {
            Kind::Sqlite(path) => format!("sqlite:{}", path.display()),
            Kind::Postgres(url) => url.as_str().to_owned(),
        }
    }

    pub(super) fn check_directory(&self) -> Option<Problem> {
        let parent = self.sqlite_path()?.parent()?;
        (!parent.as_os_str().is_empty() && !parent.is_dir()).then(|| {
            Problem::new(
                "database.url",
                format!("lies in {}, which is not a directory", parent.display()),
                "Make the directory, owned by the user that runs the server and closed to all others.",
            )
        })
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err("names no file".to_owned()),
                _ if path.starts_with(":memory:") => {
                    Err("keeps nothing: everything is lost with the process".to_owned())
                }
                _ if path.contains(['?', '\0']) => Err("must be a plain path, without options".to_owned()),
                _ => Ok(Self::sqlite(path)),
            };
        }
        // Never the text itself: it may carry a password.
        let url = Url::parse(text).map_err(|_| "is not a database address".to_owned())?;
        match url.scheme() {
            "postgres" | "postgresql" if url.host_str().is_some_and(|host| !host.is_empty()) => {
                Ok(Self(Kind::Postgres(url)))
            }
            "postgres" | "postgresql" if url.query_pairs().any(|(name, _)| name == "host") => {
                Ok(Self(Kind::Postgres(url)))
            }
            "postgres" | "postgresql" => Err("names no host".to_owned()),
            _ => Err("names a database other than SQLite and PostgreSQL".to_owned()),
        }
    }
}

/// Without the password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Kind::Postgres(url) => {
                write!(f, "postgres://{}", url.host_str().unwrap_or_default())?;
                url.port().map_or(Ok(()), |port| write!(f, ":{port}"))?;
                f.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_known_and_nothing_else() {
        let file: DatabaseUrl = "sqlite:/var/lib/lanyard/lanyard.db".parse().unwrap();
        assert_eq!(file.sqlite_path(), Some(Path::new("/var/lib/lanyard/lanyard.db")));
        assert_eq!("sqlite://a.db".parse::<DatabaseUrl>().unwrap().expose(), "sqlite:a.db");
        assert!("postgres:///lanyard?host=/run/postgresql".parse::<DatabaseUrl>().is_ok());
        for text in ["", "sqlite:", "sqlite::memory:", "sqlite:a.db?mode=rwc", "mysql://a/b", "postgres://", "a.db"] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_password_is_for_the_driver_only() {
        let url: DatabaseUrl = "postgres://lanyard:hunter2@db:5433/lanyard".parse().unwrap();
        assert!(url.expose().contains("hunter2"));
        let shown = format!("{url} {url:?} {}", serde_json::to_string(&url).unwrap());
        assert!(!shown.contains("hunter2") && shown.contains("db:5433/lanyard"), "{shown}");
        assert!(!"mysql://u:hunter2@db/x".parse::<DatabaseUrl>().unwrap_err().contains("hunter2"));
    }
}
