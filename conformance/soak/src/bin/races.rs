//! `races`: what may be used once is tried several times at once, many thousand times, over all processes.

#![expect(clippy::print_stdout, reason = "a command line tells its user here what it found")]

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use drive::{Browser, Client, Connection, Database, Error, ResourceServer};
use rand::RngExt as _;
use soak::{
    fleet::Fleet,
    moment::Clock,
    plan::random,
    race::{self, Ended, Racers, assertion::Robot, consent::Windows, head::Families},
    report::Counts,
    rule::Rules,
    setting::{installed, registered, signed_in},
};
use tokio::{task::JoinSet, time::timeout};

/// A second's window: families are raced for again when it is over.
const RULES: Rules = Rules {
    retry_window: Duration::from_secs(1),
    recovery_window: Duration::from_secs(3600),
    access_lifetime: Duration::from_secs(900),
    code_lifetime: Duration::from_secs(60),
    slack: Duration::ZERO,
};
const LANES: u64 = 12;
const FAMILIES: usize = 40;
/// How much less often than others a batch of races is begun, and how many it has more than one.
const SELDOM: usize = race::sight::BATCH;
const MORE: u64 = 15;

/// Each kind of race, and what it is called when it ended without saying anything.
const KINDS: [(&str, &str); 5] = [
    ("codes", "codes: void"),
    ("refresh tokens", "refresh tokens: void"),
    ("assertions", "assertions: void"),
    ("consents", "consents: void"),
    ("first uses", "first uses: void"),
];

/// What may be said.
#[derive(Debug, Parser)]
#[command(name = "races")]
struct Arguments {
    /// The server's binary
    #[arg(long, env = "LANYARD_BINARY", default_value = "target/release/lanyard")]
    binary: PathBuf,
    /// A PostgreSQL database of its own, for two server processes [default: one process on SQLite]
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// How many
    #[arg(long, default_value_t = 1000)]
    races: u64,
    /// What is drawn; the same seed draws the same
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let limit = Duration::from_secs(120 + arguments.races / 10);
    match timeout(limit, run(&arguments)).await {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        Ok(Ok(false)) => ExitCode::FAILURE,
        Ok(Err(error)) => {
            println!("The races could not go on: {error}");
            ExitCode::FAILURE
        }
        Err(_) => {
            println!("The races did not end within {} seconds.", limit.as_secs());
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<bool, Error> {
    let seed = arguments.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let (database, processes, on) = match &arguments.postgres {
        Some(url) => (Database::Postgres(url.clone()), 2, "two processes on PostgreSQL"),
        None => (Database::Sqlite, 1, "one process on SQLite"),
    };
    println!("Races: {} over {on}, seed {seed}", arguments.races);
    let begun = Instant::now();
    let (fleet, seeded) = installed(&arguments.binary, &database, processes, &RULES, Clock::start()).await?;
    let robot = Arc::new(Robot::added(fleet.installation()).await?);
    let browser = signed_in(&fleet).await?;
    let done = Arc::new(AtomicU64::new(0));
    let mut lanes = JoinSet::new();
    for number in 0..LANES {
        let lane = Lane {
            racers: Racers::ready(&fleet, random(seed, number)).await?,
            clients: clients(&fleet, number).await?,
            browser: browser.tab(fleet.anywhere(usize::try_from(number).unwrap_or(0)).await).await?,
            resource_server: seeded.resource_server.clone(),
            project: seeded.project.clone(),
            robot: Arc::clone(&robot),
            number,
        };
        lanes.spawn(lane.run(Arc::clone(&done), arguments.races));
    }
    let (mut counts, mut wrong) = (Counts::default(), Vec::new());
    while let Some(lane) = lanes.join_next().await {
        let lane = lane.map_err(|error| Error::Failed { program: "a lane".to_owned(), said: error.to_string() })?;
        let (met, found) = lane?;
        counts.merge(&met);
        wrong.extend(found);
    }
    Ok(told(&counts, &wrong, arguments.races, begun))
}

/// A client for codes, one for families and one for consents: none of them ends another's grant.
async fn clients(fleet: &Fleet, lane: u64) -> Result<[Client; 3], Error> {
    let mut connection = Connection::open(fleet.anywhere(0).await).await?;
    let mut client = async |what: &str| registered(&mut connection, &format!("{what} {lane}")).await;
    Ok([client("Codes").await?, client("Families").await?, client("Consents").await?])
}

/// One race after another.
struct Lane {
    racers: Racers,
    clients: [Client; 3],
    browser: Browser,
    resource_server: ResourceServer,
    project: String,
    robot: Arc<Robot>,
    number: u64,
}

impl Lane {
    async fn run(mut self, done: Arc<AtomicU64>, races: u64) -> Result<(Counts, Vec<String>), Error> {
        let [codes, families, consents] = self.clients.clone();
        let mut windows = Windows::open(&self.racers, &self.browser, 4).await?;
        let holder = (&families, self.project.as_str());
        let mut held =
            Families::begin(&mut self.racers, &mut self.browser, holder, FAMILIES, RULES.retry_window).await?;
        let (mut counts, mut wrong, mut assertions) = (Counts::default(), Vec::new(), 0u64);
        while done.fetch_add(1, Ordering::Relaxed) < races && wrong.is_empty() {
            // First uses are raced for in batches, and drawn less often.
            let kind = self.racers.random().random_range(0..4 * SELDOM + 1) / SELDOM;
            let (racers, browser, server) = (&mut self.racers, &mut self.browser, &self.resource_server);
            let ended: Vec<Ended> = match kind {
                0 => vec![race::code::race(racers, browser, (&codes, &self.project), server).await?],
                1 => vec![held.race(racers, browser, (&families, &self.project), server).await?],
                2 => {
                    assertions += 1;
                    vec![race::assertion::race(racers, &self.robot, &format!("{}-{assertions}", self.number)).await?]
                }
                3 => vec![windows.race(racers, &consents, &self.project).await?],
                _ => {
                    let holder = (&families, self.project.as_str());
                    done.fetch_add(MORE, Ordering::Relaxed);
                    race::sight::races(racers, browser, holder, server, RULES.retry_window).await?
                }
            };
            let Some((name, void)) = KINDS.get(kind).copied() else { continue };
            for ended in ended {
                race::note(&mut counts, &mut wrong, name, void, ended);
            }
        }
        Ok((counts, wrong))
    }
}

/// Says what was met and what was wrong; whether all was right.
fn told(counts: &Counts, wrong: &[String], races: u64, begun: Instant) -> bool {
    print!("{}", counts.lines());
    let right: u64 = KINDS.iter().map(|(name, _)| counts.of(name)).sum();
    let void: u64 = KINDS.iter().map(|(_, void)| counts.of(void)).sum();
    let mut faults = wrong.to_vec();
    for (name, _) in KINDS.iter().filter(|(name, _)| counts.of(name) == 0) {
        faults.push(format!("there was no race for {name}"));
    }
    if void * 20 > races {
        faults.push(format!("{void} races said nothing; more than one in twenty is too many"));
    }
    for fault in &faults {
        println!("WRONG: {fault}");
    }
    let verdict = if faults.is_empty() { "passed" } else { "FAILED" };
    println!("Races {verdict}: {right} of {races} as the rule says, after {} s", begun.elapsed().as_secs());
    faults.is_empty()
}
