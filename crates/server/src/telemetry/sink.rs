//! Where lines go. Those of requests may wait a moment, so that many share one write; whatever else is said is written at
//! once, and what waited before it first, so the order stands. While some are written, others may be added.

use std::{
    io::{self, Write},
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tracing_subscriber::fmt::MakeWriter;

use super::access::push_number;

/// How long the line of a request may wait.
const WAIT: Duration = Duration::from_millis(25);
/// So much may wait; then whoever writes waits for the writing, which holds back requests instead of growing without end.
const FULL: usize = 1 << 20;

/// Standard error, with what waits for it.
pub(super) struct Sink {
    waiting: Mutex<Waiting>,
    not_empty: Condvar,
    /// What is being written; held before `waiting`, never after it.
    writing: Mutex<Vec<u8>>,
}

struct Waiting {
    lines: Vec<u8>,
    /// The time as the last line has it, and the second that its beginning is right for.
    second: u64,
    now: Vec<u8>,
}

/// The one of this process.
pub(super) static STDERR: Sink = Sink {
    waiting: Mutex::new(Waiting { lines: Vec::new(), second: u64::MAX, now: Vec::new() }),
    not_empty: Condvar::new(),
    writing: Mutex::new(Vec::new()),
};

impl Sink {
    /// Begins to write what waits, in a thread of its own.
    pub(super) fn start(&'static self) -> io::Result<()> {
        thread::Builder::new().name("log".to_owned()).spawn(|| self.write_for_ever()).map(drop)
    }

    /// Adds a line that may wait; it is handed the time as lines have it.
    pub(super) fn append(&self, line: impl FnOnce(&[u8], &mut Vec<u8>)) {
        let mut waiting = self.lock();
        let first = waiting.lines.is_empty();
        waiting.tell_time();
        let Waiting { lines, now, .. } = &mut *waiting;
        line(now, lines);
        let full = lines.len() > FULL;
        drop(waiting);
        if full {
            self.flush();
        } else if first {
            self.not_empty.notify_one();
        }
    }

    /// Writes what waits.
    pub(super) fn flush(&self) {
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut *writing, &mut self.lock().lines);
        // A log that cannot be written has nowhere to say so.
        let _told = io::stderr().lock().write_all(&writing);
        writing.clear();
        writing.shrink_to(FULL);
    }

    /// Writes a line that may not wait, after those that did.
    fn write(&self, line: &[u8]) {
        self.lock().lines.extend_from_slice(line);
        self.flush();
    }

    fn write_for_ever(&self) {
        loop {
            let mut waiting = self.lock();
            while waiting.lines.is_empty() {
                waiting = self.not_empty.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            drop(waiting);
            thread::sleep(WAIT);
            self.flush();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// `2026-01-31T12:00:00.000000Z`; up to the second it is kept from line to line.
    fn tell_time(&mut self) {
        #[expect(clippy::disallowed_methods, reason = "a line says when it was written, and decides nothing")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != since.as_secs() {
            self.second = since.as_secs();
            let second = i64::try_from(self.second).ok().and_then(|second| jiff::Timestamp::from_second(second).ok());
            self.now = second.unwrap_or_default().to_string().into_bytes();
        }
        self.now.truncate("2026-01-31T12:00:00".len());
        let from = self.now.len() + 1;
        // A leading one keeps the zeros, and becomes the point.
        push_number(&mut self.now, 1_000_000 + u64::from(since.subsec_micros()));
        if let Some(point) = self.now.get_mut(from - 1) {
            *point = b'.';
        }
        self.now.push(b'Z');
    }
}

/// One line that may not wait.
pub(super) struct Line;

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        STDERR.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes the way for each line of the log.
pub(super) struct Lines;

impl MakeWriter<'_> for Lines {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_told_to_the_microsecond_and_in_order() {
        let mut waiting = Waiting { lines: Vec::new(), second: u64::MAX, now: Vec::new() };
        let mut before = String::new();
        for _ in 0..1000 {
            waiting.tell_time();
            let now = String::from_utf8(waiting.now.clone()).unwrap();
            assert_eq!(now.len(), "2026-01-31T12:00:00.000000Z".len(), "{now}");
            assert!(now.parse::<jiff::Timestamp>().is_ok(), "{now}");
            assert!(now >= before);
            before = now;
        }
    }
}
