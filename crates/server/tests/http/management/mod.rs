//! The management API, `/api/v1`.

mod apply;
mod credentials;
mod described;
mod documented;
mod lists;
mod once;
mod operators;
mod people;
mod versions;
