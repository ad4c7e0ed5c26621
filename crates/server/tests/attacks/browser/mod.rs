//! Attacks on the browser side: redirects, sessions, consent, forms.

mod accounts;
mod addresses;
mod answers;
mod consent;
mod disabled;
mod doubled;
mod enumeration;
mod factors;
pub mod flow;
mod forms;
mod forwarding;
mod frame;
mod handover;
mod hosts;
mod order;
mod passkeys;
mod recovery;
mod redirects;
mod registration;
mod resuming;
mod silence;
mod twice;
