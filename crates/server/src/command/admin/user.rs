//! People on the command line. A password never stands in an argument, where every process of the machine could read it.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::{Subcommand, ValueEnum};
use identity::admin::{Act, TypedPassword};
use protocol::Confidential;

use super::Import;
use crate::command::Failure;

/// What can be done with accounts, and with many at once.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// One of the acts on one account.
    #[command(flatten)]
    Act(UserAct),
    /// Make accounts of people who come from elsewhere, with their password hashes: a file with a JSON object on each line
    Import(Import),
}

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub enum UserAct {
    /// Make an account
    Add {
        /// The e-mail address
        email: String,
        /// What they are called
        #[arg(long)]
        name: Option<String>,
        /// Read the password from standard input, one line; without it the account cannot be signed in to by password
        #[arg(long)]
        password_stdin: bool,
        /// You vouch that the address is theirs
        #[arg(long)]
        email_verified: bool,
    },
    /// All accounts
    List,
    /// One account with its memberships
    Show {
        /// E-mail address or id
        user: String,
    },
    /// Lock an account and end its sessions
    Disable {
        /// E-mail address or id
        user: String,
    },
    /// Let it work again
    Enable {
        /// E-mail address or id
        user: String,
    },
    /// Give a person another password, and sign them out everywhere. It is asked for on a terminal, and else read from
    /// standard input, one line
    Password {
        /// E-mail address or id
        user: String,
        /// Make one, and show it this once
        #[arg(long)]
        generate: bool,
        /// End their connections too
        #[arg(long)]
        end_connections: bool,
    },
    /// Who administers this server in their browser, at /admin
    Operator {
        /// Add somebody or remove them
        #[arg(value_enum)]
        change: OperatorChange,
        /// E-mail address or id
        user: String,
    },
    /// Sign somebody out everywhere
    EndSessions {
        /// E-mail address or id
        user: String,
    },
    /// Take passkeys, authenticator app and recovery codes from somebody who has lost them, and sign them out everywhere
    RemoveFactors {
        /// E-mail address or id
        user: String,
    },
    /// Delete an account at once, with its sessions, memberships and connections, and all that is held of its person
    #[command(visible_alias = "remove")]
    Erase {
        /// E-mail address or id
        user: String,
    },
}

/// What becomes of somebody's part in the administration, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OperatorChange {
    /// They administer the server from now on
    Add,
    /// They do not any more
    Remove,
}

impl TryFrom<UserAct> for Act {
    type Error = Failure;

    fn try_from(act: UserAct) -> Result<Self, Failure> {
        use UserAct as U;
        Ok(match act {
            U::Add { email, name, password_stdin, email_verified } => {
                let password = password_stdin.then(read_password).transpose()?;
                Self::UserAdd { email, name, password, email_verified }
            }
            U::List => Self::UserList {},
            U::Show { user } => Self::UserShow { user },
            U::Disable { user } => Self::UserSetDisabled { user, disabled: true },
            U::Enable { user } => Self::UserSetDisabled { user, disabled: false },
            U::Password { user, generate, end_connections } => {
                let password = if generate { None } else { Some(ask_password()?) };
                Self::UserSetPassword { user, password, end_connections }
            }
            U::Operator { change, user } => {
                Self::UserSetOperator { user, operator: matches!(change, OperatorChange::Add) }
            }
            U::EndSessions { user } => Self::UserEndSessions { user },
            U::RemoveFactors { user } => Self::UserRemoveFactors { user },
            U::Erase { user } => Self::UserRemove { user },
        })
    }
}

/// Without showing it, and twice, since nobody sees what is typed.
fn ask_password() -> Result<TypedPassword, Failure> {
    if !io::stdin().is_terminal() {
        return read_password();
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|error| unreadable(&error));
    let password = Confidential::new(ask("New password: ")?);
    let again = Confidential::new(ask("The same again: ")?);
    if password.expose() != again.expose() {
        return Err(Failure::misused("The two are not the same. Nothing was changed."));
    }
    Ok(TypedPassword(password))
}

fn read_password() -> Result<TypedPassword, Failure> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(|error| unreadable(&error))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::misused("No password came on standard input."));
    }
    Ok(TypedPassword(Confidential::new(password)))
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::misused(format!("No password could be read: {error}."))
}
