//! `soak`: load, losses and SIGKILL for a while; then what the clients were told is compared with what the servers say.

#![expect(clippy::print_stdout, reason = "a command line tells its user here what it found")]

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use drive::{Connection, Database, Error};
use rand::RngExt as _;
use soak::{
    audit::audit,
    fleet::Fleet,
    moment::Clock,
    plan::random,
    record::Record,
    report::Report,
    seat::Room,
    setting::{RULES, installed, registered, signed_in},
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

/// What may be said.
#[derive(Debug, Parser)]
#[command(name = "soak")]
struct Arguments {
    /// The server's binary
    #[arg(long, env = "LANYARD_BINARY", default_value = "target/release/lanyard")]
    binary: PathBuf,
    /// A PostgreSQL database of its own, for two server processes [default: one process on SQLite]
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// At least so long
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// At least so many kills
    #[arg(long, default_value_t = 0)]
    kills: usize,
    /// Connections at a time
    #[arg(long, default_value_t = 120)]
    seats: u64,
    /// What is planned; the same seed plans the same
    #[arg(long)]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let limit = Duration::from_secs(180 + arguments.seconds)
        + Duration::from_secs(2) * u32::try_from(arguments.kills).unwrap_or(u32::MAX);
    match timeout(limit, run(&arguments)).await {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        Ok(Ok(false)) => ExitCode::FAILURE,
        Ok(Err(error)) => {
            println!("The soak could not go on: {error}");
            ExitCode::FAILURE
        }
        Err(_) => {
            println!("The soak did not end within {} seconds.", limit.as_secs());
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
    println!("Soak: {on}, {} seats, seed {seed}", arguments.seats);
    let begun = Instant::now();
    let (fleet, seeded) = installed(&arguments.binary, &database, processes, &RULES, Clock::start()).await?;
    let room = Room {
        fleet: Arc::clone(&fleet),
        resource_server: seeded.resource_server,
        project: seeded.project,
        rules: RULES,
        seed,
    };
    let records = load(arguments, &room).await?;
    // What is asked now is answered by processes that remember nothing.
    for server in 0..fleet.len() {
        fleet.kill(server).await?;
        fleet.revive(server).await?;
    }
    ask_again(&room, &records).await?;
    let mut report = Report::of(&records, &fleet, &RULES);
    report.insist_on_essentials();
    Ok(told(&report, &fleet, begun, seed))
}

/// Seats and kills, until there was enough of both.
async fn load(arguments: &Arguments, room: &Room) -> Result<Vec<Arc<Record>>, Error> {
    let mut seats = JoinSet::new();
    let browser = signed_in(&room.fleet).await?;
    let address = room.fleet.anywhere(0).await;
    let mut connection = Connection::open(address).await?;
    for seat in 0..arguments.seats {
        let client = registered(&mut connection, &format!("Seat {seat}")).await?;
        seats.spawn(room.clone().sit(seat, client, browser.tab(address).await?));
    }
    drop(connection);
    let killing = kills(arguments, room, &room.fleet);
    tokio::pin!(killing);
    let mut records = Vec::new();
    let mut killed = false;
    while !killed || !seats.is_empty() {
        tokio::select! {
            done = &mut killing, if !killed => {
                done?;
                killed = true;
            }
            Some(seat) = seats.join_next() => records.extend(finished(seat)??),
        }
    }
    Ok(records)
}

async fn kills(arguments: &Arguments, room: &Room, fleet: &Fleet) -> Result<(), Error> {
    let mut random = random(room.seed, u64::MAX - 1);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(arguments.seconds) || fleet.deaths().len() < arguments.kills {
        sleep(Duration::from_micros(random.random_range(50_000..700_000))).await;
        let server = random.random_range(0..fleet.len());
        fleet.kill(server).await?;
        sleep(Duration::from_micros(random.random_range(0..60_000))).await;
        fleet.revive(server).await?;
    }
    fleet.wind_down();
    Ok(())
}

async fn ask_again(room: &Room, records: &[Arc<Record>]) -> Result<(), Error> {
    let mut audits = JoinSet::new();
    for (part, records) in (0u64..).zip(records.chunks(records.len().div_ceil(16).max(1))) {
        audits.spawn(audit(room.clone(), part, records.to_vec()));
    }
    while let Some(audit) = audits.join_next().await {
        finished(audit)??;
    }
    Ok(())
}

fn finished<T>(joined: Result<T, tokio::task::JoinError>) -> Result<T, Error> {
    joined.map_err(|error| Error::Failed { program: "a part of the soak".to_owned(), said: error.to_string() })
}

/// Says what was met and what was wrong; whether all was right.
fn told(report: &Report, fleet: &Fleet, begun: Instant, seed: u64) -> bool {
    const MOST: usize = 5;
    print!("{}", report.counts.lines());
    println!("{:>9}  milliseconds: the slowest start until the first answer", fleet.slowest_start().as_millis());
    for wrong in report.wrong.iter().take(MOST) {
        println!("WRONG: {wrong}");
    }
    if report.wrong.len() > MOST {
        println!("and {} more", report.wrong.len() - MOST);
    }
    let verdict = if report.has_passed() { "passed" } else { "FAILED" };
    println!("Soak {verdict} after {} s; seed {seed}", begun.elapsed().as_secs());
    report.has_passed()
}
