//! What may be done in an organisation, and what each role may: a pure table.
//!
//! Does not own who somebody is, nor when they are asked for a fresh proof of it (`identity::policy`).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Role;

/// One thing that may be done in an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See that it is there, and the projects that one may see.
    SeeOrganization,
    /// Change its name.
    ChangeOrganization,
    /// Say what programs on devices may do, and what else it demands.
    SetDemands,
    /// Delete it.
    DeleteOrganization,
    /// See who belongs to it and who is invited.
    SeeMembers,
    /// Invite, remove, give and take roles, limit projects to some; never above one's own.
    ManageMembers,
    /// Make, rename and disable projects.
    ManageProjects,
    /// Delete projects.
    DeleteProject,
    /// See what has access: connections, devices, keys.
    SeeAccess,
    /// End what has access.
    EndAccess,
    /// Make and rotate API keys.
    ManageKeys,
    /// Say where the organisation is told of events.
    ManageWebhooks,
    /// Manage clients of the organisation.
    ManageClients,
    /// Manage resource servers of the organisation.
    ManageResources,
    /// Read the organisation's trail.
    SeeAudit,
}

impl Permission {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 15] = [
        Self::SeeOrganization,
        Self::ChangeOrganization,
        Self::SetDemands,
        Self::DeleteOrganization,
        Self::SeeMembers,
        Self::ManageMembers,
        Self::ManageProjects,
        Self::DeleteProject,
        Self::SeeAccess,
        Self::EndAccess,
        Self::ManageKeys,
        Self::ManageWebhooks,
        Self::ManageClients,
        Self::ManageResources,
        Self::SeeAudit,
    ];

    /// The word in the database, on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SeeOrganization => "see_organization",
            Self::ChangeOrganization => "change_organization",
            Self::SetDemands => "set_demands",
            Self::DeleteOrganization => "delete_organization",
            Self::SeeMembers => "see_members",
            Self::ManageMembers => "manage_members",
            Self::ManageProjects => "manage_projects",
            Self::DeleteProject => "delete_project",
            Self::SeeAccess => "see_access",
            Self::EndAccess => "end_access",
            Self::ManageKeys => "manage_keys",
            Self::ManageWebhooks => "manage_webhooks",
            Self::ManageClients => "manage_clients",
            Self::ManageResources => "manage_resources",
            Self::SeeAudit => "see_audit",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Whether an act under it is done only by somebody who has just proved who they are. Looking needs no such proof, and
    /// neither does taking something away from whoever should not have it.
    #[must_use]
    pub const fn needs_recent_proof(self) -> bool {
        match self {
            Self::SetDemands
            | Self::DeleteOrganization
            | Self::ManageMembers
            | Self::DeleteProject
            | Self::ManageKeys
            | Self::ManageWebhooks
            | Self::ManageClients
            | Self::ManageResources => true,
            Self::SeeOrganization
            | Self::ChangeOrganization
            | Self::SeeMembers
            | Self::ManageProjects
            | Self::SeeAccess
            | Self::EndAccess
            | Self::SeeAudit => false,
        }
    }

    const fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

impl Role {
    /// Whether the role alone permits it (C-24).
    #[must_use]
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(
                permission,
                P::SetDemands | P::DeleteOrganization | P::DeleteProject | P::ManageClients | P::ManageResources
            ),
            Self::Member => matches!(permission, P::SeeOrganization),
        }
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// What a role permits by itself.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Permission::ALL.into_iter().filter(|one| role.may(*one)).collect()
    }

    /// This and another.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether there is nothing in these that is not in `other`.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Each, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |one| self.contains(*one))
    }

    /// Reads words with spaces between; nothing if one of them is not known.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().map(Permission::parse).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |bits, one| bits | one.bit()))
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, one) in self.iter().enumerate() {
            write!(f, "{}{}", if place == 0 { "" } else { " " }, one.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_may_what_the_one_below_it_may() {
        let (member, admin, owner) =
            (Permissions::of(Role::Member), Permissions::of(Role::Admin), Permissions::of(Role::Owner));
        assert!(member.is_within(admin) && admin.is_within(owner));
        assert!(!owner.is_within(admin) && !admin.is_within(member));
        assert_eq!(member.to_string(), "see_organization");
        assert_eq!(owner, Permission::ALL.into_iter().collect());
    }

    #[test]
    fn only_owners_delete_and_demand() {
        for permission in [Permission::DeleteOrganization, Permission::DeleteProject, Permission::SetDemands] {
            assert!(Role::Owner.may(permission) && !Role::Admin.may(permission), "{permission:?}");
            assert!(permission.needs_recent_proof(), "{permission:?}");
        }
        assert!(Role::Admin.may(Permission::ManageMembers) && !Role::Member.may(Permission::SeeMembers));
    }

    #[test]
    fn words_are_read_back() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(permission));
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.as_str());
        }
        let some: Permissions = [Permission::SeeAccess, Permission::EndAccess].into_iter().collect();
        assert_eq!(Permissions::parse(&some.to_string()), Some(some));
        assert_eq!(Permissions::parse("see_access fly"), None);
        assert_eq!(Permissions::parse(""), Some(Permissions::NONE));
    }
}
