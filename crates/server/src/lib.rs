//! Speaking HTTP: routes, pages, configuration, commands.

pub mod config;
pub mod cookie;
pub mod cors;
pub mod edge;
pub mod error_response;
pub mod form;
pub mod forwarded;
pub mod headers;
pub mod host;
pub mod rate_limit;
pub mod request_id;
pub mod telemetry;
pub mod tls;
