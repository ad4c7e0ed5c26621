//! An app as people meet it: its name, where it comes from, where its answer goes, which project it reads.

use super::AskingDevice;

/// An app that asks or is connected.
#[derive(Clone, Debug)]
pub struct App {
    /// Its name, as it gave it or as the operator did.
    pub name: String,
    /// How we know who it is.
    pub provenance: Provenance,
}

/// How we know who an app is (clients.md calls these the ways in).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A client-id document, read from this host.
    Document {
        /// The host of the document's address.
        host: String,
    },
    /// It registered itself (RFC 7591): nobody has checked its name.
    Registered,
    /// It is an API key, whose text begins and ends like this.
    ApiKey {
        /// `lyd_key_0VtyBFCkrPX5…a1B2`
        hint: String,
    },
    /// The operator of this server added it.
    Operator,
    /// The operator of this server added it, and it is one of their own.
    FirstParty,
    /// An organisation added it, for its own people.
    Organization,
}

/// Where the answer is sent, which is what the person can judge.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A web address, by its host.
    Host(String),
    /// A program that listens on the reader's own computer.
    ThisComputer {
        /// Host and, where registered, port: `127.0.0.1`.
        address: String,
    },
    /// A program that claims a private-use scheme (RFC 8252 §7.1).
    Program {
        /// The scheme: `cursor`.
        scheme: String,
    },
    /// A device of somebody's, which fetches the answer by itself.
    Device(AskingDevice),
}

/// A project and the organisation it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectName {
    /// The project: `Apollo`.
    pub name: String,
    /// Its organisation: `Acme`.
    pub organization: String,
}

/// An app that waits while its person signs in or up.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The id of the authorization, carried through the form.
    pub authorization: String,
    /// The app's name.
    pub app: String,
}

impl App {
    /// The letter that stands in for a logo.
    pub(super) fn letter(&self) -> String {
        let first = self.name.chars().find(|c| c.is_alphanumeric());
        first.map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
    }

    /// One of six grounds for the letter, always the same for the same name.
    pub(super) fn shade(&self) -> u32 {
        self.name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 6 + 1
    }
}
