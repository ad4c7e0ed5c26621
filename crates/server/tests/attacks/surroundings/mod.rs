//! Attacks on what surrounds the flows: proxies, fetches, the source itself.

mod documents;
mod proxies;
mod secrets;
