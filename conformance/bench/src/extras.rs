//! What is measured beside the table, on Lanyard alone: how it starts, what it holds idle, how it does beside others on the
//! same cores, and how its database grows.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use drive::{
    Browser, Error,
    installation::{HOST, Start},
    process::pin_this_thread,
    seed::{EMAIL, PASSWORD},
};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    cast,
    cell::{Cell, Span, measure},
    guarded::{Guarded, guarded},
    options::{Extra, Flow, Options, ServerName},
    subject::Subject,
    worker::Worker,
};

const STARTS: usize = 5;

/// What was seen.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Extras {
    /// From the start to the first answer, in milliseconds: the median of five on a database that has data.
    pub first_answer_ms: Option<f64>,
    /// Resident bytes of a server that has had one request for its metadata.
    pub idle_resident: Option<u64>,
    /// How long it had been idle, in seconds.
    pub idle_seconds: Option<u64>,
    /// Refreshes with server and load on both cores.
    pub shared: Vec<Cell>,
    /// Refreshes while people sign in.
    pub sign_ins: Option<SignIns>,
    /// How the database grew.
    pub size: Option<Size>,
    /// What a guard costs.
    pub guarded: Option<Guarded>,
}

/// Refreshes while passwords are hashed as fast as they can be.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SignIns {
    /// How many people sign in at a time, each again as soon as they are in.
    pub at_a_time: usize,
    /// How many of them got in, a second.
    pub per_second: f64,
    /// How many were refused or got no answer.
    pub failed: usize,
    /// The refreshes meanwhile.
    pub refreshes: Cell,
}

/// The database before and after.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Size {
    /// Families.
    pub families: usize,
    /// Refreshes in between.
    pub refreshes: usize,
    /// Bytes after the first refresh of each family, the server stopped.
    pub before: u64,
    /// Bytes after all of them, the server stopped.
    pub after: u64,
    /// The most that database and write-ahead log had together meanwhile.
    pub most: u64,
    /// Refreshes a second meanwhile.
    pub per_second: f64,
}

/// Measures what the command line asks for.
///
/// # Errors
/// A server does not start or refuses a step.
pub async fn all(options: &Options, say: &dyn Fn(&str)) -> Result<Extras, Error> {
    let mut extras = Extras::default();
    let mut subject = Subject::lanyard(ServerName::Lanyard, options, options.families()).await?;
    if options.wants(Extra::Shared) {
        say("refreshes with server and load on both cores");
        extras.shared = shared(&mut subject, options).await?;
    }
    if options.wants(Extra::SignIns) {
        say("refreshes while people sign in");
        extras.sign_ins = Some(sign_ins(&mut subject, options).await?);
    }
    subject.stop().await?;
    if options.wants(Extra::Start) {
        say("starting");
        extras.first_answer_ms = Some(first_answer(&mut subject, options).await?);
    }
    if options.wants(Extra::Idle) {
        say("sitting idle");
        subject.restart(options).await?;
        sleep(options.idle()).await;
        extras.idle_resident = subject.processes.first().map(drive::Process::resident).transpose()?;
        extras.idle_seconds = Some(options.idle().as_secs());
        subject.stop().await?;
    }
    drop(subject);
    if options.wants(Extra::Size) {
        say("the size of the database");
        extras.size = Some(size(options).await?);
    }
    if options.wants(Extra::Guard) {
        say("an app behind the guard");
        extras.guarded = Some(guarded(options).await?);
    }
    Ok(extras)
}

async fn on_both_cores(subject: &mut Subject, options: &Options) -> Result<(), Error> {
    subject.stop().await?;
    let cores = Some(format!("{},{}", options.server_core, options.load_core));
    subject.restart_on(&Start { cores, ..Start::default() }).await?;
    pin_this_thread(&[options.server_core, options.load_core])
}

async fn sign_ins(subject: &mut Subject, options: &Options) -> Result<SignIns, Error> {
    const AT_A_TIME: usize = 50;
    const REFRESHING: usize = 16;
    on_both_cores(subject, options).await?;
    let address = *subject.addresses.first().ok_or(Error::Closed)?;
    let counted: Arc<[AtomicUsize; 2]> = Arc::default();
    let mut people = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let counted = Arc::clone(&counted);
        people.spawn(async move {
            loop {
                let [in_time, failed] = &*counted;
                let signed_in = async { Browser::open(address, HOST).await?.sign_in(EMAIL, PASSWORD).await };
                let count = if signed_in.await.is_ok() { in_time } else { failed };
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let begun = Instant::now();
    let refreshes = cell(subject, Flow::Refresh, REFRESHING, options.span()).await?;
    let seconds = begun.elapsed().as_secs_f64();
    people.shutdown().await;
    pin_this_thread(&[options.load_core])?;
    let [in_time, failed] = &*counted;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let per_second = in_time.load(Ordering::Relaxed) as f64 / seconds;
    Ok(SignIns { at_a_time: AT_A_TIME, per_second, failed: failed.load(Ordering::Relaxed), refreshes })
}

async fn shared(subject: &mut Subject, options: &Options) -> Result<Vec<Cell>, Error> {
    on_both_cores(subject, options).await?;
    let mut cells = Vec::new();
    for connections in &options.connections {
        cells.push(cell(subject, Flow::Refresh, *connections, options.span()).await?);
    }
    pin_this_thread(&[options.load_core])?;
    Ok(cells)
}

/// One cell of any subject.
///
/// # Errors
/// The server cannot be reached.
pub async fn cell(subject: &mut Subject, flow: Flow, connections: usize, span: Span) -> Result<Cell, Error> {
    let addresses = subject.addresses.clone();
    let tasks = match &mut subject.cast {
        Some(cast) => {
            if matches!(flow, Flow::Introspection | Flow::Userinfo) {
                cast.show_new(&addresses).await?;
            }
            cast.tasks(flow, connections, &addresses).await?
        }
        None => {
            let request = if flow == Flow::Jwks { cast::jwks(HOST) } else { cast::metadata(HOST) };
            (0..connections).map(|_| crate::worker::Task::Same(request.clone())).collect()
        }
    };
    let mut workers = Vec::with_capacity(connections);
    for (task, address) in tasks.into_iter().zip(addresses.iter().cycle()) {
        workers.push(Worker::new(*address, task).await?);
    }
    let (cell, workers) = measure(workers, span, subject).await?;
    if let Some(cast) = &mut subject.cast {
        cast.give_back(workers.into_iter().flat_map(Worker::into_families).collect());
    }
    Ok(cell)
}

async fn first_answer(subject: &mut Subject, options: &Options) -> Result<f64, Error> {
    let mut taken = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        taken.push(subject.restart(options).await?);
        subject.stop().await?;
    }
    taken.sort_unstable();
    Ok(taken.get(STARTS / 2).copied().unwrap_or(Duration::MAX).as_secs_f64() * 1000.0)
}

async fn size(options: &Options) -> Result<Size, Error> {
    let families = options.families();
    let mut subject = Subject::lanyard(ServerName::Lanyard, options, families).await?;
    let file = subject.installed()?.installation.database_file();
    let (once, _, _) = refresh(&mut subject, 1, &file).await?;
    subject.stop().await?;
    let before = length(&file);
    subject.restart(options).await?;
    let rounds = (options.refreshes() / families).max(1);
    let (done, most, seconds) = refresh(&mut subject, rounds, &file).await?;
    subject.stop().await?;
    let expected = families + rounds * families;
    if once + done != expected {
        let said = format!("{} of {expected} refreshes were answered", once + done);
        return Err(Error::Failed { program: "the size of the database".to_owned(), said });
    }
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let per_second = done as f64 / seconds;
    Ok(Size { families, refreshes: done, before, after: length(&file), most, per_second })
}

/// Refreshes every family so often, with 64 connections. Returns how many refreshes were answered, the most that the database
/// had meanwhile, and the seconds it took.
async fn refresh(subject: &mut Subject, rounds: usize, file: &Path) -> Result<(usize, u64, f64), Error> {
    const CONNECTIONS: usize = 64;
    let (addresses, begun) = (subject.addresses.clone(), Instant::now());
    let Some(cast) = &mut subject.cast else { return Ok((0, 0, 0.0)) };
    let mut running = JoinSet::new();
    let tasks = cast.tasks(Flow::Refresh, CONNECTIONS, &addresses).await?;
    for (task, address) in tasks.into_iter().zip(addresses.iter().cycle()) {
        let mut worker = Worker::new(*address, task).await?;
        let steps = rounds * worker.families();
        running.spawn(async move {
            let mut done = 0;
            for _ in 0..steps {
                done += usize::from(worker.step().await.is_ok());
            }
            (done, worker)
        });
    }
    let (mut done, mut most) = (0, 0);
    while !running.is_empty() {
        tokio::select! {
            Some(ended) = running.join_next() => {
                let lost = |error: tokio::task::JoinError| Error::Failed { program: "a worker".into(), said: error.to_string() };
                let (count, worker) = ended.map_err(lost)?;
                done += count;
                cast.give_back(worker.into_families());
            }
            () = sleep(Duration::from_secs(1)) => {}
        }
        most = most.max(length(file) + length(&file.with_extension("db-wal")));
    }
    Ok((done, most, begun.elapsed().as_secs_f64()))
}

fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}
