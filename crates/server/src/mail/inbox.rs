//! The inbox of a development server: what would have been sent, for a person to look at and a script to wait for. It lives
//! in memory and no longer than the process.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use identity::mail::Claimed;
use model::{Email, Timestamp};
use serde::Serialize;
use tokio::{sync::Notify, time::Instant};

use crate::view::mail::Written;

/// Older ones go.
const KEPT: usize = 500;

/// A mail as it arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// Its id.
    pub id: String,
    /// What it is about: `reset`, `confirm_sign_up`.
    pub kind: &'static str,
    /// The one address that it went to.
    pub to: Email,
    /// Microseconds since 1970.
    pub at: Timestamp,
    /// Its words.
    #[serde(flatten)]
    pub words: Written,
}

impl Received {
    pub(super) fn new(claimed: &Claimed, words: Written) -> Self {
        Self {
            id: claimed.id().to_string(),
            kind: claimed.letter.message.kind(),
            to: claimed.recipient().clone(),
            at: claimed.letter.asked.at,
            words,
        }
    }
}

/// All mails that arrived, newest last. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    mails: Arc<Mutex<VecDeque<Entry>>>,
    arrived: Arc<Notify>,
}

#[derive(Debug)]
struct Entry {
    mail: Received,
    /// Whether a script was given it.
    given: bool,
}

impl Inbox {
    pub(super) fn put(&self, mail: Received) {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        if mails.len() == KEPT {
            mails.pop_front();
        }
        mails.push_back(Entry { mail, given: false });
        drop(mails);
        self.arrived.notify_waiters();
    }

    /// All that are kept, newest first.
    #[must_use]
    pub fn all(&self) -> Vec<Received> {
        let mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().rev().map(|entry| entry.mail.clone()).collect()
    }

    /// The oldest mail to this address (to any, without one) that no one asked for yet; waits for it if there is none.
    /// Each mail is given once.
    pub async fn next(&self, to: Option<&Email>, wait: Duration) -> Option<Received> {
        let until = Instant::now() + wait;
        loop {
            // Before looking, so that what arrives in between is not missed.
            let mut arrival = std::pin::pin!(self.arrived.notified());
            arrival.as_mut().enable();
            if let Some(mail) = self.take(to) {
                return Some(mail);
            }
            tokio::time::timeout_at(until, arrival).await.ok()?;
        }
    }

    fn take(&self, to: Option<&Email>) -> Option<Received> {
        let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |entry: &&mut Entry| !entry.given && to.is_none_or(|to| *to == entry.mail.to);
        let entry = mails.iter_mut().find(fits)?;
        entry.given = true;
        Some(entry.mail.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, number: i64) -> Received {
        let words = Written { subject: format!("number {number}"), ..Written::default() };
        let (to, at) = (Email::parse(to).unwrap(), Timestamp::from_seconds(number));
        Received { id: number.to_string(), kind: "reset", to, at, words }
    }

    #[tokio::test]
    async fn each_mail_is_given_once_and_in_order() {
        let (inbox, ada) = (Inbox::default(), Email::parse("ada@example.com").unwrap());
        for number in 1..=3 {
            inbox.put(mail(if number == 2 { "bob@example.com" } else { "ada@example.com" }, number));
        }
        let next = async |to| inbox.next(to, Duration::ZERO).await.map(|mail| mail.id);
        assert_eq!(next(Some(&ada)).await.as_deref(), Some("1"));
        assert_eq!(next(Some(&ada)).await.as_deref(), Some("3"));
        assert_eq!(next(Some(&ada)).await, None);
        assert_eq!(next(None).await.as_deref(), Some("2"));
        let newest: Vec<String> = inbox.all().into_iter().map(|mail| mail.id).collect();
        assert_eq!(newest, ["3", "2", "1"], "the page shows all of them");
    }

    #[tokio::test]
    async fn whoever_waits_is_given_what_arrives() {
        let inbox = Inbox::default();
        let ada = Email::parse("ada@example.com").unwrap();
        let waiting = tokio::spawn({
            let inbox = inbox.clone();
            async move { inbox.next(Some(&ada), Duration::from_secs(60)).await }
        });
        tokio::task::yield_now().await;
        inbox.put(mail("bob@example.com", 1));
        inbox.put(mail("ada@example.com", 2));
        assert_eq!(waiting.await.unwrap().unwrap().id, "2");
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let inbox = Inbox::default();
        for number in 0..=600 {
            inbox.put(mail("ada@example.com", number));
        }
        assert_eq!(inbox.all().len(), KEPT);
    }
}
