//! lanyard dev, lanyard try and the demo downstream app.

pub mod mcp;
