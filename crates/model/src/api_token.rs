//! Personal API tokens: what a program of a person asks the management API with.
//!
//! Owns what one is and when it is good. Does not own what its person may do (`identity::policy`), nor its text (`token`).

use crate::{Id, SecretHash, Shown, Timestamp, User, family::Revoked};

/// A token of a person for the management API.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Its id, which its text begins with.
    pub id: Id<ApiToken>,
    /// Whose it is: it may what they may.
    pub user_id: Id<User>,
    /// What they call it.
    pub name: String,
    /// SHA-256 of its secret.
    pub hash: SecretHash,
    /// The last characters of its text.
    pub last_four: String,
    /// Whether it changes anything; one that does not only reads, whatever its person may.
    pub writes: bool,
    /// What its person had shown of themselves when they made it: it reaches no organisation that demands more.
    pub shown: Shown,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// From which address.
    pub used_address: Option<String>,
    /// When and why it was taken back.
    pub revoked: Option<Revoked>,
}

impl ApiToken {
    /// Whether a text with this secret is this token's, and the token is in force at `now`. It takes the same time wherever a
    /// difference lies.
    #[must_use]
    pub fn is_good(&self, presented: &SecretHash, now: Timestamp) -> bool {
        self.is_in_force(now) & (self.hash == *presented)
    }

    /// Whether it was neither taken back nor has expired.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && now < self.expires_at
    }

    /// How people recognise it: the beginning and the end of its text.
    #[must_use]
    pub fn hint(&self) -> String {
        let id: String = self.id.as_str().chars().take(12).collect();
        format!("lyd_pat_{id}…{}", self.last_four)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    #[test]
    fn a_token_is_good_until_it_expires_or_is_taken_back() {
        let (secret, at) = (Secret::generate(), Timestamp::from_seconds);
        let token = ApiToken {
            id: Id::new(at(1)),
            user_id: Id::new(at(1)),
            name: "laptop".to_owned(),
            hash: secret.hash(),
            last_four: "a1B2".to_owned(),
            shown: Shown::default(),
            writes: true,
            created_at: at(1),
            expires_at: at(100),
            used_at: None,
            used_address: None,
            revoked: None,
        };
        assert!(token.is_good(&secret.hash(), at(99)));
        assert!(!token.is_good(&secret.hash(), at(100)), "it has expired");
        assert!(!token.is_good(&Secret::generate().hash(), at(2)));
        assert!(token.hint().starts_with("lyd_pat_") && token.hint().ends_with("…a1B2"));
        let revoked = ApiToken { revoked: Some(Revoked { at: at(3), reason: "revoked".to_owned() }), ..token };
        assert!(!revoked.is_good(&secret.hash(), at(4)));
    }
}
