//! Attacks by clients: codes, tokens, authentication, parameters, parsers.

mod assertions;
mod authentication;
pub mod codes;
mod endings;
mod families;
mod parameters;
mod parsers;
mod read_only;
pub mod wire;
