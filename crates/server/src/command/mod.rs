//! What each command does. Owns the command line's words, how a command speaks, and how it ends.
//!
//! Does not own a rule: every change goes through `identity`, in this process or in the running server (`control`).

mod admin;
mod apply;
mod backup;
mod check;
mod failure;
mod init;
mod instance;
mod migrate;
mod output;
mod rotate;
mod serve;
mod settings;
#[cfg(test)]
mod tests;

use clap::Subcommand;

pub use admin::{
    AuditAct, ClientAct, Group, Import, InvitationAct, KeyAct, MemberAct, OrganizationAct, ProjectAct, ResourceAct,
    RoleAct, UserAct, UserCommand, WebhookAct,
};
pub use apply::Apply;
pub use backup::{Backup, NewBackupKey, Purge, Restore};
pub use check::check;
pub use failure::Failure;
pub use init::Init;
pub use instance::{Instance, Listeners, listen, listen_for_metrics};
pub use output::{answer, say};
pub use rotate::{ServerSecretCommand, SigningKeyCommand};
pub use serve::stop_signal;
pub use settings::{ConfigFile, Target};

/// The commands of every build.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(ConfigFile),
    /// Say what is wrong with a configuration, before it is used
    Check(ConfigFile),
    /// Write a fresh configuration and key file
    Init(Init),
    /// Bring the database up to date (`serve` does so too)
    Migrate(ConfigFile),
    /// Copy the database into a file, while the server runs
    Backup(Backup),
    /// Put a backup in the place of the database
    Restore(Restore),
    /// Make a key that backups are sealed with
    BackupKey(NewBackupKey),
    /// Remove what has been kept for long enough; the server does so by itself
    Purge(Purge),
    /// Make organisations, projects, resources and clients as a file says
    Apply(Apply),
    /// Organisations
    Organization(Group<OrganizationAct>),
    /// Projects of an organisation
    Project(Group<ProjectAct>),
    /// Who belongs to an organisation
    Member(Group<MemberAct>),
    /// Roles that an organisation names itself
    Role(Group<RoleAct>),
    /// Invitations into an organisation
    Invitation(Group<InvitationAct>),
    /// Resource servers: apps that own data and check tokens
    Resource(Group<ResourceAct>),
    /// Clients: programs that ask for permission
    Client(Group<ClientAct>),
    /// People
    User(Group<UserCommand>),
    /// Webhooks: addresses at which organisations are told of events
    Webhook(Group<WebhookAct>),
    /// API keys: what services show in the place of a token
    Key(Group<KeyAct>),
    /// The audit trail: who did what to which, from where, when
    Audit(Group<AuditAct>),
    /// The keys that sign
    #[command(subcommand)]
    SigningKey(SigningKeyCommand),
    /// What the server tags, derives and seals with
    #[command(subcommand)]
    ServerSecret(ServerSecretCommand),
}

/// Does what the command says.
///
/// # Errors
/// What was wrong and what to do, with an exit code.
pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(config) => serve::serve(&config).await,
        Command::Check(config) => check::run(&config).await,
        Command::Init(init) => init.run(),
        Command::Migrate(config) => migrate::migrate(&config).await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::BackupKey(key) => key.run(),
        Command::Purge(purge) => purge.run().await,
        Command::Apply(apply) => apply.run().await,
        Command::Organization(acts) => admin::run(acts).await,
        Command::Project(acts) => admin::run(acts).await,
        Command::Member(acts) => admin::run(acts).await,
        Command::Role(acts) => admin::run(acts).await,
        Command::Invitation(acts) => admin::run(acts).await,
        Command::Resource(acts) => admin::run(acts).await,
        Command::Client(acts) => admin::run(acts).await,
        Command::User(acts) => admin::run_user(acts).await,
        Command::Webhook(acts) => admin::run(acts).await,
        Command::Key(acts) => admin::run(acts).await,
        Command::Audit(acts) => admin::run_audit(acts).await,
        Command::SigningKey(command) => rotate::signing_key(command).await,
        Command::ServerSecret(command) => rotate::server_secret(&command),
    }
}
