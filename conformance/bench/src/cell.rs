//! One cell of the table: so many connections, each asking again as soon as it is answered, for so long.

use std::time::{Duration, Instant};

use drive::{Error, process::own_cpu_time};
use tokio::{task::JoinSet, time::sleep_until};

use crate::{subject::Subject, worker::Worker};

/// For how long.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Not measured.
    pub warm_up: Duration,
    /// Measured.
    pub measured: Duration,
}

/// What was seen.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Cell {
    /// Connections.
    pub connections: usize,
    /// Right answers within the measured time.
    pub answers: usize,
    /// Anything else, at any time.
    pub errors: usize,
    /// The first of them.
    pub first_error: Option<String>,
    /// Right answers a second.
    pub per_second: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub p50_ms: f64,
    /// 99 of a hundred took no longer, in milliseconds.
    pub p99_ms: f64,
    /// The longest, in milliseconds.
    pub longest_ms: f64,
    /// The server's processor time in the measured time: 1.0 is one core's.
    pub server_cpu: f64,
    /// Its database's, where that has processes of its own.
    pub database_cpu: f64,
    /// Ours.
    pub load_cpu: f64,
    /// The server's resident memory at the end, in bytes.
    pub resident: u64,
}

impl Cell {
    /// What was seen in all rounds: their medians, and the worst of what must not happen at all.
    #[must_use]
    pub fn of_rounds(rounds: &[Self]) -> Self {
        let median = |of: fn(&Self) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        Self {
            connections: rounds.first().map_or(0, |round| round.connections),
            answers: rounds.iter().map(|round| round.answers).sum(),
            errors: rounds.iter().map(|round| round.errors).sum(),
            first_error: rounds.iter().find_map(|round| round.first_error.clone()),
            per_second: median(|round| round.per_second),
            p50_ms: median(|round| round.p50_ms),
            p99_ms: median(|round| round.p99_ms),
            longest_ms: rounds.iter().map(|round| round.longest_ms).fold(0.0, f64::max),
            server_cpu: median(|round| round.server_cpu),
            database_cpu: median(|round| round.database_cpu),
            load_cpu: median(|round| round.load_cpu),
            resident: rounds.last().map_or(0, |round| round.resident),
        }
    }
}

#[derive(Default)]
struct Tally {
    micros: Vec<u32>,
    errors: usize,
    first_error: Option<String>,
}

/// Runs the workers, and hands them back.
///
/// # Errors
/// The server's process is gone, or a worker was lost.
pub async fn measure(workers: Vec<Worker>, span: Span, subject: &Subject) -> Result<(Cell, Vec<Worker>), Error> {
    let from = Instant::now() + span.warm_up;
    let until = from + span.measured;
    let connections = workers.len();
    let mut running = JoinSet::new();
    for mut worker in workers {
        running.spawn(async move {
            let tally = ask_until(&mut worker, from, until).await;
            (tally, worker)
        });
    }
    sleep_until(from.into()).await;
    let (begun, before) = (Instant::now(), Spent::so_far(subject)?);
    sleep_until(until.into()).await;
    let (took, after) = (begun.elapsed(), Spent::so_far(subject)?);
    let (mut all, mut back) = (Tally::default(), Vec::with_capacity(connections));
    while let Some(done) = running.join_next().await {
        let (tally, worker) =
            done.map_err(|error| Error::Failed { program: "a worker".into(), said: error.to_string() })?;
        all.micros.extend(tally.micros);
        all.errors += tally.errors;
        all.first_error = all.first_error.or(tally.first_error);
        back.push(worker);
    }
    let resident = subject.processes.iter().map(drive::Process::resident).sum::<Result<u64, Error>>()?;
    let mut cell = summed(all, span.measured);
    cell.connections = connections;
    let part = |after: Duration, before: Duration| after.saturating_sub(before).as_secs_f64() / took.as_secs_f64();
    cell.server_cpu = part(after.server, before.server);
    cell.database_cpu = part(after.database, before.database);
    cell.load_cpu = part(after.own, before.own);
    cell.resident = resident;
    Ok((cell, back))
}

/// Processor time.
struct Spent {
    server: Duration,
    database: Duration,
    own: Duration,
}

impl Spent {
    fn so_far(subject: &Subject) -> Result<Self, Error> {
        let server = subject.processes.iter().map(drive::Process::cpu_time).sum::<Result<Duration, Error>>()?;
        Ok(Self { server, database: subject.database_cpu()?, own: own_cpu_time()? })
    }
}

/// Only what was answered within the measured time counts.
async fn ask_until(worker: &mut Worker, from: Instant, until: Instant) -> Tally {
    let mut tally = Tally::default();
    let mut begun = Instant::now();
    while begun < until {
        let done = worker.step().await;
        let ended = Instant::now();
        match done {
            Ok(()) if ended >= from && ended < until => {
                let micros = ended.duration_since(begun).as_micros();
                tally.micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
            }
            Ok(()) => {}
            Err(error) => {
                tally.errors += 1;
                tally.first_error.get_or_insert_with(|| error.to_string());
                // A server that refuses at once must not be mistaken for a quick one, nor be flooded.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        begun = ended;
    }
    tally
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds are far below 2^52")]
fn summed(mut tally: Tally, measured: Duration) -> Cell {
    tally.micros.sort_unstable();
    let at = |part: f64| {
        let index = ((tally.micros.len() as f64 * part).ceil() as usize).saturating_sub(1);
        tally.micros.get(index).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    };
    Cell {
        answers: tally.micros.len(),
        errors: tally.errors,
        per_second: tally.micros.len() as f64 / measured.as_secs_f64(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        longest_ms: at(1.0),
        first_error: tally.first_error,
        ..Cell::default()
    }
}
