//! A server under measurement, started and furnished. The kinds differ here and nowhere else.

mod oidc_provider;

use std::{net::SocketAddr, path::Path, time::Duration};

use drive::{
    Browser, Connection, Database, Error, Installation, Postgres, Process, Server,
    installation::{HOST, Start, answers, free_address},
    process::Launch,
    seed,
};
use tempfile::TempDir;

use crate::{
    cast::{self, Cast},
    options::{Options, ServerName},
};

/// So many people sign in.
pub const PEOPLE: usize = 16;
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// The address of one of them.
pub fn person(number: usize) -> String {
    format!("person-{number}@example.com")
}

/// A running server, or two that share a database.
pub struct Subject {
    /// Which.
    pub name: ServerName,
    /// The processes.
    pub processes: Vec<Process>,
    /// Where each answers.
    pub addresses: Vec<SocketAddr>,
    /// The database's own processes, where it has any.
    pub postgres: Option<Postgres>,
    /// Who takes part.
    pub cast: Option<Cast>,
    kept: Kept,
}

/// What lasts as long as the server is measured.
enum Kept {
    Lanyard(Box<Installed>),
    Directory(#[expect(dead_code, reason = "it is gone when this is dropped")] TempDir),
}

/// Lanyard's configuration, and the organisation in it.
pub struct Installed {
    /// Configuration and data.
    pub installation: Installation,
    /// The organisation's id.
    pub organization: String,
}

/// How long the two documents are that a bare server imitates.
#[derive(Clone, Copy, Debug)]
pub struct Lengths {
    metadata: usize,
    jwks: usize,
}

impl Subject {
    /// Starts a server on its core, with people signed in and so many families.
    ///
    /// # Errors
    /// It does not start, or refuses a step of the way there.
    pub async fn start(name: ServerName, options: &Options) -> Result<Self, Error> {
        match name {
            ServerName::Bare => Self::bare(lengths(options).await?, options).await,
            ServerName::OidcProvider => oidc_provider::start(options).await,
            _ => Self::lanyard(name, options, options.families()).await,
        }
    }

    /// Lanyard, where every use of a refresh token rotates, with the settings of the command line besides.
    ///
    /// # Errors
    /// As [`Subject::start`].
    pub async fn lanyard(name: ServerName, options: &Options, families: usize) -> Result<Self, Error> {
        let given = options.settings.iter().filter_map(|text| text.split_once('='));
        let settings: Vec<(&str, &str)> = [("tokens.retry_window", "0s")].into_iter().chain(given).collect();
        let places = Places::of(name, options);
        let postgres = match &places.database {
            Some(cores) => Some(Postgres::start(Some(cores)).await?),
            None => None,
        };
        let database = postgres.as_ref().map_or(Database::Sqlite, |own| Database::Postgres(own.url.clone()));
        let installation = Installation::make(&options.binary, &database, &settings).await?;
        let first = installation.start(&places.start(0)).await?;
        let seeded = seed::seed(&installation).await?;
        let mut people = Vec::with_capacity(PEOPLE);
        for number in 0..PEOPLE {
            let email = person(number);
            seed::person(&installation, &email, "acme").await?;
            let mut person = Browser::open(first.address, HOST).await?;
            person.sign_in(&email, seed::PASSWORD).await?;
            // The first time they are asked; from then on the server remembers.
            person.authorize(&seeded.relying_party, &seeded.project).await?;
            people.push(person);
        }
        let mut cast = Cast {
            host: HOST,
            assistant: seeded.assistant,
            relying_party: seeded.relying_party,
            project: seeded.project,
            service: seeded.service,
            resource_server: seeded.resource_server,
            api_key: Some(seeded.api_key),
            people,
            families: Vec::new(),
        };
        cast.connect(first.address, families).await?;
        if let Some(postgres) = &postgres {
            postgres.analyze().await?;
        }
        let kept = Kept::Lanyard(Box::new(Installed { installation, organization: seeded.organization }));
        let (processes, addresses) = (Vec::new(), Vec::new());
        let mut subject = Self { name, processes, addresses, postgres, cast: Some(cast), kept };
        subject.took_up(first);
        for number in 1..places.servers.len() {
            let another = subject.installed()?.installation.start(&places.start(number)).await?;
            subject.took_up(another);
        }
        Ok(subject)
    }

    fn took_up(&mut self, server: Server) {
        self.processes.push(server.process);
        self.addresses.push(server.address);
    }

    async fn bare(lengths: Lengths, options: &Options) -> Result<Self, Error> {
        let directory = tempfile::tempdir().map_err(Error::io("making a directory"))?;
        let address = free_address()?;
        let own = std::env::current_exe().map_err(Error::io("finding the bare server"))?;
        let launch = Launch {
            program: own.with_file_name("bare"),
            arguments: [address.to_string(), lengths.metadata.to_string(), lengths.jwks.to_string()]
                .map(Into::into)
                .into(),
            environment: Vec::new(),
            cores: Some(options.server_core.to_string()),
            log: directory.path().join("server.log"),
        };
        let mut process = Process::start(&launch)?;
        answers(&mut process, address, "/jwks", HOST).await?;
        Ok(Self::other(ServerName::Bare, process, address, None, directory))
    }

    /// Another server than Lanyard, which is gone with its directory.
    pub fn other(
        name: ServerName,
        process: Process,
        address: SocketAddr,
        cast: Option<Cast>,
        directory: TempDir,
    ) -> Self {
        let (processes, addresses) = (vec![process], vec![address]);
        Self { name, processes, addresses, postgres: None, cast, kept: Kept::Directory(directory) }
    }

    /// Lanyard's installation.
    ///
    /// # Errors
    /// It is another server.
    pub fn installed(&mut self) -> Result<&mut Installed, Error> {
        match &mut self.kept {
            Kept::Lanyard(installed) => Ok(installed),
            Kept::Directory(_) => {
                Err(Error::Failed { program: "the bench".to_owned(), said: "only Lanyard can do that".to_owned() })
            }
        }
    }

    /// Stops the server in good order; a database of its own goes on.
    ///
    /// # Errors
    /// It does not end, or not with success.
    pub async fn stop(&mut self) -> Result<(), Error> {
        self.addresses.clear();
        for mut process in self.processes.drain(..) {
            match self.name {
                ServerName::Bare | ServerName::OidcProvider => process.kill().await?,
                _ => process.terminate(STOP_WITHIN).await?,
            }
        }
        Ok(())
    }

    /// Starts a Lanyard that was stopped again, on the cores that it had.
    ///
    /// # Errors
    /// It is none, or does not start.
    pub async fn restart(&mut self, options: &Options) -> Result<Duration, Error> {
        let places = Places::of(self.name, options);
        let mut first_answer = Duration::ZERO;
        for number in 0..places.servers.len() {
            first_answer = self.restart_on(&places.start(number)).await?;
        }
        Ok(first_answer)
    }

    /// Starts one process on these cores, and returns how long its first answer took.
    ///
    /// # Errors
    /// It is no Lanyard, or does not start.
    pub async fn restart_on(&mut self, start: &Start) -> Result<Duration, Error> {
        let server = self.installed()?.installation.start(start).await?;
        let first_answer = server.first_answer;
        self.took_up(server);
        Ok(first_answer)
    }

    /// Stops it, and its database too.
    ///
    /// # Errors
    /// It does not end.
    pub async fn end(mut self) -> Result<(), Error> {
        self.stop().await?;
        match self.postgres.take() {
            Some(postgres) => postgres.stop().await,
            None => Ok(()),
        }
    }

    /// Processor time of the database's own processes so far.
    ///
    /// # Errors
    /// There is no /proc.
    pub fn database_cpu(&self) -> Result<Duration, Error> {
        self.postgres.as_ref().map_or(Ok(Duration::ZERO), Postgres::cpu_time)
    }
}

/// Which cores the parts have, as `taskset -c` reads them.
struct Places {
    servers: Vec<String>,
    database: Option<String>,
}

impl Places {
    /// A server has its core. A database beside it has the other one, with whoever asks; beside two servers, both.
    fn of(name: ServerName, options: &Options) -> Self {
        let (own, other) = (options.server_core.to_string(), options.load_core.to_string());
        match name {
            ServerName::LanyardPostgres => Self { servers: vec![own], database: Some(other) },
            ServerName::LanyardPostgresTwo => {
                let both = format!("{own},{other}");
                Self { servers: vec![own, other], database: Some(both) }
            }
            _ => Self { servers: vec![own], database: None },
        }
    }

    fn start(&self, number: usize) -> Start {
        Start { cores: self.servers.get(number).cloned(), ..Start::default() }
    }
}

async fn lengths(options: &Options) -> Result<Lengths, Error> {
    let installation = Installation::make(&options.binary, &Database::Sqlite, &[]).await?;
    let mut server = installation.start(&Start::default()).await?;
    let mut connection = Connection::open(server.address).await?;
    let metadata = connection.ask(&cast::metadata(HOST)).await?.body.len();
    let jwks = connection.ask(&cast::jwks(HOST)).await?.body.len();
    server.process.terminate(STOP_WITHIN).await?;
    Ok(Lengths { metadata, jwks })
}

/// The directory of the benchmark's own scripts.
fn scripts() -> &'static Path {
    Path::new("conformance/bench")
}
