//! The resource server's side of Lanyard: an app that owns data lets in whoever carries a good token, and no further than the
//! token's grant reaches.
//!
//! A [`Guard`] asks the authorization server about each token or API key (RFC 7662), or judges JWT access tokens itself
//! (RFC 9068), answers `401` and `403` as RFC 6750 and RFC 9728
//! say, serves the protected-resource metadata that clients start from, and hands the app's handler a [`Grant`]: who, by
//! which client, in which project, with which scopes. A grant that may only read is held to reading by a [`Rule`].
//!
//! This crate owns no session, no storage and no policy of the app: which rows of a project a person sees is the app's to
//! decide, from the grant. Two skins put the one core before an app: `actix` (middleware and extractor) and `tower` (a layer
//! for axum, rmcp and every other service over `http::Request`). Any other framework calls [`Guard::admit`] and
//! [`Guard::permit`] itself, and what speaks no HTTP [`Guard::verify`].
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use guard::{Guard, McpRule, Rule};
//!
//! let guard = Guard::builder("https://id.example.com", "https://api.example.com/mcp")
//!     .introspection("my-api", std::env::var("INTROSPECTION_SECRET")?)
//!     .required_scopes("issues:read".parse()?)
//!     .rule(Rule::Mcp(McpRule::reading_tools(["list_issues", "read_issue"])))
//!     .build()?;
//! # let _ = guard;
//! # Ok(())
//! # }
//! ```
//!
//! A failing authorization server is `503` with `Retry-After`, never `401`: a client must not throw its tokens away because
//! of somebody else's bad minute.

mod answer;
mod answers;
mod bearer;
mod breaker;
mod builder;
mod clock;
mod error;
mod feed;
mod grant;
mod guard;
mod introspect;
mod issuer;
mod issuer_metadata;
mod judge;
mod jwks;
mod jwt;
mod reply;
mod request;
mod rule;
mod well_known;

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "tower")]
pub mod tower;

pub use builder::GuardBuilder;
pub use error::BuildError;
pub use grant::{Facts, Grant};
pub use guard::{Guard, MAX_BODY_BYTES};
pub use protocol::{Access, Scope};
pub use reply::Reply;
pub use rule::{McpRule, Rule};
