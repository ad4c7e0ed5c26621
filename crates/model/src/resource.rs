//! Resources: downstream apps that own data, and the scopes that each of them understands.

use std::{collections::BTreeMap, fmt};

use protocol::{Access, ResourceIndicator, Scope, SigningAlgorithm};
use serde::{Deserialize, Serialize};

use crate::{Id, Language, Organization, SecretHash, Timestamp};

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
    /// The organisation that it belongs to; none for the operator's.
    pub owner: Option<Id<Organization>>,
    /// Its secret at introspection.
    pub secret_hash: SecretHash,
    /// What can be asked of it.
    pub scopes: Vec<ResourceScope>,
    /// The form of its access tokens.
    pub access_tokens: AccessTokenForm,
    /// Since when it is the one that is meant where several could be.
    pub default_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Since when its tokens are dead.
    pub disabled_at: Option<Timestamp>,
}

/// What the text of an access token is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessTokenForm {
    /// Nothing but a reference: whoever is handed it asks here, and hears of a revocation at once.
    #[default]
    Opaque,
    /// A JSON Web Token (RFC 9068) under this algorithm, which can be judged without asking, and is good until it expires.
    Jwt(SigningAlgorithm),
}

impl AccessTokenForm {
    /// The word of commands and of the database: `opaque`, or the algorithm's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt(algorithm) => algorithm.as_str(),
        }
    }

    /// Reads the word; nothing for an algorithm that does not sign here.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        use SigningAlgorithm as A;
        let forms = [Self::Opaque, Self::Jwt(A::ES256), Self::Jwt(A::RS256), Self::Jwt(A::EdDSA)];
        forms.into_iter().find(|form| form.as_str() == word)
    }
}

/// One scope of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceScope {
    /// The scope token.
    pub name: String,
    /// Whether it reads or changes; said when it is registered and never later.
    pub access: Access,
    /// Of one that writes: whether an API key may hold it. Reading, a key may always be given.
    pub ingest: bool,
    /// "It can …", in the consent page's words, in English.
    pub description: String,
    /// The same in other languages, by their tags.
    pub translations: BTreeMap<String, String>,
}

impl ResourceScope {
    /// "It can …", in this language if it was said in it, else in English.
    #[must_use]
    pub fn words(&self, language: Language) -> &str {
        self.translations.get(language.tag()).unwrap_or(&self.description)
    }

    /// Says it anew in this language.
    pub fn describe(&mut self, language: Language, words: String) {
        if language == Language::English {
            self.description = words;
        } else {
            self.translations.insert(language.tag().to_owned(), words);
        }
    }

    /// What is said in other languages as JSON; nothing if nothing is.
    #[must_use]
    pub fn translations_json(&self) -> Option<String> {
        // A map of texts always is JSON.
        (!self.translations.is_empty()).then(|| serde_json::to_string(&self.translations).unwrap_or_default())
    }
}

impl Resource {
    /// Whether it has anything to do with projects of this organisation: one that belongs to an organisation is reached for that
    /// organisation's projects alone.
    #[must_use]
    pub fn serves(&self, organization_id: Id<Organization>) -> bool {
        self.owner.is_none_or(|owner| owner == organization_id)
    }

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

    /// Those that an API key may hold: what only reads, and what takes in what a service sends.
    #[must_use]
    pub fn key_scope(&self) -> Scope {
        let held = self.scopes.iter().filter(|scope| scope.access == Access::Read || scope.ingest);
        Scope::from_tokens(held.map(|scope| scope.name.as_str())).unwrap_or_else(|_| Scope::empty())
    }

    /// What `scope` lets its holder do here: change, if any of it writes.
    #[must_use]
    pub fn access(&self, scope: &Scope) -> Access {
        let writes = self.scopes.iter().any(|one| one.access == Access::Write && scope.contains(&one.name));
        if writes { Access::Write } else { Access::Read }
    }
}
