//! Resource servers on the command line.

use clap::Subcommand;
use identity::admin::Act;

use crate::command::Failure;

/// What can be done with resource servers.
#[derive(Debug, Subcommand)]
pub enum ResourceAct {
    /// Register a resource server; its secret is shown this once
    Add {
        /// Its URL, which clients name as `resource`: https://app.example.com/mcp
        resource: String,
        /// What people read
        #[arg(long)]
        name: String,
        /// Its name at introspection; made up if it is left out
        #[arg(long)]
        id: Option<String>,
        /// A scope with what it lets do: "issues:read=read:read issues and comments"; may be given several times
        #[arg(long = "scope", value_name = "NAME=read|write:WORDS", required = true)]
        scopes: Vec<String>,
    },
    /// All resource servers
    List,
    /// One resource server with its scopes
    Show {
        /// Its name at introspection
        resource: String,
    },
    /// Make its tokens worthless
    Disable {
        /// Its name at introspection
        resource: String,
    },
    /// Let it work again
    Enable {
        /// Its name at introspection
        resource: String,
    },
    /// Give it a new secret, shown this once; the old one stops working
    NewSecret {
        /// Its name at introspection
        resource: String,
    },
    /// Say what its access tokens are from now on: opaque, or JWTs that it can verify by itself
    AccessTokens {
        /// Its name at introspection
        resource: String,
        /// opaque: asked about at each use. ES256, RS256 or EdDSA: a JWT signed so, good for ten minutes at the most
        form: String,
    },
    /// Delete a resource server with its connections
    Remove {
        /// Its name at introspection
        resource: String,
    },
}

impl TryFrom<ResourceAct> for Act {
    type Error = Failure;

    fn try_from(act: ResourceAct) -> Result<Self, Failure> {
        use ResourceAct as R;
        Ok(match act {
            R::Add { resource, name, id, scopes } => Self::ResourceAdd { id, name, identifier: resource, scopes },
            R::List => Self::ResourceList {},
            R::Show { resource } => Self::ResourceShow { resource },
            R::Disable { resource } => Self::ResourceSetDisabled { resource, disabled: true },
            R::Enable { resource } => Self::ResourceSetDisabled { resource, disabled: false },
            R::NewSecret { resource } => Self::ResourceNewSecret { resource },
            R::AccessTokens { resource, form } => Self::ResourceSetAccessTokens { resource, form },
            R::Remove { resource } => Self::ResourceRemove { resource },
        })
    }
}
