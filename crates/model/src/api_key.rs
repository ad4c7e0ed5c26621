//! API keys: what a service shows instead of a token, over one project. Owns what a key is and when it is good; whether
//! what it rests on is in force, `storage` knows, and how often it may be used, `identity` counts.

use std::net::IpAddr;

use protocol::Scope;

use crate::{AddressRange, Id, Organization, Project, ResourceId, SecretHash, Timestamp, User, family::Revoked};

/// A key. Its text was shown once and is kept nowhere.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id, which is part of its text.
    pub id: Id<ApiKey>,
    /// Who made it; nobody where an operator did, and then it is the project's own.
    pub user_id: Option<Id<User>>,
    /// Whose project.
    pub organization_id: Id<Organization>,
    /// Over which project.
    pub project_id: Id<Project>,
    /// What people call it.
    pub name: String,
    /// What it permits, at which resource.
    pub permits: Vec<KeyPermit>,
    /// From where it may be used; from anywhere if there are none.
    pub addresses: Vec<AddressRange>,
    /// How often it may be used.
    pub caps: KeyCaps,
    /// What is kept of its text.
    pub secret: KeySecret,
    /// What is kept of the text before the last rotation.
    pub previous: Option<PreviousSecret>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its present text was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Its end before that.
    pub revoked: Option<Revoked>,
}

/// What a key permits at one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPermit {
    /// Where.
    pub resource_id: ResourceId,
    /// What.
    pub scope: Scope,
}

/// What is kept of a key's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySecret {
    /// Of its secret.
    pub hash: SecretHash,
    /// The last four characters of the text, by which people recognise it.
    pub last_four: String,
}

/// The text that a rotation replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousSecret {
    /// What is kept of it.
    pub secret: KeySecret,
    /// Until when it works beside the present one.
    pub until: Timestamp,
}

/// How often a key may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyCaps {
    /// In one minute.
    pub minute: KeyCap,
    /// In one month (UTC).
    pub month: KeyCap,
}

/// One cap of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyCap {
    /// What the settings say, whatever that is at the time.
    #[default]
    Usual,
    /// None.
    Unlimited,
    /// So many uses, one at the least.
    Uses(u64),
}

impl KeyCap {
    /// From a number, of which 0 is no cap.
    #[must_use]
    pub const fn of(uses: Option<u64>) -> Self {
        match uses {
            None => Self::Usual,
            Some(0) => Self::Unlimited,
            Some(uses) => Self::Uses(uses),
        }
    }

    /// The number of [`KeyCap::of`].
    #[must_use]
    pub const fn number(self) -> Option<u64> {
        match self {
            Self::Usual => None,
            Self::Unlimited => Some(0),
            Self::Uses(uses) => Some(uses),
        }
    }

    /// So many uses, where the settings say `usual` (0 is no cap); none where there is no cap.
    #[must_use]
    pub const fn in_force(self, usual: u64) -> Option<u64> {
        match (self, usual) {
            (Self::Unlimited, _) | (Self::Usual, 0) => None,
            (Self::Usual, usual) => Some(usual),
            (Self::Uses(uses), _) => Some(uses),
        }
    }
}

impl ApiKey {
    /// Whether a text with this secret is this key's, and the key is in force at `now`. It takes the same time wherever a
    /// difference lies.
    #[must_use]
    pub fn is_good(&self, presented: &SecretHash, now: Timestamp) -> bool {
        let in_force = self.revoked.is_none() && now < self.expires_at;
        let present = self.secret.hash == *presented;
        let previous = self.previous.as_ref().is_some_and(|old| old.secret.hash == *presented && now < old.until);
        in_force & (present | previous)
    }

    /// Whether it may be used from this address. Where addresses are named, one that is not known is none of them.
    #[must_use]
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.addresses.is_empty()
            || address.is_some_and(|address| self.addresses.iter().any(|range| range.contains(address)))
    }

    /// What it permits at this resource.
    #[must_use]
    pub fn scope_at(&self, resource_id: &ResourceId) -> Scope {
        let here = self.permits.iter().find(|permit| permit.resource_id == *resource_id);
        here.map_or_else(Scope::empty, |permit| permit.scope.clone())
    }

    /// How people recognise it: the beginning and the end of its text.
    #[must_use]
    pub fn hint(&self) -> String {
        let id: String = self.id.as_str().chars().take(12).collect();
        format!("lyd_key_{id}…{}", self.secret.last_four)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn kept(secret: &Secret) -> KeySecret {
        KeySecret { hash: secret.hash(), last_four: "abcd".to_owned() }
    }

    fn key(present: &Secret, before: &Secret) -> ApiKey {
        ApiKey {
            id: Id::new(at(1)),
            user_id: None,
            organization_id: Id::new(at(1)),
            project_id: Id::new(at(1)),
            name: "ci".to_owned(),
            permits: vec![KeyPermit {
                resource_id: ResourceId::new("api"),
                scope: Scope::parse("events:ingest").unwrap(),
            }],
            addresses: Vec::new(),
            caps: KeyCaps::default(),
            secret: kept(present),
            previous: Some(PreviousSecret { secret: kept(before), until: at(20) }),
            created_at: at(1),
            issued_at: at(10),
            expires_at: at(100),
            revoked: None,
        }
    }

    #[test]
    fn the_old_text_works_until_the_overlap_ends_and_no_other_ever() {
        let (present, before) = (Secret::generate(), Secret::generate());
        let key = key(&present, &before);
        assert!(key.is_good(&present.hash(), at(19)) && key.is_good(&before.hash(), at(19)));
        assert!(key.is_good(&present.hash(), at(20)) && !key.is_good(&before.hash(), at(20)));
        assert!(!key.is_good(&Secret::generate().hash(), at(19)));
        assert!(!key.is_good(&present.hash(), at(100)), "it has expired");
        let revoked = ApiKey { revoked: Some(Revoked { at: at(11), reason: "revoked".to_owned() }), ..key };
        assert!(!revoked.is_good(&present.hash(), at(12)) && !revoked.is_good(&before.hash(), at(12)));
    }

    #[test]
    fn a_bound_key_wants_to_know_the_address() {
        let free = key(&Secret::generate(), &Secret::generate());
        let bound = ApiKey { addresses: vec!["192.0.2.0/24".parse().unwrap()], ..free.clone() };
        let (inside, outside) = ("192.0.2.9".parse().ok(), "198.51.100.9".parse().ok());
        assert!(free.admits(None) && free.admits(outside));
        assert!(bound.admits(inside) && !bound.admits(outside) && !bound.admits(None));
    }

    #[test]
    fn caps_are_the_keys_own_or_the_usual_ones() {
        assert_eq!(KeyCap::of(None).in_force(600), Some(600));
        assert_eq!(KeyCap::of(None).in_force(0), None);
        assert_eq!(KeyCap::of(Some(0)).in_force(600), None);
        assert_eq!(KeyCap::of(Some(7)).in_force(600), Some(7));
        for number in [None, Some(0), Some(7)] {
            assert_eq!(KeyCap::of(number).number(), number);
        }
    }
}
