//! Signed JSON Web Tokens in the compact form (RFC 7515 §3.1): read strictly, written exactly, verified with a key that has
//! one algorithm. Both sides of a token stand on this: whoever signs, and whoever is handed one.
//!
//! Does not own private keys, where public ones come from, or what claims mean.

mod compact;
mod public_key;

pub use compact::{Compact, joined, signing_input};
pub use public_key::PublicKey;
