//! Speaking HTTP: routes, pages, configuration, commands.

pub mod api;
pub mod app;
mod bearers;
pub mod command;
pub mod config;
pub mod control;
pub mod cookie;
pub mod cors;
pub mod edge;
pub mod endpoint;
pub mod error_response;
#[cfg(feature = "fault-points")]
mod fault;
pub mod form;
pub mod forwarded;
pub mod headers;
pub mod host;
pub mod mail;
pub mod messenger;
pub mod metrics;
pub mod page;
pub mod rate_limit;
pub mod request_id;
pub mod state;
pub mod telemetry;
pub mod tls;
pub mod view;
