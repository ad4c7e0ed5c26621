//! Mail on its way out: the postman takes one after another from the queue, gives it words, and hands it to a mail server, or
//! in development to an inbox that pages and scripts can look into.
//!
//! Owns the journey. Does not own what is told to whom (`identity::mail`) nor the words (`view::mail`).

mod inbox;
mod message;
mod smtp;

use std::time::Duration;

use identity::{
    Authority,
    mail::{Claimed, Delivery},
};

pub use inbox::{Inbox, Received};
pub use smtp::Smtp;

use crate::{
    bearers::{Outbox, bear},
    config::{self, Problem},
    view::mail::{Sender, Written, written},
};

/// How many are delivered at the same time by one process: a slow server must not hold up all.
const BEARERS: usize = 4;
/// The whole of one delivery; shorter than the queue's lease.
const DELIVER_WITHIN: Duration = Duration::from_secs(120);

/// Whoever takes mails from the queue to where they go.
#[derive(Clone)]
pub struct Postman {
    authority: Authority,
    way: Way,
    sender: Sender,
}

/// Where mail goes.
#[derive(Clone)]
enum Way {
    Smtp(Smtp),
    Inbox(Inbox),
}

impl Postman {
    /// By the settings; none where no mail is sent. `inbox` is where mail is kept in development.
    ///
    /// # Errors
    /// The mail server's certificate authority cannot be read.
    pub fn new(
        authority: &Authority,
        settings: &config::Settings,
        inbox: Option<&Inbox>,
    ) -> Result<Option<Self>, Problem> {
        let way = match (&settings.mail, inbox) {
            (config::Mail::Smtp(smtp), _) => Way::Smtp(Smtp::new(smtp, &settings.public_url)?),
            (config::Mail::Inbox, Some(inbox)) => Way::Inbox(inbox.clone()),
            (config::Mail::Inbox | config::Mail::None, _) => return Ok(None),
        };
        let sender = Sender { name: settings.brand.name.clone(), public_url: settings.public_url.as_str().to_owned() };
        Ok(Some(Self { authority: authority.clone(), way, sender }))
    }

    /// Works until `stop` is ready; what is being delivered then is finished.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        bear(self, BEARERS, stop).await;
    }

    /// Delivers the mail that has waited longest; whether there was one.
    ///
    /// # Errors
    /// Trouble of the database.
    pub async fn deliver_next(&self) -> Result<bool, identity::Error> {
        let Some(claimed) = self.authority.claim_mail(self.authority.now()).await? else { return Ok(false) };
        let (id, kind) = (claimed.id(), claimed.letter.message.kind());
        let delivery = match written(&claimed.letter, &self.sender) {
            Ok(words) => self.deliver(&claimed, words).await,
            Err(error) => Delivery::Refused(format!("it has no words: {error}")),
        };
        match &delivery {
            Delivery::Sent => tracing::info!(mail = %id, kind, "a mail was sent"),
            Delivery::Later(why) => tracing::warn!(mail = %id, kind, why, "a mail was not taken; it is tried again"),
            Delivery::Refused(why) => tracing::error!(mail = %id, kind, why, "a mail is refused and not sent"),
            Delivery::Unknown(why) => {
                tracing::error!(mail = %id, kind, why, "a mail was handed over without an answer; it is not sent again");
            }
            Delivery::Abandoned(why) => tracing::warn!(mail = %id, kind, why, "a mail was left to others"),
        }
        self.authority.settle_mail(claimed, &delivery, self.authority.now()).await?;
        Ok(true)
    }

    async fn deliver(&self, claimed: &Claimed, words: Written) -> Delivery {
        let hand_over = async || self.authority.hand_over_mail(claimed, self.authority.now()).await;
        match &self.way {
            Way::Smtp(smtp) => match message::message(claimed, &words, smtp.from(), &self.sender) {
                Ok(message) => smtp.deliver(&message, hand_over, DELIVER_WITHIN).await,
                Err(error) => Delivery::Refused(format!("it cannot be written: {error}")),
            },
            Way::Inbox(inbox) => match hand_over().await {
                Ok(true) => {
                    inbox.put(Received::new(claimed, words));
                    Delivery::Sent
                }
                Ok(false) => Delivery::Abandoned("it is somebody else's now".to_owned()),
                Err(error) => Delivery::Abandoned(error.to_string()),
            },
        }
    }
}

impl Outbox for Postman {
    const HOLDS: &'static str = "mails";

    async fn deliver_next(&self) -> Result<bool, identity::Error> {
        self.deliver_next().await
    }

    async fn rings(&self) {
        self.authority.mail_queue().rings().await;
    }
}
