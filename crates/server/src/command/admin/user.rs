//! People on the command line. A password never stands in an argument, where every process of the machine could read it.

use std::io::{self, BufRead as _};

use clap::Subcommand;
use identity::admin::{Act, TypedPassword};
use protocol::Confidential;

use crate::command::Failure;

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
    /// Delete an account with its sessions, memberships and connections
    Remove {
        /// E-mail address or id
        user: String,
    },
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
            U::Remove { user } => Self::UserRemove { user },
        })
    }
}

fn read_password() -> Result<TypedPassword, Failure> {
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::misused(format!("No password could be read: {error}.")))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::misused("No password came on standard input."));
    }
    Ok(TypedPassword(Confidential::new(password)))
}
