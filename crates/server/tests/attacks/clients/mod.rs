//! Attacks by clients: codes, tokens, authentication, parameters, parsers.

mod authentication;
mod endings;
mod parameters;
mod parsers;
mod read_only;
mod wire;
