//! What is true of a server that is killed all the time, and whose clients lose, double and delay what they send.
//!
//! The clients keep a [`journal`]; afterwards [`history`] looks for an order of what happened in which every answer is one that
//! the [`rule`]s of docs/families.md allow. See conformance/soak/README.md.

pub mod audit;
pub mod caller;
pub mod fleet;
pub mod history;
pub mod holder;
pub mod journal;
pub mod moment;
pub mod plan;
pub mod race;
pub mod record;
pub mod report;
pub mod rule;
pub mod seat;
pub mod setting;
