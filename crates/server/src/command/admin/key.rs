//! API keys on the command line.

use clap::{Args, Subcommand};
use identity::admin::{Act, KeyAdd};

use crate::{command::Failure, config::HumanDuration};

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub enum KeyAct {
    /// Make a key over a project; it is shown this once
    Add(Box<NewKey>),
    /// The keys of an organisation, with those that ended in the last 30 days
    List {
        /// Whose (slug or id)
        organization: String,
        /// Over which project (slug or id); all if it is left out
        project: Option<String>,
    },
    /// Give a key another text, shown this once; the old one works on for `api_keys.rotation_overlap`
    Rotate {
        /// Its id
        key: String,
        /// End the old text at once
        #[arg(long)]
        at_once: bool,
    },
    /// Take a key back, at once
    Revoke {
        /// Its id
        key: String,
    },
}

/// A key to be made.
#[derive(Debug, Args)]
pub struct NewKey {
    /// Whose project (slug or id)
    pub organization: String,
    /// Over which project (slug or id)
    pub project: String,
    /// What people call it
    #[arg(long)]
    pub name: String,
    /// What it may do, separated by spaces: what reads, and what its resource marks as ingest
    #[arg(long)]
    pub scope: String,
    /// At which resource alone; at all that know the scope if it is left out
    #[arg(long)]
    pub resource: Option<String>,
    /// Whose it is (address or id): an owner or admin, with whose membership it ends. The project's own if it is left out
    #[arg(long)]
    pub user: Option<String>,
    /// How long it lives, such as 90d; `api_keys.lifetime` if it is left out
    #[arg(long, value_name = "DURATION")]
    pub expires_in: Option<HumanDuration>,
    /// An address or a network from which alone it may be used; may be given several times
    #[arg(long = "address", value_name = "NETWORK")]
    pub addresses: Vec<String>,
    /// Uses in a minute, 0 without a cap; `api_keys.per_minute` if it is left out
    #[arg(long, value_name = "USES")]
    pub per_minute: Option<u32>,
    /// Uses in a month, 0 without a cap; `api_keys.per_month` if it is left out
    #[arg(long, value_name = "USES")]
    pub per_month: Option<u32>,
}

impl TryFrom<KeyAct> for Act {
    type Error = Failure;

    fn try_from(act: KeyAct) -> Result<Self, Failure> {
        use KeyAct as K;
        Ok(match act {
            K::Add(key) => Self::KeyAdd(Box::new((*key).into())),
            K::List { organization, project } => Self::KeyList { organization, project },
            K::Rotate { key, at_once } => Self::KeyRotate { key, at_once },
            K::Revoke { key } => Self::KeyRevoke { key },
        })
    }
}

impl From<NewKey> for KeyAdd {
    fn from(key: NewKey) -> Self {
        Self {
            organization: key.organization,
            project: key.project,
            name: key.name,
            scope: key.scope,
            resource: key.resource,
            user: key.user,
            expires_in: key.expires_in.map(|lifetime| lifetime.duration().as_secs()),
            addresses: key.addresses,
            per_minute: key.per_minute.map(u64::from),
            per_month: key.per_month.map(u64::from),
        }
    }
}
