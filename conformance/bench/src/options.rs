//! What the command line asks for.

use std::{path::PathBuf, time::Duration};

use crate::cell::Span;
use clap::{Parser, ValueEnum};

/// Measures servers side by side, one after another, and says which targets are reached.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench", version)]
pub struct Options {
    /// A short run: a second a cell, few families; for watching a change, not for quoting
    #[arg(long)]
    pub quick: bool,
    /// Which servers
    #[arg(long, value_enum, value_delimiter = ',', default_value = "bare,lanyard,oidc-provider")]
    pub servers: Vec<ServerName>,
    /// Which flows; all of them where none is named
    #[arg(long, value_enum, value_delimiter = ',')]
    pub flows: Vec<Flow>,
    /// How many connections ask at once
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub connections: Vec<usize>,
    /// Seconds that one cell is measured, over all its rounds [default: 10, quick: 1]
    #[arg(long)]
    pub seconds: Option<f64>,

    /// Rounds of a cell: in each, every server is asked in turn; what is told are medians [default: 5, quick: 1]
    #[arg(long)]
    pub rounds: Option<u32>,
    /// Which further measurements; all of them where none is named, none with --flows or --cells
    #[arg(long, value_enum, value_delimiter = ',')]
    pub extras: Vec<Extra>,
    /// The table alone, no further measurements
    #[arg(long)]
    pub cells: bool,
    /// How many connected clients (families) refresh and are asked about [default: 1000, quick: 128]
    #[arg(long)]
    pub families: Option<usize>,
    /// Instead of all this: how it does over so many live grants, one for each person, such as 1000,100000,1000000
    #[arg(long, value_delimiter = ',')]
    pub grants: Vec<usize>,
    /// With --grants: of so many people in turn, over their organisation's projects, instead of one for each person
    #[arg(long, default_value_t = 0)]
    pub people: usize,
    /// With --grants: so many organisations, with ten projects each, that these people belong to in turn
    #[arg(long, default_value_t = 0)]
    pub organizations: usize,
    /// With --grants: where the curve is drawn
    #[arg(long, default_value = "target/bench/growth.svg")]
    pub svg: PathBuf,
    /// How many refreshes the size of the database is measured over [default: 1000000, quick: 20000]
    #[arg(long)]
    pub refreshes: Option<usize>,
    /// The server's core
    #[arg(long, default_value_t = 0)]
    pub server_core: usize,
    /// The core of whoever asks
    #[arg(long, default_value_t = 1)]
    pub load_core: usize,
    /// Lanyard's binary
    #[arg(long, env = "LANYARD_BINARY", default_value = "target/release/lanyard")]
    pub binary: PathBuf,
    /// Further settings of Lanyard, such as tokens.retry_window=0s; may be given several times
    #[arg(long = "set", value_name = "SETTING=VALUE")]
    pub settings: Vec<String>,
    /// Node.js 22 or newer, for the other server
    #[arg(long, env = "BENCH_NODE", default_value = "node")]
    pub node: PathBuf,
    /// Where the figures are written as JSON
    #[arg(long, default_value = "target/bench/latest.json")]
    pub json: PathBuf,
}

/// A server that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerName {
    /// actix-web with one handler that answers bytes
    Bare,
    /// The binary, over SQLite
    Lanyard,
    /// The binary, over a PostgreSQL on the other core, where the load is too
    LanyardPostgres,
    /// Two processes of the binary, over one PostgreSQL; all of them, and the load, on both cores
    LanyardPostgresTwo,
    /// oidc-provider for Node.js, over SQLite
    OidcProvider,
}

/// What is asked, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Flow {
    /// The metadata document
    Metadata,
    /// The public keys
    Jwks,
    /// A confidential client gets a token for itself
    ClientCredentials,
    /// A refresh with the last answer's token; every use rotates
    Refresh,
    /// A resource server asks about a token
    Introspection,
    /// A resource server asks about an API key
    ApiKey,
    /// A client asks who the person is
    Userinfo,
    /// From /authorize to the tokens, signed in and with consent remembered
    #[value(name = "code_flow")]
    #[serde(rename = "code_flow")]
    Code,
    /// Refresh with the retry window as it ships: uses within it are one use
    RefreshShipped,
}

/// What is measured beside the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum Extra {
    /// From the start to the first answer, on an existing database
    Start,
    /// Memory of a server that nobody has asked anything
    Idle,
    /// Refreshes with server and load on both cores
    Shared,
    /// Refreshes while fifty people sign in at a time, server and load on both cores
    SignIns,
    /// The database after many refreshes, beside the one after the first
    Size,
    /// An app behind the guard, beside the same app without it
    Guard,
}

impl ServerName {
    /// As it is printed.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Lanyard => "lanyard",
            Self::LanyardPostgres => "lanyard-postgres",
            Self::LanyardPostgresTwo => "lanyard-postgres-two",
            Self::OidcProvider => "oidc-provider",
        }
    }

    /// Whether it is ours.
    #[must_use]
    pub const fn is_lanyard(self) -> bool {
        matches!(self, Self::Lanyard | Self::LanyardPostgres | Self::LanyardPostgresTwo)
    }

    /// Whether this server has anything to say to a flow.
    #[must_use]
    pub fn answers(self, flow: Flow) -> bool {
        match self {
            // Beside introspection too: the same document, so that both are measured in the same minute.
            Self::Bare => matches!(flow, Flow::Metadata | Flow::Jwks | Flow::Introspection | Flow::ApiKey),
            Self::Lanyard | Self::LanyardPostgres | Self::LanyardPostgresTwo => true,
            Self::OidcProvider => !matches!(flow, Flow::RefreshShipped | Flow::ApiKey),
        }
    }
}

impl Flow {
    /// As it is printed.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Jwks => "JWKS",
            Self::ClientCredentials => "client_credentials",
            Self::Refresh => "refresh, every use rotates",
            Self::Introspection => "introspection",
            Self::ApiKey => "API-key introspection",
            Self::Userinfo => "userinfo",
            Self::Code => "code flow",
            Self::RefreshShipped => "refresh, as shipped",
        }
    }
}

/// Who a filled database is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    /// Organisations, with ten projects each; none: all people belong to the one that is there.
    pub organizations: usize,
    /// People; none: one for each grant.
    pub people: usize,
}

impl Population {
    /// So many people as it takes.
    #[must_use]
    pub const fn for_grants(self, grants: usize) -> Self {
        match self.people {
            0 => Self { people: grants, ..self },
            _ => self,
        }
    }
}

impl Options {
    /// The flows that are measured, in an order in which none spoils the next.
    #[must_use]
    pub fn flows(&self) -> Vec<Flow> {
        let all = Flow::value_variants().iter().copied();
        all.filter(|flow| self.flows.is_empty() || self.flows.contains(flow)).collect()
    }

    /// Who a filled database is filled with.
    #[must_use]
    pub const fn population(&self) -> Population {
        Population { organizations: self.organizations, people: self.people }
    }

    /// Whether this is measured beside the table.
    #[must_use]
    pub fn wants(&self, extra: Extra) -> bool {
        let by_default = self.extras.is_empty() && self.flows.is_empty() && !self.cells;
        by_default || self.extras.contains(&extra)
    }

    /// Whether anything is.
    #[must_use]
    pub fn wants_any(&self) -> bool {
        Extra::value_variants().iter().any(|extra| self.wants(*extra))
    }

    /// How long a cell is measured.
    #[must_use]
    pub fn measured(&self) -> Duration {
        Duration::from_secs_f64(self.seconds.unwrap_or(if self.quick { 1.0 } else { 10.0 }))
    }

    /// In how many rounds.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 5 }).max(1)
    }

    /// A cell that is measured in one go.
    #[must_use]
    pub fn span(&self) -> Span {
        Span { warm_up: Duration::from_millis(if self.quick { 300 } else { 2000 }), measured: self.measured() }
    }

    /// One round of a cell.
    #[must_use]
    pub fn round(&self) -> Span {
        Span {
            warm_up: Duration::from_millis(if self.quick { 300 } else { 400 }),
            measured: self.measured() / self.rounds(),
        }
    }

    /// How many families there are.
    #[must_use]
    pub fn families(&self) -> usize {
        let most = self.connections.iter().copied().max().unwrap_or(1);
        self.families.unwrap_or(if self.quick { 128 } else { 1000 }).max(most)
    }

    /// How many refreshes the size is measured over.
    #[must_use]
    pub fn refreshes(&self) -> usize {
        self.refreshes.unwrap_or(if self.quick { 20_000 } else { 1_000_000 })
    }

    /// How long a server sits idle before its memory is read.
    #[must_use]
    pub const fn idle(&self) -> Duration {
        Duration::from_secs(if self.quick { 3 } else { 30 })
    }
}
