//! `lanyard dev`, `lanyard try` and the demo downstream app: what a newcomer and a developer need, and production does not.

pub mod development;
pub mod mcp;
pub mod provider;
pub mod trial;

use clap::Subcommand;
use server::command::Failure;

/// The commands that packages for production leave out.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a server for development on this machine, with people, clients and a demo app
    Dev(development::Development),
    /// Perform a flow against a running server as a client would, and explain each step
    #[command(subcommand)]
    Try(trial::Trial),
}

/// Does what the command says.
///
/// # Errors
/// What was wrong and what to do, with an exit code.
pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Dev(development) => development.run().await,
        Command::Try(trial) => trial.run().await,
    }
}
