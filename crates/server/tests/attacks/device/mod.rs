//! Attacks on the device grant (RFC 8628), and what its checklist asks of it: DEV-01 to DEV-14 and V-50.

mod answers;
mod codes;
mod guesses;
mod listing;
mod page;
mod phishing;
mod races;
