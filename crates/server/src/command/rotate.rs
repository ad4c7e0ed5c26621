//! `lanyard signing-key` and `lanyard server-secret`: what the server itself signs, tags and seals with, made anew.

use clap::Subcommand;
use identity::{Clock, admin::Act};
use serde_json::json;

use super::{Failure, Target, admin, answer};
use crate::config::KeyFile;

/// The keys that sign.
#[derive(Debug, Subcommand)]
pub enum SigningKeyCommand {
    /// Make new signing keys; nobody is signed out
    Rotate(Target),
}

/// The server's own secret.
#[derive(Debug, Subcommand)]
pub enum ServerSecretCommand {
    /// Add a version to the server's own secret in the key file
    Rotate(Target),
}

pub(super) async fn signing_key(SigningKeyCommand::Rotate(target): SigningKeyCommand) -> Result<(), Failure> {
    let done = admin::perform(&target, Act::SigningKeyRotate {}).await?;
    answer(&done, target.json)
}

/// The file alone changes: the running server knows only what it read when it started.
pub(super) fn server_secret(ServerSecretCommand::Rotate(target): &ServerSecretCommand) -> Result<(), Failure> {
    let settings = target.config.load()?;
    let path = &settings.key_file;
    let keys = KeyFile::load(path)?
        .rotated(Clock::system().now())
        .ok_or_else(|| Failure::failed("All version numbers of the server's secret are used up."))?;
    keys.replace(path).map_err(|error| Failure::failed(format!("{} cannot be written: {error}.", path.display())))?;
    let next = "Restart the server, and every other one that shares this database, after giving it the same file. Old \
                versions stay in the file: what was made under them goes on working.";
    answer(&json!({ "key_file": path, "version": keys.current(), "next": next }), target.json)
}
