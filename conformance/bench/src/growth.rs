//! What the same work costs over more and more live grants: each of another person, all of them able to refresh.

mod fill;
mod pages;

use std::{fmt::Write as _, path::Path};

use drive::{Error, Tokens};

use crate::{
    extras::cell,
    machine::Machine,
    options::{Flow, Options, ServerName},
    report::{Row, heading, line, write_file, write_json},
    subject::Subject,
    svg::{self, Curve},
};

/// What grows with the data, if anything does.
const FLOWS: [Flow; 5] = [Flow::ClientCredentials, Flow::Introspection, Flow::Userinfo, Flow::Refresh, Flow::Code];

/// All that was seen.
#[derive(Debug, serde::Serialize)]
pub struct Growth {
    machine: Machine,
    seconds: f64,
    server: ServerName,
    stages: Vec<Stage>,
}

/// The table over so many grants.
#[derive(Debug, serde::Serialize)]
struct Stage {
    grants: usize,
    /// Seconds that making them took.
    filling_seconds: f64,
    /// Bytes of the SQLite database, the server stopped; none on PostgreSQL.
    database_bytes: Option<u64>,
    /// From the start to the first answer, in milliseconds.
    first_answer_ms: f64,
    rows: Vec<Row>,
    /// What an owner sees, where there are organisations.
    pages: Vec<pages::Seen>,
    /// Resident bytes of a server that was started over them and asked nothing since.
    idle_resident: Option<u64>,
}

/// Fills and measures, from few grants to many.
///
/// # Errors
/// The server does not start or refuses a step, or the database cannot be filled.
pub async fn measured(options: &Options, say: &dyn Fn(&str)) -> Result<Growth, Error> {
    let server = options.servers.iter().copied().find(|server| server.is_lanyard()).unwrap_or(ServerName::Lanyard);
    let mut subject = Subject::lanyard(server, options, 0).await?;
    let mut sizes = options.grants.clone();
    sizes.sort_unstable();
    let mut stages = Vec::new();
    for grants in sizes {
        say(&format!("filling up to {grants} grants"));
        subject.stop().await?;
        let begun = std::time::Instant::now();
        let made = fill::up_to(&mut subject, grants, options.population()).await?;
        let filling_seconds = begun.elapsed().as_secs_f64();
        let file = subject.installed()?.installation.database_file();
        let database_bytes = std::fs::metadata(&file).ok().map(|metadata| metadata.len());
        let first_answer_ms = subject.restart(options).await?.as_secs_f64() * 1000.0;
        if let Some(cast) = &mut subject.cast {
            cast.families.extend(made);
            cast.families = scattered(std::mem::take(&mut cast.families));
        }
        let mut rows = Vec::new();
        for flow in FLOWS.into_iter().filter(|flow| options.flows().contains(flow)) {
            for connections in &options.connections {
                let cell = cell(&mut subject, flow, *connections, options.span()).await?;
                say(&format!(
                    "{grants} grants: {}, {connections} connections: {:.0}/s, p99 {:.2} ms, {} errors",
                    flow.words(),
                    cell.per_second,
                    cell.p99_ms,
                    cell.errors
                ));
                rows.push(Row { server, flow, cell });
            }
        }
        let mut stage = Stage {
            grants,
            filling_seconds,
            database_bytes,
            first_answer_ms,
            rows,
            pages: Vec::new(),
            idle_resident: None,
        };
        if options.organizations > 0 {
            say("what an owner sees");
            stage.pages = pages::all(&mut subject, options).await?;
            subject.stop().await?;
            subject.restart(options).await?;
            tokio::time::sleep(options.idle()).await;
            let resident = subject.processes.iter().map(drive::Process::resident).sum::<Result<u64, Error>>()?;
            stage.idle_resident = Some(resident);
        }
        stages.push(stage);
    }
    subject.end().await?;
    Ok(Growth { machine: Machine::here(), seconds: options.measured().as_secs_f64(), server, stages })
}

/// In an order in which neighbours in the database are not asked one after another: every n-th, where n has no factor in
/// common with their number.
fn scattered(families: Vec<Tokens>) -> Vec<Tokens> {
    let count = families.len();
    let is_coprime = |step: &usize| {
        let (mut a, mut b) = (count, *step);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a == 1
    };
    // About the golden section, which spreads best.
    let step = (count / 1000 * 618 + 1..).find(is_coprime).unwrap_or(1);
    let mut places: Vec<Option<Tokens>> = families.into_iter().map(Some).collect();
    (0..count).filter_map(|number| places.get_mut(number * step % count)?.take()).collect()
}

impl Growth {
    /// Writes the figures and draws the curve.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, json: &Path, picture: &Path) -> Result<(), Error> {
        write_json(self, json)?;
        let most = self.stages.iter().flat_map(|stage| &stage.rows).map(|row| row.cell.connections).max().unwrap_or(0);
        write_file(picture, &svg::drawn(&self.curves(most), most))
    }

    fn curves(&self, connections: usize) -> Vec<Curve> {
        let curve = |flow: Flow| {
            let point = |stage: &Stage| {
                let row = stage.rows.iter().find(|row| row.is(self.server, flow, connections))?;
                Some((stage.grants, row.cell.per_second, row.cell.p99_ms))
            };
            Curve { name: flow.words(), points: self.stages.iter().filter_map(point).collect() }
        };
        FLOWS.into_iter().map(curve).filter(|curve| !curve.points.is_empty()).collect()
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.machine);
        for stage in &self.stages {
            let Stage { grants, filling_seconds, database_bytes, first_answer_ms, rows, pages, idle_resident } = stage;
            let bytes = database_bytes.map_or_else(String::new, |bytes| format!(", {} MB", bytes / 1_000_000));
            let _ = writeln!(
                text,
                "\n{grants} live grants (made in {filling_seconds:.0} s{bytes}; first answer after {first_answer_ms:.0} ms)"
            );
            text.push_str(&heading());
            rows.iter().for_each(|row| text.push_str(&line(row, "")));
            for pages::Seen { path, answers, p50_ms, p99_ms, .. } in pages {
                let _ = writeln!(text, "{path:<48} {answers:>8} answers, p50 {p50_ms:>8.3} ms, p99 {p99_ms:>8.3} ms");
            }
            if let Some(bytes) = idle_resident {
                let _ = writeln!(text, "resident when nobody asks: {} MB", bytes / 1_000_000);
            }
            for (path, status) in pages.iter().filter_map(|page| Some((page.path, page.wrong?))) {
                let _ = writeln!(text, "!!! {path} answered {status}");
            }
            for row in rows.iter().filter(|row| row.cell.errors > 0) {
                let first = row.cell.first_error.as_deref().unwrap_or_default();
                let _ = writeln!(text, "!!! {}: {} WRONG ANSWERS: {first}", row.flow.words(), row.cell.errors);
            }
        }
        text
    }

    /// Whether every answer was right.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let pages = self.stages.iter().flat_map(|stage| &stage.pages);
        let rows = self.stages.iter().flat_map(|stage| &stage.rows);
        rows.into_iter().all(|row| row.cell.errors == 0) && pages.into_iter().all(|page| page.wrong.is_none())
    }
}
