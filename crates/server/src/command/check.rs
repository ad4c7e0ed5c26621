//! `lanyard check`: everything that would stop the server, told before it is started. It changes nothing: no database is
//! made, and none is brought up to date.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _},
    net::ToSocketAddrs as _,
    path::Path,
    time::Duration,
};

use tokio::net::TcpStream;
use url::Url;

use super::{ConfigFile, Failure, say};
use crate::config::{DatabaseUrl, Problem, Settings};

const PATIENCE: Duration = Duration::from_secs(5);
/// How every SQLite database begins (its file format, §1.3).
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";

pub(super) async fn run(config: &ConfigFile) -> Result<(), Failure> {
    let settings = config.load()?;
    let problems = check(&settings).await;
    if !problems.is_empty() {
        return Err(problems.into());
    }
    say(&format!("{} is right: the settings, the files that they name, and the database.", config.config.display()))
}

/// What is wrong with what the settings name: the files and the database.
pub async fn check(settings: &Settings) -> Vec<Problem> {
    let mut problems = settings.check_files();
    let database = &settings.database.url;
    let unusable = match database.sqlite_path() {
        Some(path) => look_at_file(path).err().map(|error| error.to_string()),
        None => reach(database).await.err(),
    };
    problems.extend(unusable.map(|why| {
        Problem::new(
            "database.url",
            format!("names {database}, which cannot be used ({why})"),
            "Correct the address, or start the database; see that the server's user may read and write it.",
        )
    }));
    problems
}

/// One that is not there is made at the first start; its directory has been looked at.
fn look_at_file(path: &Path) -> io::Result<()> {
    let mut file: File = match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut header = [0; 16];
    let length = file.read(&mut header)?;
    match length {
        0 => Ok(()),
        _ if header == *SQLITE_HEADER => Ok(()),
        _ => Err(io::Error::other("it is not a SQLite database")),
    }
}

/// Whether anybody listens there. Logging in is left to the start, which also migrates.
async fn reach(database: &DatabaseUrl) -> Result<(), String> {
    let url = Url::parse(&database.expose()).map_err(|_| "it is not an address".to_owned())?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return Ok(()) };
    let host = percent_encoding::percent_decode_str(host).decode_utf8_lossy().into_owned();
    if host.starts_with('/') {
        return Ok(());
    }
    let port = url.port().unwrap_or(5432);
    let addresses: Vec<_> = (host.as_str(), port).to_socket_addrs().map_err(|error| error.to_string())?.collect();
    match tokio::time::timeout(PATIENCE, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("{host}:{port} did not answer within {} s", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::look_at_file;

    #[test]
    fn only_a_sqlite_database_or_nothing_will_do() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lanyard.db");
        assert!(look_at_file(&path).is_ok());
        std::fs::write(&path, b"SQLite format 3\0 and so on").unwrap();
        assert!(look_at_file(&path).is_ok());
        std::fs::write(&path, b"Dear diary, today I was a database").unwrap();
        assert!(look_at_file(&path).is_err());
    }
}
