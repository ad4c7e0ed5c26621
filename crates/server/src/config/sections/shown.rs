//! What the server shows of itself to people and to browsers of other sites.

use crate::config::{Accent, Contact, Origin, WebAddress, section::section};

section! {
    /// What the pages look like.
    pub struct Brand as "brand" {
        /// The name that people read.
        name: String = "Lanyard".to_owned();
        /// The colour of buttons and links.
        accent: Option<Accent> = None;
    }
}

section! {
    /// Web apps that may call the server's own API from a browser. The protocol's endpoints are open to all.
    pub struct Cors as "cors" {
        /// Their origins.
        app_origins: Vec<Origin> = Vec::new();
    }
}

section! {
    /// What the pages say about connecting an assistant.
    pub struct Connect as "connect" {
        /// The address of your MCP server, shown to be pasted.
        mcp_url: Option<WebAddress> = None;
    }
}

section! {
    /// What the metadata and `/.well-known/security.txt` add.
    pub struct Metadata as "metadata" {
        /// A page for developers.
        service_documentation: Option<WebAddress> = None;
        /// Where to report a vulnerability: `mailto:` or `https:`.
        security_contact: Option<Contact> = None;
    }
}
