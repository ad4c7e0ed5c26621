//! A fresh Lanyard with people, a client and tokens in its database, and the process that serves it.

#[path = "../../../../storage/tests/harness/database.rs"]
pub mod database;
pub mod process;
pub mod proxy;
#[path = "../../../../server/tests/harness/seed.rs"]
#[expect(dead_code, reason = "the tests of the server use the rest")]
pub mod seed;
pub mod world;

pub use process::{Answer, Broken, Process};
pub use proxy::{Cut, Proxy};
pub use world::{Held, World};
