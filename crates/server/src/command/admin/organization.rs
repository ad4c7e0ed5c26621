//! Organisations and projects on the command line.

use clap::{Subcommand, ValueEnum};
use identity::admin::Act;

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
    /// Say all that it demands of how its members sign in; what was given by a sign-in that is not enough ends at once
    #[command(group = clap::ArgGroup::new("demanded").required(true).multiple(true))]
    Demands {
        /// Slug or id
        organization: String,
        /// Two factors
        #[arg(long, group = "demanded")]
        second_factor: bool,
        /// A way in that counts: password, passkey, or the name of a provider; again for each. Without it every way counts
        #[arg(long = "way", value_name = "WAY", group = "demanded")]
        ways: Vec<String>,
        /// Nothing any more
        #[arg(long, group = "demanded", conflicts_with_all = ["second_factor", "ways"])]
        nothing: bool,
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
            O::Demands { organization, second_factor, ways, nothing: _ } => {
                Self::OrganizationSetDemands { organization, second_factor, ways_in: ways }
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
    /// Limit a project to owners, admins and those on its list
    Limit {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
    /// Open a project to all members again
    Open {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
    /// Who is on a project's list
    Members {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
    },
    /// Put a member on a project's list
    Admit {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
        /// Who: e-mail address or id
        user: String,
    },
    /// Take somebody off a project's list, with what they hold over it
    Dismiss {
        /// Whose: slug or id
        organization: String,
        /// Slug or id
        project: String,
        /// Who: e-mail address or id
        user: String,
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
            P::Limit { organization, project } => Self::ProjectSetLimited { organization, project, limited: true },
            P::Open { organization, project } => Self::ProjectSetLimited { organization, project, limited: false },
            P::Members { organization, project } => Self::ProjectMemberList { organization, project },
            P::Admit { organization, project, user } => Self::ProjectMemberAdd { organization, project, user },
            P::Dismiss { organization, project, user } => Self::ProjectMemberRemove { organization, project, user },
            P::Remove { organization, project } => Self::ProjectRemove { organization, project },
        })
    }
}
