//! The operator's acts on the command line. Owns their words and how they find the server: the running one through its
//! control socket, else the database itself, which this process then owns for the moment.
//!
//! Does not own what an act does or refuses: that is `identity::admin`'s.

mod audit;
mod client;
mod import;
mod key;
mod member;
mod organization;
mod resource;
mod user;
mod webhook;

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use identity::admin::Act;
use serde_json::Value;

use super::{Failure, Instance, Target, answer};
use crate::control::{self, Answer};

pub use audit::AuditAct;
pub use client::ClientAct;
pub use import::Import;
pub use key::KeyAct;
pub use member::{InvitationAct, MemberAct, RoleAct};
pub use organization::{OrganizationAct, ProjectAct};
pub use resource::ResourceAct;
pub use user::{UserAct, UserCommand};
pub use webhook::WebhookAct;

/// Acts on one kind of thing, and the server that they are for.
#[derive(Debug, Args)]
pub struct Group<A: Subcommand> {
    /// What to do.
    #[command(subcommand)]
    pub act: A,
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

/// Does one act and says the answer.
pub(super) async fn run<A>(group: Group<A>) -> Result<(), Failure>
where
    A: Subcommand + TryInto<Act, Error = Failure>,
{
    let done = perform(&group.target, group.act.try_into()?).await?;
    answer(&done, group.target.json)
}

/// As [`run`], where importing is one more thing that can be done.
pub(super) async fn run_user(group: Group<UserCommand>) -> Result<(), Failure> {
    match group.act {
        UserCommand::Act(act) => run(Group { act, target: group.target }).await,
        UserCommand::Import(import) => import.run(&group.target).await,
    }
}

/// The audit trail, page by page and step by step.
pub(super) async fn run_audit(group: Group<AuditAct>) -> Result<(), Failure> {
    let server = Reached::find(&group.target).await?;
    let done = group.act.run(&server, group.target.json).await;
    server.close().await;
    done
}

/// Lets the running server do it; if there is none, opens the database.
pub(super) async fn perform(target: &Target, act: Act) -> Result<Value, Failure> {
    let server = Reached::find(target).await?;
    let done = server.act(act).await;
    server.close().await;
    done
}

/// The server that acts go to.
enum Reached {
    /// One that runs, at this socket.
    Running(PathBuf),
    /// This process, for the moment.
    Own(Box<Instance>),
}

impl Reached {
    async fn find(target: &Target) -> Result<Self, Failure> {
        if let Some(socket) = &target.socket {
            return Ok(Self::Running(socket.clone()));
        }
        let settings = target.config.load()?;
        let socket = control::socket_path(&settings);
        if control::is_served(&socket).await {
            return Ok(Self::Running(socket));
        }
        Ok(Self::Own(Box::new(Instance::open(settings).await?)))
    }

    async fn act(&self, act: Act) -> Result<Value, Failure> {
        match self {
            Self::Running(socket) => match control::ask(socket, &act).await {
                Ok(answer) => told(answer),
                Err(error) if is_unserved(&error) => Err(Failure::failed(format!(
                    "No server listens at {}. Start it, or name its configuration with --config.",
                    socket.display()
                ))),
                Err(error) => Err(broken_off(socket, &error)),
            },
            Self::Own(instance) => {
                let authority = instance.authority();
                let done = authority.act(act, authority.now()).await;
                done.map_err(|error| Failure::failed(sentence(&error.message)))
            }
        }
    }

    async fn close(self) {
        if let Self::Own(instance) = self {
            instance.close().await;
        }
    }
}

fn told(answer: Answer) -> Result<Value, Failure> {
    match answer {
        Answer::Done(value) => Ok(value),
        Answer::Refused(why) => Err(Failure::failed(sentence(&why))),
    }
}

fn is_unserved(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn broken_off(socket: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!(
        "The server at {} could not be asked: {error}. Look at its state with a list or show command before you try again.",
        socket.display()
    ))
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
