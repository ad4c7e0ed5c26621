//! The audit trail: sealed after the fact, read by whoever it concerns, verified by the operator. Owns who seals and what a
//! verification looks for; does not own what is written (each act's own transaction) nor the chain's form (`model::audit_chain`).

mod retention;
mod sealer;
mod trail;
mod verify;

pub(crate) use retention::purge;
pub use trail::{TrailPage, is_action, shown};
pub use verify::{Place, Verified, Wrong};
