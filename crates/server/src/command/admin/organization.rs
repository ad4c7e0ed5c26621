//! Organisations, projects and members on the command line.

use clap::{Subcommand, ValueEnum};
use identity::admin::Act;
use model::Role;

use crate::command::Failure;

/// What can be done with organisations.
#[derive(Debug, Subcommand)]
pub enum OrganizationAct {
    /// Make an organisation
    Add {
        /// Its short name: a-z, 0-9 and hyphens
        slug: String,
        /// Its name, if it is not the short one
        #[arg(long)]
        name: Option<String>,
    },
    /// All organisations
    List,
    /// One organisation with its projects and members
    Show {
        /// Slug or id
        organization: String,
    },
    /// Give an organisation another name; the short one stays
    Rename {
        /// Slug or id
        organization: String,
        /// What people read
        name: String,
    },
    /// Stop everything of an organisation
    Disable {
        /// Slug or id
        organization: String,
    },
    /// Let it work again
    Enable {
        /// Slug or id
        organization: String,
    },
    /// Whether your own programs on devices may change what its projects hold; refusing ends whatever they hold that does
    DeviceWrites {
        /// Slug or id
        organization: String,
        /// Allow it or refuse it
        #[arg(value_enum)]
        decision: Decision,
    },
    /// Delete an organisation with its projects, memberships and connections
    Remove {
        /// Slug or id
        organization: String,
    },
}

/// A permission, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Decision {
    /// It may
    Allow,
    /// It may not
    Refuse,
}

impl TryFrom<OrganizationAct> for Act {
    type Error = Failure;

    fn try_from(act: OrganizationAct) -> Result<Self, Failure> {
        use OrganizationAct as O;
        Ok(match act {
            O::Add { slug, name } => Self::OrganizationAdd { name: name.unwrap_or_else(|| slug.clone()), slug },
            O::List => Self::OrganizationList {},
            O::Show { organization } => Self::OrganizationShow { organization },
            O::Rename { organization, name } => Self::OrganizationChange { organization, name },
            O::Disable { organization } => Self::OrganizationSetDisabled { organization, disabled: true },
            O::Enable { organization } => Self::OrganizationSetDisabled { organization, disabled: false },
            O::DeviceWrites { organization, decision } => {
                Self::OrganizationSetDeviceWrites { organization, allowed: matches!(decision, Decision::Allow) }
            }
            O::Remove { organization } => Self::OrganizationRemove { organization },
        })
    }
}

/// What can be done with projects.
#[derive(Debug, Subcommand)]
pub enum ProjectAct {
    /// Make a project
    Add {
        /// Whose: slug or id
        organization: String,
        /// Its short name: a-z, 0-9 and hyphens
        slug: String,
        /// Its name, if it is not the short one
        #[arg(long)]
        name: Option<String>,
    },
    /// The projects of one organisation, or of all
    List {
        /// Whose: slug or id
        organization: Option<String>,
    },
    /// One project
    Show {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
    /// Give a project another name; the short one stays
    Rename {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
        /// What people read
        name: String,
    },
    /// Stop every connection to a project
    Disable {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
    /// Let it work again
    Enable {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
    /// Delete a project with its connections
    Remove {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
}

impl TryFrom<ProjectAct> for Act {
    type Error = Failure;

    fn try_from(act: ProjectAct) -> Result<Self, Failure> {
        use ProjectAct as P;
        Ok(match act {
            P::Add { organization, slug, name } => {
                Self::ProjectAdd { organization, name: name.unwrap_or_else(|| slug.clone()), slug }
            }
            P::List { organization } => Self::ProjectList { organization },
            P::Show { organization, project } => Self::ProjectShow { organization, project },
            P::Rename { organization, project, name } => Self::ProjectChange { organization, project, name },
            P::Disable { organization, project } => Self::ProjectSetDisabled { organization, project, disabled: true },
            P::Enable { organization, project } => Self::ProjectSetDisabled { organization, project, disabled: false },
            P::Remove { organization, project } => Self::ProjectRemove { organization, project },
        })
    }
}

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
            MemberAct::Add { organization, user, role } => Self::MemberAdd { organization, user, role: role.into() },
            MemberAct::List { organization } => Self::MemberList { organization },
            MemberAct::Remove { organization, user } => Self::MemberRemove { organization, user },
        })
    }
}
