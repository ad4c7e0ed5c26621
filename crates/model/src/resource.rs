//! Resources: downstream apps that own data, and the scopes that each of them understands.

use std::fmt;

use protocol::{Access, ResourceIndicator, Scope};
use serde::{Deserialize, Serialize};

use crate::{SecretHash, Timestamp};

/// The name by which a resource server authenticates at introspection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceId(String);

impl ResourceId {
    /// Any non-empty text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A resource server.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name at introspection.
    pub id: ResourceId,
    /// What people read.
    pub name: String,
    /// Its identifier in `resource` and `aud` (RFC 8707).
    pub identifier: ResourceIndicator,
    /// Its secret at introspection.
    pub secret_hash: SecretHash,
    /// What can be asked of it.
    pub scopes: Vec<ResourceScope>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Since when its tokens are dead.
    pub disabled_at: Option<Timestamp>,
}

/// One scope of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceScope {
    /// The scope token.
    pub name: String,
    /// Whether it reads or changes; said when it is registered and never later.
    pub access: Access,
    /// "It can …", in the consent page's words.
    pub description: String,
}

impl Resource {
    /// All scopes that it understands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        // Names were scope tokens when they were registered.
        Scope::from_tokens(self.scopes.iter().map(|scope| scope.name.as_str())).unwrap_or_else(|_| Scope::empty())
    }

    /// Those that only read.
    #[must_use]
    pub fn read_scope(&self) -> Scope {
        let read = self.scopes.iter().filter(|scope| scope.access == Access::Read);
        Scope::from_tokens(read.map(|scope| scope.name.as_str())).unwrap_or_else(|_| Scope::empty())
    }

    /// What `scope` lets its holder do here: change, if any of it writes.
    #[must_use]
    pub fn access(&self, scope: &Scope) -> Access {
        let writes = self.scopes.iter().any(|one| one.access == Access::Write && scope.contains(&one.name));
        if writes { Access::Write } else { Access::Read }
    }
}
