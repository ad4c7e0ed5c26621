//! Attacks by way of other providers: what comes back from one, what it says, and whose account it opens.

mod addresses;
mod fetches;
mod hijacking;
mod secrets;
mod tokens;
mod trips;
