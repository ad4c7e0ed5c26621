//! Measures Lanyard beside a bare answer and another server, one after another, each on one core with the load on another.

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
    extras::{Extras, cell},
    machine::Machine,
    options::{Flow, Options, ServerName},
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
    let mut rows = Vec::new();
    for server in &options.servers {
        say(&format!("{}: starting", server.words()));
        let sharing = *server == ServerName::LanyardPostgresTwo;
        let own = [options.load_core];
        let both = [options.server_core, options.load_core];
        pin_this_thread(if sharing { &both } else { &own })?;
        let mut subject = Subject::start(*server, options).await?;
        for flow in options.flows().into_iter().filter(|flow| server.answers(*flow)) {
            if flow == Flow::RefreshShipped {
                as_shipped(&mut subject, options).await?;
            }
            for connections in &options.connections {
                let cell = cell(&mut subject, flow, *connections, options).await?;
                say(&format!(
                    "{}: {}, {connections} connections: {:.0}/s, p99 {:.2} ms, {} errors",
                    server.words(),
                    flow.words(),
                    cell.per_second,
                    cell.p99_ms,
                    cell.errors
                ));
                rows.push(Row { server: *server, flow, cell });
            }
        }
        subject.end().await?;
    }
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
