//! Members, roles and invitations on the command line.

use clap::{Subcommand, ValueEnum};
use identity::admin::Act;
use model::Role;

use crate::command::Failure;

/// What can be done with members.
#[derive(Debug, Subcommand)]
pub enum MemberAct {
    /// Make somebody a member, or change a member's role
    Add {
        /// Of which organisation: slug or id
        organization: String,
        /// Who: e-mail address or id
        user: String,
        /// As what
        #[arg(long, value_enum, default_value = "member")]
        role: RoleWord,
        /// With which of the organisation's own roles: slug or id
        #[arg(long, value_name = "ROLE")]
        named: Option<String>,
    },
    /// The members of an organisation
    List {
        /// Slug or id
        organization: String,
    },
    /// End a membership with its connections
    Remove {
        /// Of which organisation: slug or id
        organization: String,
        /// Who: e-mail address or id
        user: String,
    },
}

/// A role, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleWord {
    /// Uses projects
    Member,
    /// Manages members and projects
    Admin,
    /// Everything, deletion too
    Owner,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Self {
        match word {
            RoleWord::Member => Self::Member,
            RoleWord::Admin => Self::Admin,
            RoleWord::Owner => Self::Owner,
        }
    }
}

impl TryFrom<MemberAct> for Act {
    type Error = Failure;

    fn try_from(act: MemberAct) -> Result<Self, Failure> {
        Ok(match act {
            MemberAct::Add { organization, user, role, named } => {
                Self::MemberAdd { organization, user, role: role.into(), named }
            }
            MemberAct::List { organization } => Self::MemberList { organization },
            MemberAct::Remove { organization, user } => Self::MemberRemove { organization, user },
        })
    }
}

/// What can be done with the roles that an organisation names itself.
#[derive(Debug, Subcommand)]
pub enum RoleAct {
    /// Name a role: some permissions on top of what every member may
    Add {
        /// Whose: slug or id
        organization: String,
        /// Its short name: a-z, 0-9 and hyphens
        slug: String,
        /// Its name, if it is not the short one
        #[arg(long)]
        name: Option<String>,
        /// What it permits, such as see_access; repeat for more
        #[arg(long = "permission", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// The roles of an organisation
    List {
        /// Slug or id
        organization: String,
    },
    /// Change what a role is called, or what it permits
    Change {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        role: String,
        /// Its name from now on
        #[arg(long)]
        name: Option<String>,
        /// What it permits from now on, and nothing else; repeat for more
        #[arg(long = "permission", value_name = "PERMISSION")]
        permissions: Vec<String>,
    },
    /// Delete a role; whoever had it is a plain member
    Remove {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        role: String,
    },
}

impl TryFrom<RoleAct> for Act {
    type Error = Failure;

    fn try_from(act: RoleAct) -> Result<Self, Failure> {
        Ok(match act {
            RoleAct::Add { organization, slug, name, permissions } => {
                Self::RoleAdd { organization, name: name.unwrap_or_else(|| slug.clone()), slug, permissions }
            }
            RoleAct::List { organization } => Self::RoleList { organization },
            RoleAct::Change { organization, role, name, permissions } => {
                let permissions = (!permissions.is_empty()).then_some(permissions);
                Self::RoleChange { organization, role, name, permissions }
            }
            RoleAct::Remove { organization, role } => Self::RoleRemove { organization, role },
        })
    }
}

/// What can be done with invitations.
#[derive(Debug, Subcommand)]
pub enum InvitationAct {
    /// Ask somebody by mail to become a member
    Add {
        /// Into which organisation: slug or id
        organization: String,
        /// Whom: e-mail address
        email: String,
        /// As what
        #[arg(long, value_enum, default_value = "member")]
        role: RoleWord,
        /// With which of the organisation's own roles: slug or id
        #[arg(long, value_name = "ROLE")]
        named: Option<String>,
    },
    /// The invitations of an organisation, with what became of them
    List {
        /// Slug or id
        organization: String,
    },
    /// Send another mail with a new link and a new time; the old link stops working
    Resend {
        /// Its id
        invitation: String,
    },
    /// Take an invitation back
    Revoke {
        /// Its id
        invitation: String,
    },
}

impl TryFrom<InvitationAct> for Act {
    type Error = Failure;

    fn try_from(act: InvitationAct) -> Result<Self, Failure> {
        Ok(match act {
            InvitationAct::Add { organization, email, role, named } => {
                Self::InvitationAdd { organization, email, role: role.into(), named, language: None }
            }
            InvitationAct::List { organization } => Self::InvitationList { organization },
            InvitationAct::Resend { invitation } => Self::InvitationResend { invitation },
            InvitationAct::Revoke { invitation } => Self::InvitationRevoke { invitation },
        })
    }
}
