//! The failure tests of docs/families.md through the real authority, on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected is a failed test"
)]

mod harness;

#[path = "families/at_rest.rs"]
mod at_rest;
#[path = "families/codes.rs"]
mod codes;
#[path = "families/endings.rs"]
mod endings;
#[path = "families/model.rs"]
mod model_test;
#[path = "families/races.rs"]
mod races;
#[path = "families/restored.rs"]
mod restored;
#[path = "families/windows.rs"]
mod windows;
