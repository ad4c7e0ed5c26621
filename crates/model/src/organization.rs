//! Organisations, their projects, and who belongs to them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Demands, Id, Permissions, Timestamp, User};

/// A short name for URLs and command lines: 1 to 63 of a-z, 0-9 and inner hyphens. Never given twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

impl Slug {
    /// Reads a slug.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = (1..=63).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !text.starts_with('-')
            && !text.ends_with('-');
        shaped.then(|| Self(text.to_owned()))
    }

    /// The slug nearest to a name; nothing if none of its characters can stand in one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut text = String::new();
        for character in name.to_lowercase().chars() {
            if character.is_ascii_alphanumeric() {
                text.push(character);
            } else if !text.ends_with('-') {
                text.push('-');
            }
        }
        let text: String = text.trim_matches('-').chars().take(63).collect();
        Self::parse(text.trim_end_matches('-'))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An organisation.
#[derive(Clone, Debug)]
pub struct Organization {
    /// Its id.
    pub id: Id<Organization>,
    /// Its short name.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nothing of it works.
    pub disabled_at: Option<Timestamp>,
    /// Since when the operator's own programs may be given scopes that write by a device code; reading alone if never.
    pub device_writes_at: Option<Timestamp>,
    /// What it demands of how its members sign in.
    pub demands: Demands,
}

/// A project of an organisation.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its id.
    pub id: Id<Project>,
    /// Whose it is.
    pub organization_id: Id<Organization>,
    /// Its short name within the organisation.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nothing of it works.
    pub disabled_at: Option<Timestamp>,
    /// Since when only owners, admins and those on its list see it; all members do if never.
    pub limited_at: Option<Timestamp>,
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Uses projects.
    Member,
    /// Manages members and projects.
    Admin,
    /// Everything, deletion too.
    Owner,
}

impl Role {
    /// The word in the database and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Whether it sees every project, limited ones too.
    #[must_use]
    pub const fn sees_every_project(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Admin, Self::Owner].into_iter().find(|one| one.as_str() == text)
    }
}

/// That a user belongs to an organisation.
#[derive(Clone, Debug)]
pub struct Membership {
    /// To which.
    pub organization_id: Id<Organization>,
    /// Who.
    pub user_id: Id<User>,
    /// As what.
    pub role: Role,
    /// With which of the organisation's own roles, on top of `member`.
    pub role_id: Option<Id<NamedRole>>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A role that an organisation names itself: some permissions on top of what every member may.
#[derive(Clone, Debug)]
pub struct NamedRole {
    /// Its id.
    pub id: Id<NamedRole>,
    /// Whose it is.
    pub organization_id: Id<Organization>,
    /// Its short name within the organisation.
    pub slug: Slug,
    /// Its name, for people.
    pub name: String,
    /// What its members may on top.
    pub permissions: Permissions,
    /// When it was made.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_narrow() {
        assert!(Slug::parse("apollo-11").is_some());
        for bad in ["", "-a", "a-", "A", "a b", "ä", &"a".repeat(64)] {
            assert!(Slug::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(Slug::from_name("  Müller & Söhne ").unwrap().as_str(), "m-ller-s-hne");
    }
}
