//! A mail as mail servers take it (RFC 5322): one sender, one recipient, text and HTML of the same words.

use std::time::{Duration, UNIX_EPOCH};

use identity::mail::Claimed;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::view::mail::{Sender, Written};

/// Why a mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritten {
    /// The stored address is read otherwise by whoever writes the envelope (V-41).
    #[error("the recipient's address has another form in an envelope")]
    Address,
    /// A header or the body.
    #[error("{0}")]
    Mail(#[from] lettre::error::Error),
}

/// The whole message. Its envelope has exactly one recipient, the stored address, byte for byte.
pub(super) fn message(
    claimed: &Claimed,
    words: &Written,
    from: &Address,
    sender: &Sender,
) -> Result<Message, Unwritten> {
    let stored = claimed.recipient().as_str();
    let to: Address = stored.parse().map_err(|_| Unwritten::Address)?;
    let sent_at = u64::try_from(claimed.letter.asked.at.as_seconds()).unwrap_or(0);
    let message = Message::builder()
        .from(Mailbox::new(Some(sender.name.clone()), from.clone()))
        .to(Mailbox::new(None, to))
        .subject(words.subject.clone())
        .date(UNIX_EPOCH + Duration::from_secs(sent_at))
        // The same for every attempt, so that a mail that comes twice all the same can be told to be one.
        .message_id(Some(format!("<{}@{}>", claimed.id(), from.domain())))
        // RFC 3834 §5: nobody's holiday notice answers this.
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(words.text.clone(), words.html.clone()))?;
    let [only] = message.envelope().to() else { return Err(Unwritten::Address) };
    let only: &str = only.as_ref();
    if only == stored { Ok(message) } else { Err(Unwritten::Address) }
}
