//! `lanyard check`: everything that would stop the server, told before it is started. It changes nothing: no database is
//! made, and none is brought up to date.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _},
    path::Path,
    time::Duration,
};

use storage::Fitness;

use super::{ConfigFile, Failure, say, serve::without_mail};
use crate::{
    config::{Mail, Problem, Settings},
    mail::Smtp,
};

/// How long a database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How every SQLite database begins (its file format, §1.3).
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";

pub(super) async fn run(config: &ConfigFile) -> Result<(), Failure> {
    let settings = config.load()?;
    let found = check(&settings).await?;
    let looked_at = match settings.mail {
        Mail::Smtp(_) => "the settings, the files that they name, the database, and the mail server",
        Mail::Inbox | Mail::None => "the settings, the files that they name, and the database",
    };
    say(&format!("{} is right: {looked_at}.\n{}", config.config.display(), awaited(&found)))?;
    without_mail(&settings.mail).map_or(Ok(()), say)
}

/// What the next start does to the database.
fn awaited(found: &Fitness) -> String {
    match found.pending.as_slice() {
        [] => "The database is up to date.".to_owned(),
        _ if found.is_new => "The database is new; the first start makes its tables.".to_owned(),
        [one] => format!("The database lacks a migration, {one}; the next start applies it."),
        many => {
            format!("The database lacks {} migrations; the next start applies them: {}.", many.len(), many.join(", "))
        }
    }
}

/// Looks at what the settings name, the files, the database and the mail server; what the database still lacks.
///
/// # Errors
/// Everything that is wrong.
pub async fn check(settings: &Settings) -> Result<Fitness, Vec<Problem>> {
    let mut problems = settings.check_files();
    problems.extend(try_mail(settings).await);
    match look(settings).await {
        Ok(found) if problems.is_empty() => return Ok(found),
        Ok(_) => {}
        Err(problem) => problems.push(problem),
    }
    Err(problems)
}

async fn look(settings: &Settings) -> Result<Fitness, Problem> {
    let database = &settings.database.url;
    if let Some(path) = database.sqlite_path() {
        look_at_file(path).map_err(|error| {
            Problem::new(
                "database.url",
                format!("names {database}, which cannot be used ({error})"),
                "Correct the path; see that the server's user may read and write the file.",
            )
        })?;
    }
    storage::fitness(&database.expose(), PATIENCE)
        .await
        .map_err(|unfit| Problem::new("database.url", format!("names {database}, which {}", unfit.wrong), unfit.remedy))
}

/// Goes as far as signing in at the mail server; nothing is sent.
async fn try_mail(settings: &Settings) -> Option<Problem> {
    let Mail::Smtp(server) = &settings.mail else { return None };
    // What is wrong with its files was found already.
    let why = Smtp::new(server, &settings.public_url).ok()?.try_out().await.err()?;
    let wrong = format!("names {}, through which no mail can be sent ({why})", server.host);
    Some(Problem::new("mail.server", wrong, "Correct the server, its port, encryption, name and password in [mail]."))
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
