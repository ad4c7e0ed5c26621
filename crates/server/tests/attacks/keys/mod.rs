//! Attacks on API keys, and with them.

mod endings;
mod places;
mod races;
