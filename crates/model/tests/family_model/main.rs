//! `Family` against a reference that was written from the pseudo-code of docs/families.md alone: whatever is presented in
//! whatever order, both mean the same and answer the same, and the promises of that page hold.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod examples;
mod pair;
mod properties;
mod reference;
