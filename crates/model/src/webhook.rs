//! Webhooks: addresses at which an organisation is told of its events, and events on their way there. Owns what is known of both;
//! what they are signed with is sealed, and how they are sent is `identity`'s.

use crate::{EventKind, Id, Organization, Timestamp};

/// An address of an organisation.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: Id<Webhook>,
    /// Whose.
    pub organization_id: Id<Organization>,
    /// Where.
    pub url: String,
    /// Of what it is told; of everything if none is named.
    pub kinds: Vec<EventKind>,
    /// What deliveries are signed with, sealed under the server's secret.
    pub sealed_secret: String,
    /// The one before, sealed, and until when deliveries are signed with it too.
    pub previous: Option<(String, Timestamp)>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Since when nothing was taken.
    pub failing_since: Option<Timestamp>,
    /// How many attempts in a row failed.
    pub failures: u64,
    /// Since when nothing is sent there, and why.
    pub disabled: Option<(Timestamp, WebhookEnd)>,
}

/// Why nothing is sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookEnd {
    /// Somebody said so.
    Operator,
    /// It has taken nothing for days.
    Failing,
    /// It answered that it is gone (410).
    Gone,
}

impl WebhookEnd {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Operator, Self::Failing, Self::Gone].into_iter().find(|end| end.as_str() == word)
    }
}

/// An event on its way to an address.
#[derive(Clone, Debug)]
pub struct WebhookDelivery {
    /// Its id, which is the same at every attempt.
    pub id: Id<WebhookDelivery>,
    /// Where to.
    pub webhook_id: Id<Webhook>,
    /// The event's place.
    pub position: u64,
    /// The event's kind.
    pub kind: String,
    /// What is sent, byte for byte.
    pub body: String,
    /// When it was put on its way.
    pub created_at: Timestamp,
    /// Until when nobody else takes it up.
    pub leased_until: Timestamp,
    /// How often it was tried.
    pub attempts: u64,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// What was answered last, if anything was.
    pub status: Option<u16>,
    /// Why it was not taken.
    pub trouble: Option<String>,
    /// When it was over, and whether it had been taken.
    pub settled: Option<(Timestamp, bool)>,
}
