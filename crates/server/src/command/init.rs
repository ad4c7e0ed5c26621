//! `lanyard init`: a fresh configuration and a key file, never over old ones.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use clap::Args;
use identity::Clock;

use super::{Failure, say};
use crate::config::{KeyFile, PublicUrl, Template, template};

const EXAMPLE_URL: &str = "https://auth.example.com";

/// Where to write, and what is known already.
#[derive(Clone, Debug, Args)]
pub struct Init {
    /// The directory to write lanyard.toml and keys.toml into; made if it is missing
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// The address by which clients and browsers will know the server
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// The database: sqlite:PATH or postgres://user:password@host/name [default: lanyard.db in the directory]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// A proxy that speaks TLS for the server; may be given several times
    #[arg(long = "behind-proxy", value_name = "ADDRESS")]
    pub proxies: Vec<String>,
}

impl Init {
    /// Writes both files and says what to do next.
    ///
    /// # Errors
    /// One of the files exists, or cannot be written; the public URL is not one.
    pub fn run(&self) -> Result<(), Failure> {
        let public_url = self.checked_url()?;
        let (config, keys) = self.write(&public_url)?;
        let next = if self.public_url.is_some() { "" } else { "\n  write your own public_url in it" };
        say(&format!(
            "Wrote {config} and {keys}; only you can read them. Keep a backup of {keys}, apart from the database's.\n\nNext:{next}\n  \
             lanyard check --config {config}\n  lanyard serve --config {config}",
            config = config.display(),
            keys = keys.display(),
        ))
    }

    fn checked_url(&self) -> Result<String, Failure> {
        let text = self.public_url.as_deref().unwrap_or(EXAMPLE_URL);
        let url: PublicUrl = text
            .parse()
            .map_err(|wrong| Failure::misused(format!("--public-url {wrong}. Write such as {EXAMPLE_URL}.")))?;
        if !url.is_https() {
            return Err(Failure::misused(format!(
                "--public-url must begin with https://. Write such as {EXAMPLE_URL}."
            )));
        }
        Ok(url.as_str().to_owned())
    }

    pub(super) fn write(&self, public_url: &str) -> Result<(PathBuf, PathBuf), Failure> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(|error| unwritable(&self.dir, &error))?;
        let dir = fs::canonicalize(&self.dir).map_err(|error| unwritable(&self.dir, &error))?;
        let (config, keys) = (dir.join("lanyard.toml"), dir.join("keys.toml"));
        for path in [&config, &keys] {
            if path.exists() {
                return Err(Failure::failed(format!(
                    "{} exists already, and nothing was written. Move it away, or name another directory with --dir.",
                    path.display()
                )));
            }
        }
        let database = dir.join("lanyard.db");
        let text = template(&Template {
            public_url,
            database_url: &self.database_url.clone().unwrap_or_else(|| format!("sqlite:{}", database.display())),
            key_file: &keys.display().to_string(),
            trusted_proxies: &self.proxies.iter().map(String::as_str).collect::<Vec<_>>(),
        });
        KeyFile::generate(Clock::system().now()).create(&keys).map_err(|error| unwritable(&keys, &error))?;
        write_new(&config, &text).map_err(|error| unwritable(&config, &error))?;
        Ok((config, keys))
    }
}

/// The configuration may come to hold a database's password, so that it is its owner's alone.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{} cannot be written: {error}.", path.display()))
}
