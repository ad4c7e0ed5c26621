//! The event feed: the authorization server says what is true no more, so that answers can be remembered until then. A thread
//! of its own listens, whatever runtime the app has; it ends with the guard. Owns the connection; what is remembered is
//! `answers`'.

mod event;
mod link;
mod listener;
mod messages;

pub(crate) use event::Gone;
pub(crate) use link::Link;
pub(crate) use listener::{Line, listen};
