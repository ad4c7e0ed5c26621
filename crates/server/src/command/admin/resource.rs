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
        /// A scope with what it lets do: "issues:read=read:read issues and comments"; may be given several times. What is marked
        /// ingest writes, and API keys may hold it
        #[arg(long = "scope", value_name = "NAME=read|write|ingest:WORDS", required = true)]
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
    /// Change what people read of it, and whether it is the one that is meant where a request names none and several could be
    Change {
        /// Its name at introspection
        resource: String,
        /// What people read
        #[arg(long)]
        name: Option<String>,
        /// It is the one; whichever was is not any more
        #[arg(long)]
        default: bool,
        /// It is not
        #[arg(long, conflicts_with = "default")]
        no_default: bool,
        /// Only say what it would look like
        #[arg(long)]
        dry_run: bool,
    },
    /// Its scopes
    #[command(subcommand)]
    Scope(ScopeAct),
    /// Delete a resource server with its connections
    Remove {
        /// Its name at introspection
        resource: String,
    },
}

/// What can be done with the scopes of a resource server. Whether one reads or writes is said when it is added, and never changed.
#[derive(Debug, Subcommand)]
pub enum ScopeAct {
    /// Add scopes
    Add {
        /// The resource's name at introspection
        resource: String,
        /// As for `lanyard resource add`: "issues:write=write:create issues"
        #[arg(required = true, value_name = "NAME=read|write:WORDS")]
        scopes: Vec<String>,
        /// Only say what it would look like
        #[arg(long)]
        dry_run: bool,
    },
    /// Take a scope away; whatever was issued with it is worth less at once
    Remove {
        /// The resource's name at introspection
        resource: String,
        /// The scope
        scope: String,
        /// Only say what it would look like
        #[arg(long)]
        dry_run: bool,
    },
    /// Say anew what it lets an app do
    Describe {
        /// The resource's name at introspection
        resource: String,
        /// The scope
        scope: String,
        /// The words that people read after "It can"
        words: String,
        /// In which language: en or de
        #[arg(long, default_value = "en")]
        language: String,
        /// Only say what it would look like
        #[arg(long)]
        dry_run: bool,
    },
}

impl From<ScopeAct> for Act {
    fn from(act: ScopeAct) -> Self {
        use ScopeAct as S;
        match act {
            S::Add { resource, scopes, dry_run } => Self::ResourceScopeAdd { resource, scopes, dry_run },
            S::Remove { resource, scope, dry_run } => Self::ResourceScopeRemove { resource, scope, dry_run },
            S::Describe { resource, scope, words, language, dry_run } => {
                Self::ResourceScopeDescribe { resource, scope, language, words, dry_run }
            }
        }
    }
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
            R::Change { resource, name, default, no_default, dry_run } => Self::ResourceChange {
                resource,
                name,
                default: if default || no_default { Some(default) } else { None },
                dry_run,
            },
            R::Scope(act) => act.into(),
            R::Remove { resource } => Self::ResourceRemove { resource },
        })
    }
}
