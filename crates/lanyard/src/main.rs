//! The binary: the command line and nothing else. What a command does stands in `server` and `dev`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::command::{self, Failure};

/// An OAuth 2.1 and OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(name = "lanyard", version, propagate_version = true, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Server(command::Command),
    #[cfg(feature = "dev")]
    #[command(flatten)]
    Development(dev::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Server(command) => command::run(command).await,
        #[cfg(feature = "dev")]
        Command::Development(command) => dev::run(command).await,
    };
    server::telemetry::flush();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => told(&failure),
    }
}

#[expect(clippy::print_stderr, reason = "a command line tells its user here why it failed")]
fn told(failure: &Failure) -> ExitCode {
    eprintln!("lanyard: {failure}");
    ExitCode::from(failure.code())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::CommandLine;

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }
}
