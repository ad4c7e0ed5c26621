//! People.

use crate::{Email, Id, Timestamp};

/// A person with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id: the `sub` of every token, never given again (OpenID Connect Core §2).
    pub id: Id<User>,
    /// The address, lower-case and in canonical form.
    pub email: Email,
    /// What they call themselves.
    pub name: Option<String>,
    /// The PHC string of their password; none if they have none.
    pub password_hash: Option<PasswordHash>,
    /// When the address was proved to be theirs.
    pub email_verified_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Since when it may do nothing.
    pub disabled_at: Option<Timestamp>,
    /// Moves with every change of what opens the account; whatever was begun under an older one comes to nothing.
    pub security_epoch: u64,
    /// When it is erased: its person asked for that, and may still think better of it.
    pub erase_at: Option<Timestamp>,
}

impl User {
    /// An account at its beginning: nothing proved, no password, enabled.
    #[must_use]
    pub fn new(email: Email, now: Timestamp) -> Self {
        Self {
            id: Id::new(now),
            email,
            name: None,
            password_hash: None,
            email_verified_at: None,
            created_at: now,
            disabled_at: None,
            security_epoch: 1,
            erase_at: None,
        }
    }
}

/// A password's hash as a PHC string. Does not print.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, to store or to verify against.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}
