//! Mail that waits to be sent. Owns what is known of it; what it says is sealed, and how it is sent is the server's.

use crate::{Email, Id, Timestamp};

/// A mail in the queue. Its text does not stand here in clear.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its id.
    pub id: Id<Mail>,
    /// The one address that it goes to.
    pub recipient: Email,
    /// What it is about, as the log calls it: `reset`.
    pub kind: String,
    /// What it says, sealed under the server's secret.
    pub sealed: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// From when on it is not worth sending: the link in it works no longer.
    pub expires_at: Timestamp,
    /// Until when nobody else takes it up.
    pub leased_until: Timestamp,
    /// How often it was taken up.
    pub attempts: u64,
}

/// What became of a mail in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailOutcome {
    /// The server took it.
    Sent,
    /// The server will not take it, or did not for long enough.
    Refused,
    /// It was handed over and no answer came: it may have been sent, so that it is not sent again.
    Unknown,
    /// It waited until it was worth nothing.
    Expired,
    /// It never was to be sent: it stands where a mail would, so that nothing tells that there is nobody to write to.
    Withheld,
}

impl MailOutcome {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Withheld => "withheld",
        }
    }
}
