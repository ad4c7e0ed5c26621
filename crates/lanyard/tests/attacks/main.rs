//! Attacks on the built binary: as a process that is started wrongly, that is flooded, and as what is in its repository.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

mod api_keys;
mod floods;
mod house;
mod imports;
mod person;
mod refusals;
mod repository;
