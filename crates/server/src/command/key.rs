//! `lanyard key`: new signing keys, and a new version of the server's own secret.

use clap::{Args, Subcommand};
use identity::{Clock, admin::Act};
use serde_json::json;

use super::{Failure, Target, admin, answer};
use crate::config::KeyFile;

/// The server's keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make new signing keys; nobody is signed out
    Rotate(Rotate),
}

/// Which keys.
#[derive(Debug, Args)]
pub struct Rotate {
    /// Instead, add a version to the server's own secret in the key file
    #[arg(long)]
    pub server_secret: bool,
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

pub(super) async fn run(command: KeyCommand) -> Result<(), Failure> {
    let KeyCommand::Rotate(Rotate { server_secret, target }) = command;
    if server_secret {
        return rotate_server_secret(&target);
    }
    let done = admin::perform(&target, Act::KeyRotate {}).await?;
    answer(&done, target.json)
}

/// The file alone changes: the running server knows only what it read when it started.
fn rotate_server_secret(target: &Target) -> Result<(), Failure> {
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
