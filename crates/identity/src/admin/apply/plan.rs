//! What a file says that there should be, as data.

use serde::{Deserialize, Serialize};

use super::super::{ClientAdd, ClientHome, ClientKind};

/// A whole file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `[[organization]]`
    #[serde(default, rename = "organization")]
    pub organizations: Vec<PlannedOrganization>,
    /// `[[resource]]`
    #[serde(default, rename = "resource")]
    pub resources: Vec<PlannedResource>,
    /// `[[client]]`
    #[serde(default, rename = "client")]
    pub clients: Vec<PlannedClient>,
}

/// An organisation with its projects.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedOrganization {
    /// Its short name.
    pub slug: String,
    /// What people read.
    pub name: String,
    /// `[[organization.project]]`
    #[serde(default, rename = "project")]
    pub projects: Vec<PlannedProject>,
}

/// A project.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedProject {
    /// Its short name.
    pub slug: String,
    /// What people read.
    pub name: String,
}

/// A resource server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedResource {
    /// Its name at introspection.
    pub id: String,
    /// What people read.
    pub name: String,
    /// Its identifier (RFC 8707).
    pub resource: String,
    /// `issues:read=read:read issues and comments`, one each.
    pub scopes: Vec<String>,
    /// `opaque`, or the algorithm of JWTs; as it is, if nothing is said.
    #[serde(default)]
    pub access_tokens: Option<String>,
    /// Whether it is the one that is meant where several could be; as it is, if nothing is said.
    #[serde(default)]
    pub default: Option<bool>,
}

/// How a client of a file authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedKind {
    /// Not at all.
    Public,
    /// By a secret, which is made and shown once.
    Confidential,
}

/// A client.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedClient {
    /// Its identifier.
    pub id: String,
    /// What people read.
    pub name: String,
    /// How it authenticates.
    pub kind: PlannedKind,
    /// Where answers may be sent.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// `authorization_code` and `refresh_token` if none are given.
    #[serde(default)]
    pub grant_types: Vec<String>,
    /// The most that it may ask for.
    #[serde(default)]
    pub scope: Option<String>,
    /// Whether it is the operator's own.
    #[serde(default)]
    pub first_party: bool,
    /// For client_credentials: whose data it reads.
    #[serde(default)]
    pub home: Option<ClientHome>,
}

impl PlannedClient {
    /// As an operator would ask for it.
    pub(super) fn asked(&self) -> ClientAdd {
        let kind = match self.kind {
            PlannedKind::Public => ClientKind::Public {},
            PlannedKind::Confidential => ClientKind::Confidential {},
        };
        ClientAdd {
            redirect_uris: self.redirect_uris.clone(),
            grant_types: self.grant_types.clone(),
            scope: self.scope.clone(),
            first_party: self.first_party,
            home: self.home.clone(),
            ..ClientAdd::new(self.id.clone(), self.name.clone(), kind)
        }
    }
}
