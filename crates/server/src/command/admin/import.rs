//! People from a file: sent in batches, reported line by line. What a line means is `identity::admin`'s.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use clap::Args;
use identity::admin::{Act, ImportLine, TypedPassword};
use protocol::Confidential;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Reached, Target};
use crate::command::{Failure, say};

/// In one batch, which is one transaction and one line of the control socket.
const LINES: usize = 200;
const BYTES: usize = 128 * 1024;

/// A file of people, and whether to look only.
#[derive(Debug, Args)]
pub struct Import {
    /// The file; - is standard input
    pub file: PathBuf,
    /// Change nothing, and say what would come of it
    #[arg(long)]
    pub dry_run: bool,
}

impl Import {
    pub(super) async fn run(self, target: &Target) -> Result<(), Failure> {
        let file = open(&self.file)?;
        let server = Reached::find(target).await?;
        let mut report = Report::new(self.dry_run, target.json);
        let sent = self.send(file, &server, &mut report).await;
        server.close().await;
        sent.map_err(|failure| report.broken_off(&failure))?;
        report.end()
    }

    async fn send(&self, file: Box<dyn BufRead>, server: &Reached, report: &mut Report) -> Result<(), Failure> {
        let mut lines = Lines { file, number: 0 };
        loop {
            let batch = lines.batch().map_err(|error| unreadable(&self.file, &error))?;
            if batch.is_empty() {
                return Ok(());
            }
            let done = server.act(Act::UserImport { lines: batch, dry_run: self.dry_run }).await?;
            let done: Reports = serde_json::from_value(done)
                .map_err(|error| Failure::failed(format!("The server's answer is not understood: {error}.")))?;
            for line in done.lines {
                report.add(line)?;
            }
        }
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    Ok(Box::new(BufReader::new(file)))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::misused(format!("{} cannot be read: {error}.", path.display()))
}

/// A file, line by line.
struct Lines {
    file: Box<dyn BufRead>,
    number: u64,
}

impl Lines {
    /// The next lines that are not blank; none at the end.
    fn batch(&mut self) -> io::Result<Vec<ImportLine>> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < LINES && bytes < BYTES {
            let mut line = Vec::new();
            if self.file.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            self.number += 1;
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim();
            if !text.is_empty() {
                // One that is longer than any may be is not sent whole; it is refused all the same.
                let text: String = text.chars().take(BYTES / 4).collect();
                bytes += text.len();
                batch.push(ImportLine { number: self.number, text: TypedPassword(Confidential::new(text)) });
            }
        }
        Ok(batch)
    }
}

/// The server's answer.
#[derive(Deserialize)]
struct Reports {
    lines: Vec<Line>,
}

/// What became of one line.
#[derive(Serialize, Deserialize)]
struct Line {
    line: u64,
    email: Option<String>,
    outcome: Outcome,
    why: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Imported,
    Exists,
    Refused,
    /// An earlier line has the same address.
    Duplicate,
}

/// What became of all lines.
struct Report {
    dry_run: bool,
    json: bool,
    /// In which line an address stood first.
    seen: HashMap<String, u64>,
    /// For JSON, which is said in one piece.
    lines: Vec<Line>,
    /// As [`Outcome`].
    counts: [u64; 4],
    last: u64,
}

impl Report {
    fn new(dry_run: bool, json: bool) -> Self {
        Self { dry_run, json, seen: HashMap::new(), lines: Vec::new(), counts: [0; 4], last: 0 }
    }

    fn add(&mut self, mut line: Line) -> Result<(), Failure> {
        if let Some(email) = line.email.as_ref().filter(|_| line.outcome != Outcome::Refused) {
            let first = *self.seen.entry(email.clone()).or_insert(line.line);
            if first != line.line {
                line.why = Some(format!("{email} stands in line {first} already"));
                line.outcome = Outcome::Duplicate;
            }
        }
        self.last = line.line;
        if let Some(count) = self.counts.get_mut(line.outcome as usize) {
            *count += 1;
        }
        if self.json {
            self.lines.push(line);
        } else if let Some(why) = &line.why {
            say(&format!("line {}: {why}", line.line))?;
        }
        Ok(())
    }

    /// The summary; lines that were refused, or repeat an earlier one, make the command fail.
    fn end(self) -> Result<(), Failure> {
        let [imported, existing, refused, duplicates] = self.counts;
        if self.json {
            let counts = json!({
                "imported": imported, "existing": existing, "refused": refused, "duplicates": duplicates,
                "dry_run": self.dry_run, "lines": self.lines,
            });
            say(&Value::to_string(&counts))?;
        } else {
            let done = if self.dry_run { "would be imported; nothing was changed" } else { "imported" };
            say(&format!(
                "{imported} {done}. {existing} had an account already, {duplicates} stood twice, {refused} refused."
            ))?;
        }
        match refused + duplicates {
            0 => Ok(()),
            1 => Err(Failure::failed("A line is not right; the others stand.")),
            wrong => Err(Failure::failed(format!("{wrong} lines are not right; the others stand."))),
        }
    }

    fn broken_off(&self, failure: &Failure) -> Failure {
        let until = match self.last {
            0 => "Nothing was imported.".to_owned(),
            last => format!("Lines up to {last} are done; run it again, what is there already stays as it is."),
        };
        Failure::failed(format!("{failure} {until}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Lines {
        Lines { file: Box::new(io::Cursor::new(text.to_owned())), number: 0 }
    }

    #[test]
    fn lines_keep_their_numbers_and_come_in_batches() {
        let mut few = lines("\u{feff}{\"a\":1}\r\n\n  \n{\"b\":2}");
        let batch = few.batch().unwrap();
        let read: Vec<_> = batch.iter().map(|line| (line.number, line.text.0.expose())).collect();
        assert_eq!(read, [(1, "{\"a\":1}"), (4, "{\"b\":2}")]);
        assert!(few.batch().unwrap().is_empty());

        let mut many = lines(&"{}\n".repeat(LINES + 1));
        assert_eq!(
            (many.batch().unwrap().len(), many.batch().unwrap().len(), many.batch().unwrap().len()),
            (LINES, 1, 0)
        );
        let mut long = lines(&format!("{}\n{{}}\n", "x".repeat(1 << 20)));
        let batch = long.batch().unwrap();
        assert!(batch[0].text.0.expose().len() <= BYTES);
        assert!(batch.len() <= 2);
    }
}
