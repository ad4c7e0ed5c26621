//! The session cookie's text: the session's id and its secret, side by side. Owns the form; what it opens is `account`'s.

use model::{Id, Secret, Session, id};
use protocol::Confidential;

/// A session's name and the proof that it is this browser's.
pub(crate) struct SessionCookie {
    pub(crate) id: Id<Session>,
    pub(crate) secret: Secret,
}

impl SessionCookie {
    /// Reads 22 characters of id and 43 of secret.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_at_checked(id::LENGTH)?;
        Some(Self { id: Id::parse(id)?, secret: Secret::parse(secret)? })
    }

    /// The text, for its browser only.
    pub(super) fn text(&self) -> Confidential {
        Confidential::new(format!("{}{}", self.id, self.secret.expose()))
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    #[test]
    fn a_cookie_is_read_back() {
        let cookie = SessionCookie { id: Id::new(Timestamp::from_seconds(1_700_000_000)), secret: Secret::generate() };
        let text = cookie.text();
        assert_eq!(text.expose().len(), 65);
        let again = SessionCookie::parse(text.expose()).unwrap();
        assert_eq!((again.id, again.secret.hash()), (cookie.id, cookie.secret.hash()));
    }

    #[test]
    fn what_is_no_cookie_of_ours_is_nothing() {
        let good = SessionCookie { id: Id::new(Timestamp::from_seconds(1)), secret: Secret::generate() }.text();
        let good = good.expose();
        for bad in [
            "",
            "x",
            &good[..64],
            &format!("{good}0"),
            &good.replacen(|_| true, "ä", 1),
            &"ä".repeat(33),
            &good.replacen(|_| true, "-", 1),
        ] {
            assert!(SessionCookie::parse(bad).is_none(), "{bad}");
        }
    }
}
