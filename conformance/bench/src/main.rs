//! Measures Lanyard beside a bare answer and another server, in turns, each on one core with the load on another.

mod cast;
mod cell;
mod extras;
mod growth;
mod guarded;
mod machine;
mod options;
mod report;
mod subject;
mod svg;
mod targets;
mod worker;

use std::process::ExitCode;

use clap::Parser as _;
use drive::{Error, process::pin_this_thread};

use crate::{
    cell::Cell,
    extras::{Extras, cell},
    machine::Machine,
    options::{
        Flow, Options,
        ServerName::{self, LanyardPostgresTwo},
    },
    report::{Report, Row},
    subject::Subject,
};

fn main() -> ExitCode {
    let options = Options::parse();
    let done =
        if options.grants.is_empty() { pinned(&options, run(&options)) } else { pinned(&options, grown(&options)) };
    match done {
        Ok((text, clean)) => {
            say_out(&text);
            if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            say(&format!("bench: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// One thread, on its core: what it costs to ask is then seen, and nothing of it is taken from the server.
fn pinned<T>(options: &Options, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    pin_this_thread(&[options.load_core])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(Error::io("starting"))?.block_on(work)
}

/// The table again over more and more grants. Returns what to print, and whether every answer was right.
async fn grown(options: &Options) -> Result<(String, bool), Error> {
    let growth = growth::measured(options, &say).await?;
    growth.write(&options.json, &options.svg)?;
    Ok((growth.text(), growth.is_clean()))
}

/// The table and what is measured beside it. Returns what to print, and whether every answer was right.
async fn run(options: &Options) -> Result<(String, bool), Error> {
    let (sharing, alone) = options.servers.iter().partition::<Vec<_>, _>(|server| **server == LanyardPostgresTwo);
    pin_this_thread(&[options.load_core])?;
    let mut rows = table(&alone, options).await?;
    pin_this_thread(&[options.server_core, options.load_core])?;
    rows.extend(table(&sharing, options).await?);
    pin_this_thread(&[options.load_core])?;
    let extras = match options.wants_any() && options.servers.contains(&ServerName::Lanyard) {
        true => extras::all(options, &say).await?,
        false => Extras::default(),
    };
    let seconds = options.measured().as_secs_f64();
    let mut report =
        Report { machine: Machine::here(), quick: options.quick, seconds, rows, extras, targets: Vec::new() };
    report.write(&options.json)?;
    Ok((report.text(), report.is_clean()))
}

/// All of these servers stand; in each round of a cell every one of them is asked in turn while the others rest, so that
/// what the machine does meanwhile happens to all.
async fn table(servers: &[ServerName], options: &Options) -> Result<Vec<Row>, Error> {
    let mut subjects = Vec::with_capacity(servers.len());
    for server in servers {
        say(&format!("{}: starting", server.words()));
        subjects.push(Subject::start(*server, options).await?);
    }
    let mut rows = Vec::new();
    for flow in options.flows() {
        if flow == Flow::RefreshShipped {
            for subject in subjects.iter_mut().filter(|subject| subject.name.is_lanyard()) {
                as_shipped(subject, options).await?;
            }
        }
        for connections in &options.connections {
            rows.extend(in_turn(&mut subjects, flow, *connections, options).await?);
        }
    }
    for subject in subjects {
        subject.end().await?;
    }
    Ok(rows)
}

/// One cell of each server that knows this flow.
async fn in_turn(
    subjects: &mut [Subject],
    flow: Flow,
    connections: usize,
    options: &Options,
) -> Result<Vec<Row>, Error> {
    let mut asked: Vec<(&mut Subject, Vec<Cell>)> =
        subjects.iter_mut().filter(|subject| subject.name.answers(flow)).map(|subject| (subject, Vec::new())).collect();
    for _ in 0..options.rounds() {
        for (subject, cells) in &mut asked {
            cells.push(cell(subject, flow, connections, options.round()).await?);
        }
    }
    let told = asked.into_iter().map(|(subject, cells)| {
        let row = Row { server: subject.name, flow, cell: Cell::of_rounds(&cells) };
        say(row.told().as_str());
        row
    });
    Ok(told.collect())
}

/// The window opens again: what was measured so far ran without it.
async fn as_shipped(subject: &mut Subject, options: &Options) -> Result<(), Error> {
    subject.stop().await?;
    subject.installed()?.installation.set("tokens.retry_window", "30s");
    subject.restart(options).await.map(|_| ())
}

#[expect(clippy::print_stderr, reason = "how far it is, for whoever waits")]
fn say(text: &str) {
    eprintln!("{text}");
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn say_out(text: &str) {
    print!("{text}");
}
