//! The figures as a table for people, and as JSON for scripts.

use std::{fmt::Write as _, fs, path::Path};

use drive::Error;

use crate::{
    cell::Cell,
    extras::{Extras, SignIns},
    guarded::{Guarded, Refused},
    machine::Machine,
    options::{Flow, ServerName},
    targets::{self, Target},
};

/// One line of the table.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Row {
    /// Who was asked.
    pub server: ServerName,
    /// What.
    pub flow: Flow,
    /// What was seen.
    #[serde(flatten)]
    pub cell: Cell,
}

impl Row {
    /// What whoever waits is told of it.
    #[must_use]
    pub fn told(&self) -> String {
        let Cell { connections, per_second, p99_ms, errors, .. } = &self.cell;
        let (server, flow) = (self.server.words(), self.flow.words());
        format!("{server}: {flow}, {connections} connections: {per_second:.0}/s, p99 {p99_ms:.2} ms, {errors} errors")
    }

    /// Whether it is this one.
    #[must_use]
    pub fn is(&self, server: ServerName, flow: Flow, connections: usize) -> bool {
        self.server == server && self.flow == flow && self.cell.connections == connections
    }
}

/// Everything that was measured.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// Whether it was a short run, which is not to be quoted.
    pub quick: bool,
    /// Seconds that each cell was measured.
    pub seconds: f64,
    /// The table.
    pub rows: Vec<Row>,
    /// Beside it.
    pub extras: Extras,
    /// What is aimed at.
    pub targets: Vec<Target>,
}

impl Report {
    /// Judges, and writes it all down as JSON.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, path: &Path) -> Result<(), Error> {
        self.targets = targets::judged(&self.rows, &self.extras);
        write_json(self, path)
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.machine);
        text.push_str(&heading());
        let mut flow = None;
        for row in self.in_order() {
            if flow.replace(row.flow).is_some_and(|before| before != row.flow) {
                text.push('\n');
            }
            text.push_str(&line(row, &self.ratio(row)));
        }
        text.push_str(&beside(&self.extras));
        text.push_str(&judgement(&self.targets));
        text.push_str(&trouble(&self.rows, &self.extras));
        text
    }

    /// Whether every answer was right.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let besieged = self.extras.sign_ins.iter().map(|seen| &seen.refreshes);
        let guarded = self.extras.guarded.iter().flat_map(Guarded::rows).flat_map(|(_, cells)| cells);
        let cells = self.rows.iter().map(|row| &row.cell).chain(&self.extras.shared).chain(besieged).chain(guarded);
        cells.into_iter().all(|cell| cell.errors == 0)
    }

    fn in_order(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        rows.sort_by_key(|row| (row.flow as usize, row.cell.connections, row.server as usize));
        rows
    }

    /// Beside the bare server's document where that was asked for in turn with it, beside the other server for the rest.
    fn ratio(&self, row: &Row) -> String {
        let server = match row.server {
            ServerName::Lanyard if ServerName::Bare.answers(row.flow) => ServerName::Bare,
            ServerName::Lanyard => ServerName::OidcProvider,
            _ => return String::new(),
        };
        let name = server.words();
        targets::rate(&self.rows, server, row.flow, row.cell.connections)
            .map_or_else(String::new, |base| format!("{:.2} × {name}", row.cell.per_second / base))
    }
}

/// Writes figures for scripts.
///
/// # Errors
/// The file cannot be written.
pub fn write_json(figures: &impl serde::Serialize, path: &Path) -> Result<(), Error> {
    let unwritable = |error: serde_json::Error| Error::Io { doing: "writing JSON", source: error.into() };
    let text = serde_json::to_string_pretty(figures).map_err(unwritable)?;
    write_file(path, &(text + "\n"))
}

/// Writes a file and the directories above it.
///
/// # Errors
/// The file cannot be written.
pub fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(Error::io("making a directory"))?;
    }
    fs::write(path, text).map_err(Error::io("writing a file"))
}

/// What the columns of [`line`] are.
pub fn heading() -> String {
    format!(
        "{:<26} {:<20} {:>4} {:>9} {:>8} {:>8} {:>8} {:>7} {:>6} {:>6} {:>6} {:>7}\n",
        "flow", "server", "conn", "req/s", "p50 ms", "p99 ms", "max ms", "errors", "cpu", "db cpu", "load", "RSS MB"
    )
}

/// One row as people read it.
pub fn line(row: &Row, ratio: &str) -> String {
    let Cell {
        connections,
        errors,
        per_second,
        p50_ms,
        p99_ms,
        longest_ms,
        server_cpu,
        database_cpu,
        load_cpu,
        resident,
        ..
    } = &row.cell;
    let flow = row.flow.words();
    let server = row.server.words();
    let resident = resident / 1_000_000;
    let line = format!(
        "{flow:<26} {server:<20} {connections:>4} {per_second:>9.0} {p50_ms:>8.3} {p99_ms:>8.3} {longest_ms:>8.2} {errors:>7} \
         {server_cpu:>6.2} {database_cpu:>6.2} {load_cpu:>6.2} {resident:>7}  {ratio}"
    );
    format!("{}\n", line.trim_end())
}

fn beside(extras: &Extras) -> String {
    let mut text = String::new();
    for cell in &extras.shared {
        let _ = writeln!(
            text,
            "\nrefresh, server and load on both cores, {} connections: {:.0} req/s, p50 {:.3} ms, p99 {:.3} ms, {} errors",
            cell.connections, cell.per_second, cell.p50_ms, cell.p99_ms, cell.errors
        );
    }
    if let Some(SignIns { at_a_time, per_second, failed, refreshes }) = &extras.sign_ins {
        let _ = writeln!(
            text,
            "\nrefresh, {} connections, while {at_a_time} people sign in at a time ({per_second:.0}/s, {failed} failed), both cores: \
             {:.0} req/s, p50 {:.3} ms, p99 {:.3} ms, {} errors",
            refreshes.connections, refreshes.per_second, refreshes.p50_ms, refreshes.p99_ms, refreshes.errors
        );
    }
    if let Some(ms) = extras.first_answer_ms {
        let _ = writeln!(text, "\nfrom the start to the first answer: {ms:.1} ms (median)");
    }
    if let (Some(bytes), Some(seconds)) = (extras.idle_resident, extras.idle_seconds) {
        let _ = writeln!(text, "\nresident after {seconds} s idle: {} MB", bytes / 1_000_000);
    }
    if let Some(size) = &extras.size {
        let _ = writeln!(
            text,
            "\ndatabase: {} bytes after one refresh of each of {} families, {} after {} more at {:.0}/s; with its log {} at most",
            size.before, size.families, size.after, size.refreshes, size.per_second, size.most
        );
    }
    if let Some(guarded) = &extras.guarded {
        for (what, cells) in guarded.rows() {
            for cell in cells {
                let _ = writeln!(
                    text,
                    "\n{what}, {} connections: {:.0} req/s, p50 {:.3} ms, p99 {:.3} ms, {} errors, app {:.2} CPU",
                    cell.connections, cell.per_second, cell.p50_ms, cell.p99_ms, cell.errors, cell.server_cpu
                );
            }
        }
        let Refused { rounds, p50_ms, p99_ms, longest_ms } = &guarded.refused;
        let _ = writeln!(
            text,
            "\nfrom a revocation to the refusal at the guard: p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms, longest {longest_ms:.1} ms, {rounds} rounds"
        );
    }
    text
}

fn judgement(targets: &[Target]) -> String {
    let mut text = String::from("\n");
    for target in targets {
        let word = if target.reached { "reached" } else { "NOT REACHED" };
        let _ = writeln!(text, "{word:<12} {:<60} {:<24} seen {:.2}", target.what, target.wanted, target.seen);
    }
    text
}

fn trouble(rows: &[Row], extras: &Extras) -> String {
    let mut text = String::new();
    let shared = extras.shared.iter().map(|cell| ("lanyard", "refresh, both cores shared", cell));
    let besieged = extras.sign_ins.iter().map(|seen| ("lanyard", "refresh, people signing in", &seen.refreshes));
    let guarded = extras.guarded.iter().flat_map(Guarded::rows);
    let guarded = guarded.flat_map(|(what, cells)| cells.iter().map(move |cell| ("app", what, cell)));
    let all = rows.iter().map(|row| (row.server.words(), row.flow.words(), &row.cell));
    let all = all.chain(shared).chain(besieged).chain(guarded);
    for (server, flow, cell) in all.filter(|(_, _, cell)| cell.errors > 0) {
        let first = cell.first_error.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "!!! {server}, {flow}, {} connections: {} WRONG ANSWERS: {first}",
            cell.connections, cell.errors
        );
    }
    text
}
