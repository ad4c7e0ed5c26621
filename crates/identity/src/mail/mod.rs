//! Mail: what people are told by it, and the queue in which it waits. A mail is written in the transaction of the act that it
//! tells of, sealed, and taken out by whoever delivers; it goes to one address, the stored one.
//!
//! Does not own the sentences, the links' addresses, nor how a mail travels (`server`).

mod letter;
mod notices;
mod queue;

pub use letter::{Asked, FactorChange, Letter, Message};
pub use queue::{Claimed, Delivery, MailQueue};
