//! What a command says on standard output: words and tables for people, JSON for scripts.

mod table;

use std::io::{self, Write as _};

use serde_json::Value;

use super::Failure;

/// Writes a text and a line end, and flushes. A reader that has gone away is no failure.
///
/// # Errors
/// Standard output cannot be written.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("Standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says an answer: as one line of JSON, or as a person reads it.
///
/// # Errors
/// As [`say`].
pub fn answer(value: &Value, json: bool) -> Result<(), Failure> {
    say(&if json { value.to_string() } else { table::text(value) })
}
