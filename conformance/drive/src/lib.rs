//! What measures and what attacks a running server have in common.
//!
//! - [`process`]: a program in a process of its own, pinned, watched, killed.
//! - [`installation`]: Lanyard's configuration and data, which outlive the process: start, kill, start again.
//! - [`postgres`]: a PostgreSQL of one's own.
//! - [`seed`]: what an operator sets up before anybody comes.
//! - [`wire`]: HTTP/1.1 with next to no work per request, and with bad manners where they are wanted.
//! - [`browser`]: cookies, redirects, forms.
//! - [`flow`]: the steps of a client and of a resource server.
//!
//! It owns no measurement, no judgement, and nothing of the server: it knows Lanyard by its command line and its addresses alone.

pub mod browser;
mod error;
pub mod flow;
pub mod installation;
mod page;
pub mod postgres;
pub mod process;
pub mod seed;
pub mod wire;

pub use browser::Browser;
pub use error::Error;
pub use flow::{Client, ResourceServer, Tokens, Verdict};
pub use installation::{Database, Installation, Server};
pub use postgres::Postgres;
pub use process::Process;
pub use seed::Seeded;
pub use wire::Connection;
