//! What must hold of every parser, whatever bytes it is given. Each module is one fuzz target: `holds` panics when its
//! property does not hold. The fuzzer drives them without end (`make fuzz`), and a test runs them over the committed corpora
//! (`conformance/fuzz/corpus`), so that they cannot rot.
//!
//! Where a parser decides something, the module decides it a second time, from the RFC and by other means, and compares.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a property that does not hold is told by a panic"
)]

pub mod authorize;
pub mod basic_header;
pub mod client_assertion;
pub mod client_document;
pub mod cookies;
pub mod json_rpc;
mod marked;
pub mod mutation;
pub mod redirect_uri;
mod refusal;
pub mod registration;
pub mod scope_and_resource;
pub mod token;
pub mod token_form;
pub mod user_code;

/// A property by the name of its fuzz target and corpus.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// The target's name.
    pub name: &'static str,
    /// Panics when the property does not hold for these bytes.
    pub holds: fn(&[u8]),
}

/// All of them.
pub const PROPERTIES: [Property; 12] = [
    Property { name: "authorize", holds: authorize::holds },
    Property { name: "basic_header", holds: basic_header::holds },
    Property { name: "client_assertion", holds: client_assertion::holds },
    Property { name: "client_document", holds: client_document::holds },
    Property { name: "cookies", holds: cookies::holds },
    Property { name: "json_rpc", holds: json_rpc::holds },
    Property { name: "redirect_uri", holds: redirect_uri::holds },
    Property { name: "registration", holds: registration::holds },
    Property { name: "scope_and_resource", holds: scope_and_resource::holds },
    Property { name: "token", holds: token::holds },
    Property { name: "token_form", holds: token_form::holds },
    Property { name: "user_code", holds: user_code::holds },
];
