//! Clients on the command line.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueEnum};
use identity::admin::{Act, ClientAdd, ClientHome, ClientKind};
use model::Profile;
use serde_json::Value;

use super::organization::Decision;
use crate::command::Failure;

/// What can be done with clients.
#[derive(Debug, Subcommand)]
pub enum ClientAct {
    /// Register a client; its secret, if it gets one, is shown this once
    Add(Box<NewClient>),
    /// All clients
    List,
    /// One client
    Show {
        /// Its client_id
        client: String,
    },
    /// Let a client do nothing
    Disable {
        /// Its client_id
        client: String,
    },
    /// Let it work again
    Enable {
        /// Its client_id
        client: String,
    },
    /// Whether people may let it in by a code that it shows; refusing ends what it holds by such codes
    Device {
        /// Its client_id
        client: String,
        /// Allow it or refuse it
        #[arg(value_enum)]
        decision: Decision,
    },
    /// Give a confidential client a new secret, shown this once; the old one stops working
    NewSecret {
        /// Its client_id
        client: String,
    },
    /// Delete a client with its connections
    Remove {
        /// Its client_id
        client: String,
    },
}

/// A client to be registered.
#[derive(Debug, Args)]
pub struct NewClient {
    /// What people read
    #[arg(long)]
    pub name: String,
    /// Its client_id; made up if it is left out
    #[arg(long)]
    pub id: Option<String>,
    /// How it proves who it is
    #[arg(long, value_enum, default_value = "public")]
    pub kind: Kind,
    /// For private-key-jwt: a file with its public keys (JWK set)
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    pub jwks: Option<PathBuf>,
    /// For private-key-jwt: where its public keys are
    #[arg(long, value_name = "URL")]
    pub jwks_uri: Option<String>,
    /// Where answers may be sent; may be given several times. A loopback address without a port stands for any port
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// authorization_code, refresh_token, client_credentials or device_code; may be given several times. The first two if left out
    #[arg(long = "grant-type", value_name = "TYPE")]
    pub grant_types: Vec<String>,
    /// List it for the device grant: people let it in by a code that it shows. Without a redirect URI it is all that it may do
    #[arg(long)]
    pub device: bool,
    /// The most that it may ask for, separated by spaces; all that such a client may have if left out
    #[arg(long)]
    pub scope: Option<String>,
    /// Which reading of the standards it follows where they differ
    #[arg(long, value_enum, default_value = "oauth21")]
    pub profile: ProfileWord,
    /// It is your own program, and may hold scopes that write
    #[arg(long)]
    pub first_party: bool,
    /// For client_credentials: whose data it reads (slug or id)
    #[arg(long, requires = "project")]
    pub organization: Option<String>,
    /// For client_credentials: which project's (slug or id)
    #[arg(long, requires = "organization")]
    pub project: Option<String>,
    /// It sends the OpenID nonce instead of PKCE (confidential clients only)
    #[arg(long)]
    pub nonce_instead_of_pkce: bool,
    /// How its ID tokens are signed: ES256, RS256 or EdDSA
    #[arg(long, value_name = "ALG")]
    pub id_token_alg: Option<String>,
    /// Its home page
    #[arg(long, value_name = "URL")]
    pub client_uri: Option<String>,
}

/// How a client proves who it is, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Not at all: a program on a person's device
    Public,
    /// By a secret, shown once
    Confidential,
    /// By assertions signed with its own key
    PrivateKeyJwt,
}

/// A profile, as it is typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ProfileWord {
    /// OAuth 2.1
    Oauth21,
    /// OpenID Connect: errors always go to the redirect URI
    Oidc,
}

impl TryFrom<ClientAct> for Act {
    type Error = Failure;

    fn try_from(act: ClientAct) -> Result<Self, Failure> {
        use ClientAct as C;
        Ok(match act {
            C::Add(client) => Self::ClientAdd(Box::new((*client).try_into()?)),
            C::List => Self::ClientList {},
            C::Show { client } => Self::ClientShow { client },
            C::Disable { client } => Self::ClientSetDisabled { client, disabled: true },
            C::Enable { client } => Self::ClientSetDisabled { client, disabled: false },
            C::Device { client, decision } => {
                Self::ClientSetDevice { client, allowed: matches!(decision, Decision::Allow) }
            }
            C::NewSecret { client } => Self::ClientNewSecret { client },
            C::Remove { client } => Self::ClientRemove { client },
        })
    }
}

impl TryFrom<NewClient> for ClientAdd {
    type Error = Failure;

    fn try_from(client: NewClient) -> Result<Self, Failure> {
        let kind = client.authentication()?;
        let grant_types = client.grant_types();
        let home = client.organization.zip(client.project);
        Ok(Self {
            id: client.id,
            name: client.name,
            kind,
            redirect_uris: client.redirect_uris,
            grant_types,
            scope: client.scope,
            profile: Some(match client.profile {
                ProfileWord::Oauth21 => Profile::Oauth21,
                ProfileWord::Oidc => Profile::Oidc,
            }),
            first_party: client.first_party,
            home: home.map(|(organization, project)| ClientHome { organization, project }),
            nonce_instead_of_pkce: client.nonce_instead_of_pkce,
            id_token_signed_response_alg: client.id_token_alg,
            client_uri: client.client_uri,
        })
    }
}

impl NewClient {
    /// As they were named; the device grant beside what goes with the redirect URIs.
    fn grant_types(&self) -> Vec<String> {
        let mut grant_types = self.grant_types.clone();
        if self.device {
            if grant_types.is_empty() {
                grant_types.extend((!self.redirect_uris.is_empty()).then(|| "authorization_code".to_owned()));
                grant_types.push("refresh_token".to_owned());
            }
            grant_types.push("device_code".to_owned());
        }
        grant_types
    }

    fn authentication(&self) -> Result<ClientKind, Failure> {
        let has_keys = self.jwks.is_some() || self.jwks_uri.is_some();
        match self.kind {
            Kind::PrivateKeyJwt if !has_keys => Err(Failure::misused(
                "A private-key-jwt client needs its public keys: add --jwks FILE or --jwks-uri URL.",
            )),
            Kind::PrivateKeyJwt => {
                let jwks = self.jwks.as_deref().map(read_keys).transpose()?;
                Ok(ClientKind::PrivateKeyJwt { jwks, jwks_uri: self.jwks_uri.clone() })
            }
            _ if has_keys => Err(Failure::misused("--jwks and --jwks-uri go with --kind private-key-jwt.")),
            Kind::Public => Ok(ClientKind::Public {}),
            Kind::Confidential => Ok(ClientKind::Confidential {}),
        }
    }
}

fn read_keys(path: &Path) -> Result<Value, Failure> {
    let refused = |why: &dyn std::fmt::Display| {
        Failure::misused(format!("--jwks {}: {why}. Name a file with a JWK set: {{\"keys\":[…]}}.", path.display()))
    };
    let text = fs::read_to_string(path).map_err(|error| refused(&error))?;
    serde_json::from_str(&text).map_err(|error| refused(&error))
}
