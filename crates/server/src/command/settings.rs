//! Which configuration a command means, and which server an act is for.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config::Settings;

/// The configuration file.
#[derive(Clone, Debug, Args)]
pub struct ConfigFile {
    /// The configuration file; `lanyard init` writes one
    #[arg(long, global = true, value_name = "FILE", env = "LANYARD_CONFIG", default_value = "lanyard.toml")]
    pub config: PathBuf,
}

impl ConfigFile {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// There is no such file, or all problems of the settings.
    pub fn load(&self) -> Result<Settings, Failure> {
        if !self.config.is_file() {
            return Err(Failure::misused(format!(
                "There is no configuration at {}. Name one with --config FILE, or make one with `lanyard init`.",
                self.config.display()
            )));
        }
        Ok(Settings::load(Some(&self.config), Settings::environment())?)
    }
}

/// Which server an act is for, and how its answer is written.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// The server's configuration.
    #[command(flatten)]
    pub config: ConfigFile,
    /// Speak to the server that listens on this control socket (for `lanyard dev`: .lanyard-dev/lanyard.db.sock)
    #[arg(long, global = true, value_name = "PATH", env = "LANYARD_SOCKET")]
    pub socket: Option<PathBuf>,
    /// Answer in one line of JSON
    #[arg(long, global = true)]
    pub json: bool,
}
